"""What a debugger prints before its first prompt: the crash, its place, and what differs on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tibidi.present import phrases
from tibidi.process.texts import printable
from tibidi.revive.mismatch import PACKAGE
from tibidi.revive.mismatch import mismatches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tibidi.dump import Dump
    from tibidi.model import ExceptionRecord

# `info` prints all of them.
MAX_LINES = 6
MAX_PACKAGES = 4

LIVE = "Values are live: application objects, rebuilt with the application's code."
INERT = "Values are inert: no application code is imported or run. --live rebuilds application objects with that code."


def banner(dump: Dump, exception: ExceptionRecord) -> Iterator[str]:
    """Yield the lines that describe the crash."""
    yield printable(phrases.crash_line(exception.type, exception.message))
    for frame in exception.frames[-1:]:
        yield printable(f"  at {frame.file}:{frame.line} in {frame.qualname or frame.name}")
    process = dump.process
    yield printable(f"Crashed {phrases.moment(dump.summary.time)} UTC on {process.hostname}, Python {process.python}.")
    elsewhere = phrases.elsewhere(dump.summary.exceptions)
    if elsewhere:
        yield printable(elsewhere)
    yield LIVE if dump.live else INERT
    if dump.omissions:
        here = sum(each.here for each in dump.omissions)
        missing = phrases.count(len(dump.omissions) - here, "omission")
        yield f"Not in the dump: {missing}; not rebuilt here: {here}; type omitted to list them."
    yield from _mismatches(dump)


def _mismatches(dump: Dump) -> Iterator[str]:
    serious = [each for each in mismatches(dump.summary, dump.sources) if each.serious]
    packages = [f"{each.subject} {each.detail}" for each in serious if each.kind == PACKAGE]
    others = [str(each) for each in serious if each.kind != PACKAGE]
    for line in others[:MAX_LINES]:
        yield printable(f"Differs here: {line}")
    if packages:
        yield printable(f"Differs here: {'; '.join(packages[:MAX_PACKAGES])}")
    more = len(others[MAX_LINES:]) + len(packages[MAX_PACKAGES:])
    if more:
        yield f"Differs here: {more} more; type info to list all"
