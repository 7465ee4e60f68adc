"""What signal handlers of the application raise: it may come at any moment, and is not what goes wrong in a dump."""

# No `from __future__ import annotations` here: at the crash, there may be no way to it before this one is loaded.

import _signal  # type: ignore[import-not-found]  # `signal` without its enumerations, unknown to typeshed
from types import FunctionType
from types import MethodType

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType

_traceback_of = vars(BaseException)["__traceback__"].__get__


def has_raised(error: BaseException) -> bool:
    """Say whether an exception has come out of a signal handler, as those of alarms do."""
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
