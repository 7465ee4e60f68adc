"""The hook for exceptions that an application catches and logs: with `logging`, loguru or structlog, or by printing.

Installed with TIBIDI_LOGGING, for records of that level or above.  Web frameworks and task queues report failed views
and tasks this way.  A record without `exc_info` stands for the exception that is being handled: many log the text of
the traceback instead.  `traceback.print_exc()` counts as a record of level ERROR, and so does an exception in a future
whose result nobody asks for.
"""

from __future__ import annotations

import sys
from _thread import get_ident
from _weakrefset import WeakSet  # whatever a `weakref.py` of the program is

from tibidi import TYPE_CHECKING, config, hooks
from tibidi.config import LEVELS
from tibidi.hooks.catchers import reporting
from tibidi.hooks.tail import in_place_of
from tibidi.process import dump_threads, traceback_of

if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

ERROR = LEVELS["ERROR"]
# Methods of structlog that are not called like their level.
METHODS = {"EXCEPTION": ERROR, "ERR": ERROR, "FAILURE": ERROR}
UNSEEN = "_tibidi_unseen"  # an attribute of futures


def install(module: ModuleType) -> None:
    """Install the hook in a module of `hooks.LOG_HOOKS`."""
    if module.__name__ == "loguru._handler":
        hooks.replace_function(module.Handler, "emit", _in_place(_in_loguru))
    elif module.__name__ == "structlog._base":
        hooks.replace_function(module.BoundLoggerBase, "_proxy_to_logger", _in_place(_in_structlog))
    elif module.__name__ == "traceback":
        hooks.replace_function(module, "print_exception", reporting(_printed, hooks.LOGGING))
    elif module.__name__ == "concurrent.futures._base":
        if "_exception" not in vars(module.Future):
            module.Future._exception = _Outcome()
    else:  # after the filters of loggers and before their handlers
        hooks.replace_function(module.Logger, "callHandlers", _in_place(_in_record))


def _in_place(find: Any) -> Any:
    wrap = reporting(find, hooks.LOGGING)
    return lambda previous: in_place_of(previous, wrap(previous))


def unseen() -> list[BaseException]:
    """Return the exceptions of futures whose result was never asked for."""
    return [each.exc for each in list(_unseen)]


def _in_record(_: object, record: Any) -> object:
    """Return what a record of `logging` is about, else None."""
    return _about(record.levelno, record.exc_info)


def _in_loguru(_: object, record: Any, *__: object) -> object:
    """Return what a record of loguru is about."""
    return _about(record["level"].no, record["exception"])


def _in_structlog(_: object, method: str, event: object = None, **values: object) -> object:
    """Return what a call of structlog is about."""
    name = method.upper()
    return _about(LEVELS.get(name) or METHODS.get(name, 0), values.get("exc_info"))


def _printed(*args: object, **options: object) -> object:
    """Return the exception that `traceback.print_exception()` prints on a standard stream."""
    file = options.get("file", args[4] if len(args) > 4 else None)
    if get_ident() in dump_threads:  # from Python 3.13 on, hooks of the interpreter print so, and ours report it
        return None
    if file is not None and file is not sys.stderr and file is not sys.stdout:
        return None
    return _about(ERROR, next(filter(hooks.is_exception, (*args, *options.values())), None))


def _about(level: int, info: Any) -> object:
    """Return the exception that a record is about: that of its `exc_info`, else the one being handled."""
    if config.logging_level is None or level < config.logging_level:
        return None
    if issubclass(type(info), tuple) and len(info) == 3:
        return info[1]
    if hooks.is_exception(info):
        return info
    exc = sys.exc_info()[1]
    return exc if issubclass(type(exc), Exception) else None  # others, such as CancelledError, end something


class _Outcome:
    """The attribute `_exception` of a Future: one that is set and never read has been overlooked.

    A wrapper of `result()` would be in the tracebacks that applications print.
    """

    def __get__(self, future: Any, owner: object = None) -> Any:
        if future is None:
            return self
        unseen = vars(future).pop(UNSEEN, None)
        if unseen is not None:
            unseen.exc = None
        if "_exception" not in vars(future):
            raise AttributeError("_exception")
        return vars(future)["_exception"]

    def __set__(self, future: Any, exc: Any) -> None:
        vars(future)["_exception"] = exc
        is_logged = config.logging_level is not None and config.logging_level <= ERROR
        if is_logged and hooks.is_exception(exc) and traceback_of(exc) is not None:
            vars(future)[UNSEEN] = _Unseen(exc)


class _Unseen:
    """An exception that nobody has asked for so far."""

    def __init__(self, exc: BaseException) -> None:
        self.exc = exc
        _unseen.add(self)

    def __del__(self) -> None:
        hooks.report(self.exc, hooks.LOGGING)


_unseen: WeakSet[_Unseen] = WeakSet()
