"""What happened before a crash, for reading: the tail of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tibidi.present import phrases
from tibidi.present.lines import FAINT, HEADING, PLAIN, cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tibidi.history import LogRecord
    from tibidi.present.lines import Line

SHOWN = 20  # records


def log(records: Sequence[LogRecord], width: int | None = None, *, everything: bool = True) -> Iterator[Line]:
    """Yield the last records, a line each, or all of them in full."""
    shown = records if everything else records[-SHOWN:]
    more = f", {len(records) - len(shown)} more with --all" if len(shown) < len(records) else ""
    yield [(HEADING, "log"), (FAINT, f", the last {phrases.count(len(shown), 'record')}{more}")]
    for each in shown:
        start = f"  {head(each)}: "
        room = None if everything or width is None else max(width - len(start), 20)
        yield [(FAINT, start), (PLAIN, cut(each.text.replace("\n", " ¶ "), room))]


def head(record: LogRecord) -> str:
    """Return time, level, logger and place of a record, and the thread if that is not the main one."""
    file = record.file.replace("\\", "/").rpartition("/")[2]
    thread = f" in {record.thread}" if record.thread not in {"", "MainThread"} else ""
    return f"{record.time[11:23]} {record.level:7} {record.logger}, {file}:{record.line}{thread}"
