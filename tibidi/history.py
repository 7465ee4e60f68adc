"""What happened before a crash, as plain data of the summary: the log, and the exceptions that were caught.

Apart from `tibidi.model`, since few crashes have any.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.process.records import NamedTuple

if TYPE_CHECKING:
    from tibidi.model import Summary


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


class SwallowedException(NamedTuple):
    """Exceptions of one type that one handler caught, so many `times`; the rest is of the last one, `time` in UTC."""

    time: str
    type: str
    message: str
    times: int
    file: str
    module: str
    line: int
    name: str
    raised_file: str
    raised_line: int
    raised_name: str


def swallowed(summary: Summary) -> tuple[SwallowedException, ...]:
    """Return what was caught before a crash; of Pythons before 3.12, the contexts of the exceptions."""
    contexts = [each for each in summary.exceptions if each.relation == "context" and each.frames]
    ends = [(each.frames[0], each.frames[-1]) for each in contexts]
    places = [(a.file, a.module, a.line, a.qualname, z.file, z.line, z.qualname) for a, z in ends]
    found = [SwallowedException(summary.time, each.type, each.message, 1, *at) for each, at in zip(contexts, places)]
    return summary.swallowed or tuple(found)
