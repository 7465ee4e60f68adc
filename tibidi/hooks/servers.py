"""The hook for workers of gunicorn: one that fails to boot, and one that gunicorn aborts since it hangs.

Nothing is raised in a worker that hangs.  Its dump is about a TimeoutError with
the stack at the signal, and says so.
"""

from __future__ import annotations

import sys
from functools import wraps

from tibidi import TYPE_CHECKING
from tibidi import hooks
from tibidi.process import os

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from types import ModuleType
    from typing import Any

# The function of gunicorn's Arbiter in which a worker lives.
WORKER = "spawn_worker"
ABORTED = "gunicorn aborted this worker after {} s without an answer; nothing was raised, this is its stack then"


def install(module: ModuleType) -> None:
    """Install the hook in `gunicorn.glogging` or `gunicorn.workers.base`."""
    if module.__name__ == "gunicorn.glogging":
        hooks.replace_function(module.Logger, "exception", _wrap_exception)
    else:
        hooks.replace_function(module.Worker, "__init__", _wrap_init)


def _wrap_exception(previous: Callable[..., None]) -> Callable[..., None]:
    @wraps(previous)
    def exception(*args: object, **options: object) -> None:
        try:
            previous(*args, **options)
        finally:
            if sys._getframe(1).f_code.co_name == WORKER:
                hooks.report(sys.exc_info()[1], hooks.CHILD)

    return exception


def _wrap_init(previous: Callable[..., None]) -> Callable[..., None]:
    @wraps(previous)
    def __init__(self: Any, *args: object, **options: object) -> None:  # noqa: N807 - it replaces one
        previous(self, *args, **options)
        # A wrapper of `handle_abort()` would be in the traceback of the SystemExit that it raises.
        hooks.replace_function(self.cfg.settings["worker_abort"], "value", _wrap_abort)

    return __init__


def _wrap_abort(previous: Callable[..., object]) -> Callable[..., object]:
    @wraps(previous)
    def worker_abort(worker: Any) -> object:
        # gunicorn kills the worker within a second.  A copy of the process has the time for a dump.
        if os.fork() == 0:
            try:
                error = TimeoutError(ABORTED.format(worker.cfg.timeout))
                hooks.report(error.with_traceback(_traceback(sys._getframe(2))), hooks.CHILD)
            finally:
                os._exit(0)
        return previous(worker)

    return worker_abort


def _traceback(frame: FrameType | None) -> Any:
    """Return a traceback of a stack that is still running."""
    from types import TracebackType

    tb = None
    while frame is not None:
        tb = TracebackType(tb, frame, max(frame.f_lasti, 0), frame.f_lineno or 1)
        frame = frame.f_back
    return tb
