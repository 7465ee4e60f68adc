"""The hook for exceptions that an application catches and logs: records with `exc_info`.

Installed with TIBIDI_LOGGING, for records of that level or above.  Web
frameworks and task queues report failed views and tasks this way.
"""

from __future__ import annotations

from functools import wraps

from tibidi import TYPE_CHECKING
from tibidi import config
from tibidi import hooks

if TYPE_CHECKING:
    from collections.abc import Callable
    from logging import Logger
    from logging import LogRecord
    from types import ModuleType

    Handle = Callable[[Logger, LogRecord], None]


def install(module: ModuleType) -> None:
    """Install the hook in `logging`, after the filters of loggers and before their handlers."""
    hooks.replace_function(module.Logger, "callHandlers", _wrap)


def _wrap(previous: Handle) -> Handle:
    @wraps(previous)
    def callHandlers(self: Logger, record: LogRecord) -> None:  # noqa: N802 - logging's name
        exc = _exception(record)  # now, since handlers for queues remove it
        try:
            previous(self, record)
        finally:
            if exc is not None:
                hooks.report(exc, hooks.LOGGING)

    return callHandlers


def _exception(record: LogRecord) -> BaseException | None:
    """Return the exception of a record that must be dumped, else None."""
    if config.logging_level is None or record.levelno < config.logging_level:
        return None
    info = record.exc_info
    return info[1] if isinstance(info, tuple) and len(info) == 3 else None
