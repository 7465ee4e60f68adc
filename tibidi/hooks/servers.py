"""The hook for workers of gunicorn: one that fails to boot, and one that gunicorn aborts because it hangs.

Nothing is raised in a worker that hangs.  Its dump is about a TimeoutError with the stack at the signal, and says so.
"""

from __future__ import annotations

import sys
from functools import wraps

from tibidi import TYPE_CHECKING, hooks
from tibidi.hooks.catchers import reporting
from tibidi.hooks.exits import stack_of, traceback_of_stack
from tibidi.process import os

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

# The function of gunicorn's Arbiter in which a worker lives.
WORKER = "spawn_worker"
ABORTED = "gunicorn aborted this worker after {} s without an answer; no exception was raised; this is its stack then"


def install(module: ModuleType) -> None:
    """Install the hook in `gunicorn.glogging` or `gunicorn.workers.base`."""
    if module.__name__ == "gunicorn.glogging":
        hooks.replace_function(module.Logger, "exception", reporting(_of_worker, hooks.CHILD))
    else:
        hooks.replace_function(module.Worker, "__init__", _wrap_init)


def _of_worker(*_: object, **__: object) -> object:
    """Return the exception that ends a worker, if it is what is logged."""
    return sys.exc_info()[1] if sys._getframe(2).f_code.co_name == WORKER else None


def _wrap_init(previous: Callable[..., None]) -> Callable[..., None]:
    @wraps(previous)
    def __init__(self: Any, *args: object, **options: object) -> None:  # noqa: N807 - it replaces one
        previous(self, *args, **options)
        # A wrapper of `handle_abort()` would be in the traceback of the SystemExit that it raises.
        setting = getattr(self.cfg, "settings", {}).get("worker_abort")
        if hasattr(setting, "value"):  # else another version
            hooks.replace_function(setting, "value", _wrap_abort)

    return __init__


def _wrap_abort(previous: Callable[..., object]) -> Callable[..., object]:
    @wraps(previous)
    def worker_abort(worker: Any) -> object:
        # gunicorn kills the worker within a second.  A copy of the process has the time for a dump.
        try:
            is_copy = os.fork() == 0
        except OSError:  # no process, no memory
            is_copy = False
        if is_copy:
            try:
                error = TimeoutError(ABORTED.format(worker.cfg.timeout))
                hooks.report(error.with_traceback(traceback_of_stack(stack_of(sys._getframe(2)))), hooks.CHILD)
            finally:
                sys.modules["os"]._exit(0)  # which ends the life record of the copy
        return previous(worker)

    return worker_abort
