"""What happened before a crash, as plain data of the summary: the log, and the exceptions that were caught.

Apart from `tibidi.model`, since few crashes have any.
"""

from __future__ import annotations

from tibidi.process.records import NamedTuple


class LogRecord(NamedTuple):
    """A record of a log, or a warning: `time` in UTC, the `name` of the function, and the text as it was formatted."""

    time: str
    level: str
    logger: str
    file: str
    line: int
    name: str
    thread: str
    text: str
