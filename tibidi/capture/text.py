"""traceback.txt: what Python would have printed, from the story and the sources.

The frames are formatted by the `traceback` module of the running Python, so
that carets and repeated lines are as in this version; it is given the lines,
and so asks neither files nor loaders.  Chains and groups are put together
here, since `TracebackException` wants live objects.
"""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING
from typing import Any

from tibidi.model import CAUSE
from tibidi.model import CONTEXT
from tibidi.model import MEMBER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from tibidi.model import ExceptionRecord
    from tibidi.model import FrameRecord
    from tibidi.model import Summary

HEADER = "Traceback (most recent call last):"
CAUSE_WORDS = "\nThe above exception was the direct cause of the following exception:\n"
CONTEXT_WORDS = "\nDuring handling of the above exception, another exception occurred:\n"
# As in CPython's traceback.py.
MAX_GROUP_WIDTH = 15
MAX_GROUP_DEPTH = 10
MAX_CHAIN = 200


def traceback_text(summary: Summary, sources: Mapping[str, str]) -> str:
    """Return the traceback of the exception that ended the program, with all behind it."""
    lines = {name: text.splitlines() for name, text in sources.items()}
    return "\n".join(_Printer(summary, lines).exception(summary.exceptions[-1])) + "\n" if summary.exceptions else ""


class _Printer:
    def __init__(self, summary: Summary, lines: Mapping[str, list[str]]) -> None:
        self._lines = lines
        self._children: dict[int, list[ExceptionRecord]] = {}
        for record in summary.exceptions:
            if record.parent is not None:
                self._children.setdefault(record.parent, []).append(record)

    def exception(self, record: ExceptionRecord, depth: int = 0) -> Iterator[str]:
        """Yield the lines of an exception, those before it in the chain first."""
        chain: list[tuple[str, ExceptionRecord]] = []
        earlier: ExceptionRecord | None = record
        words = ""
        while earlier is not None and len(chain) < MAX_CHAIN:
            chain.append((words, earlier))
            words, earlier = self._earlier(earlier)
        for words, each in reversed(chain):
            yield from self._one(each, depth)
            if words:
                yield from words.split("\n")

    def _earlier(self, record: ExceptionRecord) -> tuple[str, ExceptionRecord | None]:
        children = {child.relation: child for child in self._children.get(record.id, ())}
        if CAUSE in children:
            return CAUSE_WORDS, children[CAUSE]
        if CONTEXT in children and not record.suppress_context:
            return CONTEXT_WORDS, children[CONTEXT]
        return "", None

    def _one(self, record: ExceptionRecord, depth: int) -> Iterator[str]:
        members = [child for child in self._children.get(record.id, ()) if child.relation == MEMBER]
        if not members:
            yield from self._plain(record, HEADER)
        elif depth < MAX_GROUP_DEPTH:
            yield from self._group(record, members, depth)
        else:
            yield f"... (max_group_depth is {MAX_GROUP_DEPTH})"

    def _plain(self, record: ExceptionRecord, header: str) -> Iterator[str]:
        if record.frames:
            yield header
            yield from self._stack(record.frames)
        yield from last_words(record)

    def _group(self, record: ExceptionRecord, members: list[ExceptionRecord], depth: int) -> Iterator[str]:
        """Yield a group in its frame, one level of which is two columns wide."""
        mark, indent = ("+", "  ") if depth == 0 else ("|", "")
        first = True
        for line in self._plain(record, f"Exception Group {HEADER}"):
            yield f"{indent}{'+' if first and depth == 0 else '|'} {line}"
            first = False
        del mark
        shown = members[:MAX_GROUP_WIDTH]
        for number, member in enumerate(shown, start=1):
            yield f"{indent}+-{'+' if number == 1 else '-'}---------------- {number} ----------------"
            for line in self.exception(member, depth + 1):
                yield f"{indent}  {line if line.startswith(('+-', '| ')) else '| ' + line}"
        if len(members) > len(shown):
            yield f"{indent}  +---------------- ... ----------------"
            yield f"{indent}  | and {len(members) - len(shown)} more exceptions"
        yield f"{indent}  +------------------------------------"

    def _stack(self, frames: tuple[FrameRecord, ...]) -> Iterator[str]:
        summaries = [self._frame_summary(frame) for frame in frames]
        for block in traceback.StackSummary.from_list(summaries).format():
            yield from block.rstrip("\n").split("\n")

    def _frame_summary(self, frame: FrameRecord) -> traceback.FrameSummary:
        lines = self._lines.get(frame.file, [])
        end = frame.end_line or frame.line
        text = lines[frame.line - 1 : end] if 0 < frame.line <= end else []
        extra: dict[str, Any] = {}
        if sys.version_info >= (3, 11):
            extra = {"end_lineno": frame.end_line, "colno": frame.column, "end_colno": frame.end_column}
        if sys.version_info >= (3, 13):
            line = "".join(f"{each.rstrip()}\n" for each in text)
        else:
            line = f"{text[0]}\n" if text else ""  # with its end, as linecache has it: 3.11 and 3.12 count it
        return traceback.FrameSummary(frame.file, frame.line, frame.name, lookup_line=False, line=line, **extra)


def last_words(record: ExceptionRecord) -> Iterator[str]:
    """Yield type, message and notes, as they stand below a traceback."""
    module, _, name = record.type.rpartition(".")
    name = name if module in {"builtins", "__main__"} else record.type
    yield from (f"{name}: {record.message}" if record.message else name).split("\n")
    for note in record.notes:
        yield from note.split("\n")
