"""`tibidi info`: the origin of a dump, its content, and what is missing."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

from tibidi import model
from tibidi.present import phrases
from tibidi.present import show
from tibidi.process.texts import printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from tibidi.dumpfile.reader import Reader
    from tibidi.model import Omission
    from tibidi.model import ProcessRecord
    from tibidi.model import Summary

LABEL_WIDTH = 13
VALUES = "values"  # the path of an omission of all values
# The limits that end a dump early, by the reason of the omissions.
LIMITS = {model.TIMEOUT: "time limit", model.TOO_LARGE: "size limit"}


def lines(
    reader: Reader,
    *,
    trust: str,
    mismatches: Iterable[str],
    omissions: Sequence[Omission] | None = None,
) -> Iterator[str]:
    """Yield everything about a dump but its frames and variables.

    `trust` is a text about its signature, `mismatches` are the differences of
    its environment, `omissions` replace those in the file if loading found more.
    """
    summary, sources = reader.summary, reader.sources
    missing = (*summary.omissions, *reader.damage) if omissions is None else omissions
    yield _field("dump", f"{reader.path}, {phrases.size(os.path.getsize(reader.path))}")
    yield _field("written by", f"tibidi {summary.tibidi}, format {summary.format}, {_completeness(reader)}")
    yield _field("signature", trust)
    yield from _crash(summary)
    yield from _process(summary.process)
    yield from _content(summary, sources)
    reasons = Counter(omission.reason for omission in missing)
    yield _field("missing", ", ".join(f"{number:,} {reason}" for reason, number in reasons.items()) or "nothing")
    yield from _section("differences from here", mismatches)
    yield from _section("packages", _pairs(summary.process.packages, " "))
    yield from _section("environment", _pairs(summary.process.environment, "="))
    yield ""
    yield from show.omissions(missing)


def _crash(summary: Summary) -> Iterator[str]:
    yield _field("time", f"{phrases.moment(summary.time)} UTC")
    for record in summary.exceptions[-1:]:
        yield _field("crash", phrases.crash_line(record.type, record.message))
        for frame in record.frames[-1:]:
            yield _field("at", f"{frame.file}:{frame.line} in {frame.qualname}")
    yield _field("fingerprint", summary.fingerprint)


def _process(process: ProcessRecord) -> Iterator[str]:
    yield _field("command", " ".join(process.argv))
    yield _field("process", f"{process.pid}, child of {process.ppid}, in {process.cwd}")
    yield _field("python", f"{process.implementation} {process.python}, {process.executable}")
    yield _field("host", f"{process.hostname}, {process.platform}")


def _content(summary: Summary, sources: Mapping[str, str]) -> Iterator[str]:
    frames = summary.frames()
    parts = (
        phrases.count(len(summary.exceptions), "exception"),
        phrases.count(len(summary.threads), "thread"),
        phrases.count(len(summary.tasks), "task"),
        phrases.count(len(frames), "frame"),
        phrases.count(sum(len(frame.locals) for frame in frames), "variable"),
        phrases.count(len(sources), "source file"),
    )
    yield _field("content", ", ".join(parts))


def _completeness(reader: Reader) -> str:
    if reader.cut:
        return "cut: the end of the file is missing"
    if reader.summary.complete:
        return "complete"
    return f"not complete: {_why_incomplete((*reader.summary.omissions, *reader.damage))}"


def _why_incomplete(omissions: Iterable[Omission]) -> str:
    """Return why not everything was visited: an error that concerns all values, else the limits reached."""
    reasons = set()
    for omission in omissions:
        if omission.path == VALUES and omission.reason == model.FAILED:
            return f"the values could not be written: {omission.detail}"
        if omission.path == VALUES and omission.reason == model.DAMAGED:
            return omission.detail
        reasons.add(omission.reason)
    reached = " or ".join(limit for reason, limit in LIMITS.items() if reason in reasons)
    return f"the {reached} of a dump was reached" if reached else "the reason is not known"


def _section(title: str, items: Iterable[str]) -> Iterator[str]:
    items = list(items)
    if items:
        yield ""
        yield f"{title}:"
        yield from (printable(f"  {item}") for item in items)


def _pairs(mapping: Mapping[str, str], separator: str) -> Iterator[str]:
    return (f"{name}{separator}{value}" for name, value in sorted(mapping.items()))


def _field(label: str, value: str) -> str:
    return printable(f"{label:{LABEL_WIDTH}}{value}".rstrip())
