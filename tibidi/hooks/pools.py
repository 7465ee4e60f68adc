"""The hook for workers of process pools: exceptions of the functions that they run.

A worker goes on and sends the exception to its parent, without the frames.
`concurrent.futures` and `multiprocessing.pool` both wrap it in an object of
their own, in the worker, while the traceback exists.
"""

from __future__ import annotations

from functools import wraps

from tibidi import TYPE_CHECKING
from tibidi import hooks

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from types import TracebackType

    Init = Callable[[object, BaseException, "TracebackType | None"], None]

WRAPPERS = ("_ExceptionWithTraceback", "ExceptionWithTraceback")


def install(module: ModuleType) -> None:
    """Install the hook in `concurrent.futures.process` or `multiprocessing.pool`."""
    for name in WRAPPERS:
        wrapper = getattr(module, name, None)
        if wrapper is not None:
            hooks.replace_function(wrapper, "__init__", _wrap)


def _wrap(previous: Init) -> Init:
    @wraps(previous)
    def __init__(self: object, exc: BaseException, tb: TracebackType | None) -> None:  # noqa: N807 - it replaces one
        try:
            hooks.report(exc, hooks.POOL)  # first: the original removes the traceback
        finally:
            previous(self, exc, tb)

    return __init__
