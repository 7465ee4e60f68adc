"""The door for what applications catch and log: records with `exc_info`.

Only with TIBIDI_LOGGING, from that level on.  Web frameworks and task queues
report this way what went wrong in a view or a task.
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
    """Hang the door in `logging`, behind the filters of loggers and before their handlers."""
    hooks.replace_function(module.Logger, "callHandlers", _wrap)


def _wrap(previous: Handle) -> Handle:
    @wraps(previous)
    def callHandlers(self: Logger, record: LogRecord) -> None:  # noqa: N802 - logging's name
        exc = _exception(record)  # now, since handlers for queues take it away
        try:
            previous(self, record)
        finally:
            if exc is not None:
                hooks.report(exc, hooks.LOGGING)

    return callHandlers


def _exception(record: LogRecord) -> BaseException | None:
    """Return the exception of a record that is to be dumped."""
    if config.logging_level is None or record.levelno < config.logging_level:
        return None
    info = record.exc_info
    return info[1] if isinstance(info, tuple) and len(info) == 3 else None
