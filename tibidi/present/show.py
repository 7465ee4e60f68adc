"""`tibidi show`: the whole summary, with the variables of every frame.

Exceptions are in the order of the dump, root cause first, each under its path
in omissions and loaded dumps.  They are printed as a list, not as a tree,
which needs no recursion: a forged dump may claim any shape.

Carets are computed here and not by the `traceback` module, whose output
depends on the Python that runs: a dump looks the same in each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tibidi.model import CAUSE
from tibidi.model import CONTEXT
from tibidi.model import MEMBER
from tibidi.present import phrases
from tibidi.process.texts import printable
from tibidi.process.texts import source_lines

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from tibidi.model import ExceptionRecord
    from tibidi.model import FrameRecord
    from tibidi.model import Omission
    from tibidi.model import Summary

# The relation of an exception to its parent, after the heading `exceptions[0]`.
RELATION_WORDS = {
    CAUSE: "the direct cause of {}",
    CONTEXT: "during whose handling {} was raised",
    MEMBER: "a member of {}",
}


def lines(summary: Summary, sources: Mapping[str, str]) -> Iterator[str]:
    """Yield exceptions, threads, tasks and omissions."""
    texts = {name: source_lines(text) for name, text in sources.items()}
    places = {record.id: f"exceptions[{index}]" for index, record in enumerate(summary.exceptions)}
    for index, exception in enumerate(summary.exceptions):
        yield from _exception(index, exception, places, texts)
        yield ""
    for index, thread in enumerate(summary.threads):
        marks = [word for word, holds in (("crashed", thread.crashed), ("daemon", thread.daemon)) if holds]
        yield printable(f"threads[{index}], {', '.join([thread.name, *marks])}")
        yield from _frames(thread.frames, texts)
        yield ""
    for index, task in enumerate(summary.tasks):
        yield printable(f"tasks[{index}], {task.name}, {task.state}")
        yield from _frames(task.frames, texts)
        yield ""
    yield from omissions(summary.omissions)


def omissions(records: Sequence[Omission]) -> Iterator[str]:
    """Yield what is missing, where and why."""
    if not records:
        yield "Nothing is missing."
        return
    yield f"{phrases.count(len(records), 'omission')}:"
    for record in records:
        yield printable(f"  {record.path}: {record.reason}" + (f", {record.detail}" if record.detail else ""))


def _exception(
    index: int, record: ExceptionRecord, places: Mapping[int, str], texts: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    yield f"exceptions[{index}]" + _relation(record, places)
    if record.frames:
        yield "Traceback (most recent call last):"
    yield from _frames(record.frames, texts)
    for line in phrases.crash_line(record.type, record.message).split("\n"):
        yield printable(line)
    for note in record.notes:
        yield from map(printable, note.split("\n"))


def _relation(record: ExceptionRecord, places: Mapping[int, str]) -> str:
    if record.parent is None or record.relation not in RELATION_WORDS:
        return ""
    parent = places.get(record.parent, "an exception that is not in the dump")
    return ", " + RELATION_WORDS[record.relation].format(parent)


def _frames(frames: Iterable[FrameRecord], texts: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for frame in frames:
        yield printable(f'  File "{frame.file}", line {frame.line}, in {frame.name}')
        yield from _source(frame, texts.get(frame.file, ()))
        for name, variable in frame.locals.items():
            yield printable(f"      {name}: {variable.type} = {variable.preview}")


def _source(frame: FrameRecord, text: Sequence[str]) -> Iterator[str]:
    if not 0 < frame.line <= len(text):
        return
    line = text[frame.line - 1].expandtabs(1)
    yield printable("    " + line.strip())
    carets = _carets(frame, line)
    if carets and line.isprintable():
        yield "    " + carets


def _carets(frame: FrameRecord, line: str) -> str:
    """Return the marks under the part of `line` that was being executed, "" if that is the whole line."""
    if frame.column is None or frame.end_column is None or frame.end_line != frame.line:
        return ""
    start, end = (_characters(line, offset) for offset in (frame.column, frame.end_column))
    indent = len(line) - len(line.lstrip())
    if end - start >= len(line.strip()) or not indent <= start < end:
        return ""
    return " " * (start - indent) + "^" * (end - start)


def _characters(line: str, offset: int) -> int:
    """Return the number of characters in the first `offset` bytes of a line."""
    return len(line.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "ignore"))
