"""The door for workers of process pools: what the functions they run raise.

A worker lives on and sends its parent the exception without its frames.  Both
`concurrent.futures` and `multiprocessing.pool` put it into an object of their
own for that, in the worker, with the traceback still in hand.
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

PARCELS = ("_ExceptionWithTraceback", "ExceptionWithTraceback")


def install(module: ModuleType) -> None:
    """Hang the door in `concurrent.futures.process` or `multiprocessing.pool`."""
    for name in PARCELS:
        parcel = getattr(module, name, None)
        if parcel is not None:
            hooks.replace_function(parcel, "__init__", _wrap)


def _wrap(previous: Init) -> Init:
    @wraps(previous)
    def __init__(self: object, exc: BaseException, tb: TracebackType | None) -> None:  # noqa: N807 - it stands for one
        try:
            hooks.report(exc, hooks.POOL)  # first: the original takes the traceback away
        finally:
            previous(self, exc, tb)

    return __init__
