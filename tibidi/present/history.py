"""What happened before a crash, for reading: the tail of the log, and the exceptions that were swallowed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import cast

from tibidi.history import LogRecord, SwallowedException, swallowed
from tibidi.model import FrameRecord, Summary
from tibidi.present import phrases
from tibidi.present.frames import Frames
from tibidi.present.lines import FAINT, HEADING, PLAIN, Line, cut
from tibidi.process.texts import unix_path

SHOWN = 20  # records
RECENT_SECONDS = 30.0


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
    file = unix_path(record.file).rpartition("/")[2]
    thread = f" in {record.thread}" if record.thread not in {"", "MainThread"} else ""
    return f"{record.time[11:23]} {record.level:7} {record.logger}, {file}:{record.line}{thread}"


def caught(summary: Summary, frames: Frames, *, everything: bool = True) -> Iterator[Line]:
    """Yield the exceptions that own code raised or caught in the last seconds, a line each, or all of them."""
    found = swallowed(summary)
    shown = found if everything else recent(summary, frames)
    more = f", {len(found) - len(shown)} more with --all" if len(shown) < len(found) else ""
    if shown:
        yield [(HEADING, "swallowed"), (FAINT, f", {phrases.count(len(shown), 'handler')} before the crash{more}")]
    for each in shown:
        yield [(FAINT, f"  {each.time[11:23]} "), (PLAIN, cut(fate(each, frames), frames.width))]


def recent(summary: Summary, frames: Frames) -> list[SwallowedException]:
    """Return what own code raised or caught in the last seconds, but not what is among the exceptions anyway."""
    try:
        since = (datetime.fromisoformat(summary.time) - timedelta(seconds=RECENT_SECONDS)).isoformat()
    except (ValueError, OverflowError):  # a damaged text
        since = ""
    shown = {(each.type, each.frames[-1].file, each.frames[-1].line) for each in summary.exceptions if each.frames}
    return [
        each
        for each in swallowed(summary)
        if each.time >= since
        and (each.times > 1 or (each.type, each.raised_file, each.raised_line) not in shown)
        and any(frames.is_own(cast("FrameRecord", each._replace(file=file))) for file in (each.file, each.raised_file))
    ]


def fate(record: SwallowedException, frames: Frames) -> str:
    """Return `shop.py:31 in total, 3 times, raised at shop.py:12 in price: KeyError: apple`."""
    raised = record._replace(file=record.raised_file, line=record.raised_line, name=record.raised_name)
    places = [frames.place(cast("FrameRecord", each)) for each in (record, raised)]
    times = f", {record.times:,} times" if record.times > 1 else ""
    origin = f", raised at {places[1]}" if places[1] != places[0] else ""
    return f"{places[0]}{times}{origin}: {phrases.crash_line(record.type, record.message)}".replace("\n", " ¶ ")
