"""What only the interpreter knows: where its threads are, and what signal handlers have raised."""

# No `from __future__ import annotations` here: at the crash, there may be no way to it before this one is loaded.

import _signal  # type: ignore[import-not-found]  # `signal` without its enumerations, unknown to typeshed
import _thread
import sys
from types import FunctionType
from types import MethodType

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType
    from types import FrameType

OWN_MEMORY = (3, 12)
MODULES = ("_interpreters", "_xxsubinterpreters")  # from Python 3.13 on, and before
_traceback_of = vars(BaseException)["__traceback__"].__get__


def frames() -> "dict[int, FrameType]":
    """Return the innermost frame of each thread, of the current one alone where there are other interpreters.

    From Python 3.12 on, interpreters in one process may have memory of their
    own each.  `sys._current_frames()` returns the frames of all of them, and to
    hold one of another interpreter for a moment ends the process by an abort.
    """
    return sys._current_frames() if is_alone() else {_thread.get_ident(): sys._getframe(1)}


def is_alone() -> bool:
    """Say whether no other interpreter is in this process."""
    if sys.version_info < OWN_MEMORY:
        return True
    for name in MODULES:
        try:
            return len(__import__(name).list_all()) == 1
        except (ImportError, AttributeError):
            continue
    return True


def has_handler_raised(error: BaseException) -> bool:
    """Say whether an exception has come out of a signal handler of the application, at whatever moment that was."""
    codes = {_code_of(_signal.getsignal(number)) for number in range(1, _signal.NSIG)}
    tb = _traceback_of(error)
    while tb is not None:
        if tb.tb_frame.f_code in codes:
            return True
        tb = tb.tb_next
    return False


def _code_of(handler: object) -> "CodeType | None":
    """Return the code of a function or method; None for SIG_DFL, None and the like."""
    function = handler.__func__ if type(handler) is MethodType else handler
    return function.__code__ if type(function) is FunctionType else None
