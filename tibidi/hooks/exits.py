"""The hook for exits that an exception led to, such as `sys.exit("no such file")` in an `except` block.

Installed with TIBIDI_EXITS=errors.  No hook of the interpreter is called for
SystemExit.  So `sys.exit()`, `exit()` and `quit()` keep it, from Python 3.12 on
also `raise SystemExit` (by `sys.monitoring`), and the exit handler that runs
last reports it if nobody has caught it: then its traceback begins at the
outermost frame of the main thread.
"""

from __future__ import annotations

import atexit
import builtins
import sys
from _thread import get_ident
from functools import wraps

from tibidi import TYPE_CHECKING
from tibidi import hooks
from tibidi.process import traceback_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType
    from typing import Any

    Exit = Callable[..., Any]

CONTEXT: Any = BaseException.__dict__["__context__"]
TOOL = 4  # of sys.monitoring; 0, 1, 2 and 5 are for debuggers, coverage, profilers and optimizers
NAME = "tibidi"
# Errors of the command line are no crashes: those of argparse, and of click.
USAGE = {"ArgumentError", "ArgumentTypeError", "UsageError"}

_main_thread = get_ident()
# The latest exit of the main thread that an exception led to, and its outermost frame.
_latest: list[Any] = []


def install() -> None:
    """Install the hook, once."""
    if hooks.is_hook(sys.exit) or (sys.version_info >= (3, 12) and sys.monitoring.get_tool(TOOL) == NAME):
        return
    atexit.unregister(hooks.report_unseen)
    atexit.register(hooks.report_unseen)
    if sys.version_info >= (3, 12) and sys.monitoring.get_tool(TOOL) is None:
        sys.monitoring.use_tool_id(TOOL, NAME)
        sys.monitoring.register_callback(TOOL, sys.monitoring.events.RAISE, _see)
        sys.monitoring.set_events(TOOL, sys.monitoring.events.RAISE)
        return
    hooks.replace_function(sys, "exit", _wrap)
    for name in ("exit", "quit"):
        if hasattr(builtins, name):  # not with -S
            hooks.replace_function(type(getattr(builtins, name)), "__call__", _wrap)


def unseen(catcher: Any = None) -> list[BaseException]:
    """Return the exit that ends the process, if an exception led to it: nobody caught it but `catcher`."""
    exits, _latest[:] = _latest[:], []
    found = []
    for exc, frame in zip(exits[::2], exits[1::2]):
        tb: Any = traceback_of(exc)
        if tb is not None and (tb.tb_frame is frame or tb.tb_frame.f_code is getattr(catcher, "__code__", None)):
            found.append(exc)
        while tb is not None:
            if tb.tb_next is not None and tb.tb_next.tb_frame.f_globals is globals():
                tb.tb_next = None  # our own frame
            tb = tb.tb_next
    return found


def _wrap(previous: Exit) -> Exit:
    @wraps(previous)
    def exit(*args: object, **options: object) -> object:
        try:
            return previous(*args, **options)
        except SystemExit as exc:
            _keep(exc)
            raise

    return exit


def _see(code: CodeType, offset: int, exc: BaseException) -> None:
    """Look at an exception that is raised, for `sys.monitoring`."""
    if issubclass(type(exc), SystemExit):
        _keep(exc)


def _keep(exc: BaseException) -> None:
    """Keep an exit of the main thread, until the next one."""
    if get_ident() != _main_thread:
        return
    frame = sys._getframe(1)
    while frame.f_back is not None:
        frame = frame.f_back
    _latest[:] = [exc, frame] if _is_error(exc) else []


def _is_error(exc: Any) -> bool:
    """Return True if an exit has a message or a status other than 0, and comes from a crash."""
    if exc.code is None or exc.code == 0:
        return False
    causes: dict[int, BaseException] = {}
    cause = exc.__cause__ or CONTEXT.__get__(exc)
    while cause is not None and id(cause) not in causes:
        causes[id(cause)] = cause
        cause = cause.__cause__ or CONTEXT.__get__(cause)
    kinds = {kind.__name__ for cause in causes.values() for kind in type(cause).__mro__}
    return (
        bool(causes) and not any(issubclass(type(each), hooks.ENDS) for each in causes.values()) and not kinds & USAGE
    )
