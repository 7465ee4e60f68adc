"""What a debugger prints before its first prompt: the crash, its place, and what differs on this machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tibidi.dump import Dump
from tibidi.model import MISSING_HERE, SNAPSHOT
from tibidi.present import phrases
from tibidi.present.lines import MESSAGE_CHARS, cut
from tibidi.process.texts import printable
from tibidi.revive.mismatch import PACKAGE, SOURCE, mismatches
from tibidi.revive.revived import RevivedDump

# `info` prints all of them.
MAX_LINES = 6
MAX_PACKAGES = 4

MODULE = r"modules\['(.*)'\]"

LIVE = "Values are live: application objects, rebuilt with the application's code."
INERT = "Values are inert: no application code is imported or run. --live rebuilds application objects with that code."


def banner(revived: RevivedDump, number: int) -> Iterator[str]:
    """Yield the lines that describe the crash, shown from exception `number` on."""
    dump = revived.dump
    shown, crash = revived.exceptions[number].dumped, revived.exceptions[-1].dumped
    if number == revived.root_cause() and shown is not crash:
        yield printable(phrases.caused_by(crash.type, shown.type, revived.place(shown)))
    yield cut(printable(phrases.crash_line(shown.type, shown.message)), MESSAGE_CHARS)
    index = revived.innermost_own(shown)
    for frame in shown[index : index + 1]:
        yield printable(f"  at {phrases.place(frame.file, frame.line, frame.qualname or frame.name)}")
    for frame in shown[index + 1 :][-1:]:
        place = phrases.place(frame.file, frame.line, frame.qualname)
        yield printable(f"  raised {phrases.count(len(shown) - 1 - index, 'frame')} below, at {place}")
    verb = "Crashed" if dump.exceptions else "Taken" if dump.kind == SNAPSHOT else "Ended"
    yield printable(f"{verb} {phrases.origin(dump.summary)}.")
    elsewhere = phrases.elsewhere(dump.summary.exceptions)
    if elsewhere:
        yield printable(elsewhere)
    yield printable(phrases.without_values(dump.omissions)) or (LIVE if dump.live else INERT)
    if dump.prepared:
        yield printable(dump.prepared)
    matches = (re.fullmatch(MODULE, each.path) for each in dump.omissions if each.reason == MISSING_HERE)
    absent = _packages([match[1] for match in matches if match])
    if absent:
        more = f" and {len(absent) - MAX_PACKAGES} more" if len(absent) > MAX_PACKAGES else ""
        yield printable(f"Not importable here: {', '.join(absent[:MAX_PACKAGES])}{more}; set PYTHONPATH, or install.")
    if dump.omissions:
        here = sum(each.here for each in dump.omissions)
        missing = phrases.count(len(dump.omissions) - here, "omission")
        yield f"Not in the dump: {missing}; not rebuilt here: {here}; type omitted to list them."
    yield from _mismatches(dump)


def _packages(modules: list[str]) -> list[str]:
    """Return modules, and instead of those of a package that is missing as a whole its name."""
    known = set(modules)
    tops = [(name, name.partition(".")[0]) for name in modules]
    return list(dict.fromkeys(top if top in known else name for name, top in tops))


def _mismatches(dump: Dump) -> Iterator[str]:
    serious = [each for each in mismatches(dump.summary, dump.sources) if each.serious]
    if dump.live and any(each.kind == SOURCE for each in serious):
        yield "Sources are shown as they were at the crash; a call runs the code that is here now."
    packages = [f"{each.subject} {each.detail}" for each in serious if each.kind == PACKAGE]
    others = [str(each) for each in serious if each.kind != PACKAGE]
    for line in others[:MAX_LINES]:
        yield printable(f"Differs here: {line}")
    if packages:
        yield printable(f"Differs here: {'; '.join(packages[:MAX_PACKAGES])}")
    more = len(others[MAX_LINES:]) + len(packages[MAX_PACKAGES:])
    if more:
        yield f"Differs here: {more} more; type info to list all"
