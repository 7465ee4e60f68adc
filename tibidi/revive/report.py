"""What a debugger says before its first prompt: what crashed, where, and what to mind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tibidi.mismatch import mismatches
from tibidi.present import words
from tibidi.present.safe import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tibidi.dump import Dump
    from tibidi.mismatch import Mismatch
    from tibidi.revive.stage import Act

MAX_MISMATCHES = 8  # lines; `info` has them all

LIVE = "Values are live: objects of the application, rebuilt with its code."
INERT = "Values are inert: nothing of the application is imported or run. --live rebuilds its objects with its code."


def opening(dump: Dump, act: Act) -> Iterator[str]:
    """Yield the lines that tell which crash this is."""
    record, process = act.dumped.record, dump.process
    yield printable(words.crash_line(record.type, record.message))
    for frame in record.frames[-1:]:
        yield printable(f"  at {frame.file}:{frame.line} in {frame.qualname or frame.name}")
    yield printable(f"Crashed {words.moment(dump.summary.time)} UTC on {process.hostname}, Python {process.python}.")
    yield LIVE if dump.live else INERT
    if dump.omissions:
        yield f"Not in the dump: {words.count(len(dump.omissions), 'omission')}; type omitted to see which, and why."
    yield from _differences(dump)


def differences(dump: Dump) -> list[Mismatch]:
    """Return all that differs between the machine of the crash and this one."""
    return mismatches(dump.summary, dump.sources)


def position(act: Act) -> str:
    """Return where an exception stands, in one line."""
    frame = act.dumped[-1]
    crash = words.crash_line(act.dumped.type, act.dumped.message)
    return printable(f"{crash}, at {frame.file}:{frame.line} in {frame.qualname or frame.name}")


def _differences(dump: Dump) -> Iterator[str]:
    serious = [each for each in differences(dump) if each.serious]
    for each in serious[:MAX_MISMATCHES]:
        yield printable(f"Differs here: {each}")
    if len(serious) > MAX_MISMATCHES:
        yield f"Differs here: {len(serious) - MAX_MISMATCHES} more; type info to see all"
