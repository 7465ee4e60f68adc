"""What a debugger says before its first prompt: what crashed, where, and what to mind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tibidi.present import words
from tibidi.process.texts import printable
from tibidi.revive.mismatch import PACKAGE
from tibidi.revive.mismatch import mismatches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tibidi.dump import Dump
    from tibidi.revive.mismatch import Mismatch
    from tibidi.revive.stage import Act

# `info` has them all.
MAX_LINES = 6
MAX_PACKAGES = 4

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


def _differences(dump: Dump) -> Iterator[str]:
    serious = [each for each in differences(dump) if each.serious]
    packages = [f"{each.subject} {each.detail}" for each in serious if each.kind == PACKAGE]
    others = [str(each) for each in serious if each.kind != PACKAGE]
    for line in others[:MAX_LINES]:
        yield printable(f"Differs here: {line}")
    if packages:
        yield printable(f"Differs here: {'; '.join(packages[:MAX_PACKAGES])}")
    more = len(others[MAX_LINES:]) + len(packages[MAX_PACKAGES:])
    if more:
        yield f"Differs here: {more} more; type info to see all"
