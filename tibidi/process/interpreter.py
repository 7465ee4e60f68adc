"""Facts of the interpreter: the frames of its threads, and exceptions that signal handlers raised."""

# No `from __future__ import annotations` here: at a crash the module path may be unusable before `imports` is loaded.

import _signal  # type: ignore[import-not-found]  # `signal` without its enumerations, unknown to typeshed
import _thread
import sys
from types import FunctionType
from types import MethodType

from tibidi import TYPE_CHECKING
from tibidi.process import traceback_of

if TYPE_CHECKING:
    from types import CodeType
    from types import FrameType

OWN_MEMORY = (3, 12)
MODULES = ("_interpreters", "_xxsubinterpreters")  # from Python 3.13 on, and before that


def frames() -> "dict[int, FrameType]":
    """Return the innermost frame of each thread; only of the current thread if there are other interpreters.

    From Python 3.12 on, each interpreter of a process may have its own memory
    allocator (PEP 684).  `sys._current_frames()` returns the frames of all
    interpreters, and a reference to a foreign one aborts the process.
    """
    return sys._current_frames() if is_single_interpreter() else {_thread.get_ident(): sys._getframe(1)}


def is_single_interpreter() -> bool:
    """Return True if there is no other interpreter in this process."""
    if sys.version_info < OWN_MEMORY:
        return True
    for name in MODULES:
        try:
            return len(__import__(name).list_all()) == 1
        except (ImportError, AttributeError):
            continue
    return True


def has_handler_raised(error: BaseException) -> bool:
    """Return True if a signal handler of the application raised an exception."""
    codes = {_code_of(_signal.getsignal(number)) for number in range(1, _signal.NSIG)}
    tb = traceback_of(error)
    while tb is not None:
        if tb.tb_frame.f_code in codes:
            return True
        tb = tb.tb_next
    return False


def _code_of(handler: object) -> "CodeType | None":
    """Return the code of a function or method, None for other handlers such as SIG_DFL."""
    function = handler.__func__ if type(handler) is MethodType else handler
    return function.__code__ if type(function) is FunctionType else None
