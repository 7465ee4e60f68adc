"""traceback.txt: what Python would have printed, from the story and the sources.

The frames are formatted by the `traceback` module of the running Python, so
that carets and repeated lines are as in this version; it is given the lines,
and so asks neither files nor loaders.  Chains and groups are put together
here, since `TracebackException` wants live objects.  Messages and notes are
redacted in the story already; lines of source stand here as they stand in the
sources.
"""

from __future__ import annotations

import sys
import traceback

from tibidi import TYPE_CHECKING
from tibidi.capture.messages import is_native
from tibidi.model import CAUSE
from tibidi.model import CONTEXT
from tibidi.model import MEMBER
from tibidi.process.texts import source_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from typing import Any

    from tibidi.look.frames import LiveCrash
    from tibidi.look.frames import LiveException
    from tibidi.model import ExceptionRecord
    from tibidi.model import FrameRecord
    from tibidi.model import Summary

HEADER = "Traceback (most recent call last):"
CAUSE_WORDS = "\nThe above exception was the direct cause of the following exception:\n"
CONTEXT_WORDS = "\nDuring handling of the above exception, another exception occurred:\n"
# What Python looks for similar names for.
SUGGESTIVE = (NameError, AttributeError, ImportError)
# Not printed before the name of a type.
UNNAMED_MODULES = ("builtins.", "__main__.") if sys.version_info >= (3, 11) else ("builtins.",)
# As in CPython's traceback.py.
MAX_GROUP_WIDTH = 15
MAX_GROUP_DEPTH = 10
MAX_CHAIN = 200


def traceback_text(
    summary: Summary, sources: Mapping[str, str], crash: LiveCrash | None = None, clean: Callable[[str], str] = str
) -> str:
    """Return the traceback of the exception that ended the program, with all behind it.

    With the crash, syntax errors show their line, which is not in the story
    and is redacted by `clean`.
    """
    if not summary.exceptions:
        return ""
    printer = _Printer(summary, {name: source_lines(text) for name, text in sources.items()}, crash, clean)
    return "".join(f"{line}\n" for line in printer.exception(summary.exceptions[-1]))


class _Printer:
    """Prints as `TracebackException.format()` does; `_depth` is that of the groups around what is being printed."""

    def __init__(
        self, summary: Summary, lines: Mapping[str, list[str]], crash: LiveCrash | None, clean: Callable[[str], str]
    ) -> None:
        self._lines = lines
        self._clean = clean
        self._depth = 0
        self._needs_close = False
        self._live = {} if crash is None else {live.id: live for live in crash.exceptions}
        self._children: dict[int, list[ExceptionRecord]] = {}
        for record in summary.exceptions:
            if record.parent is not None:
                self._children.setdefault(record.parent, []).append(record)

    def exception(self, record: ExceptionRecord) -> Iterator[str]:
        """Yield the lines of an exception, those before it in the chain first."""
        chain: list[tuple[str, ExceptionRecord]] = []
        earlier: ExceptionRecord | None = record
        words = ""
        while earlier is not None and len(chain) < MAX_CHAIN:
            chain.append((words, earlier))
            words, earlier = self._earlier(earlier)
        for words, each in reversed(chain):
            yield from self._one(each)
            if words:
                yield from self._emit(words.split("\n"))

    def _earlier(self, record: ExceptionRecord) -> tuple[str, ExceptionRecord | None]:
        children = {child.relation: child for child in self._children.get(record.id, ())}
        if CAUSE in children:
            return CAUSE_WORDS, children[CAUSE]
        if CONTEXT in children and not record.suppress_context:
            return CONTEXT_WORDS, children[CONTEXT]
        return "", None

    def _one(self, record: ExceptionRecord) -> Iterator[str]:
        members = [child for child in self._children.get(record.id, ()) if child.relation == MEMBER]
        if not members:
            if record.frames:
                yield from self._emit([HEADER, *self._stack(record.frames)])
            yield from self._emit(self._last_words(record))
        elif self._depth > MAX_GROUP_DEPTH:
            yield from self._emit([f"... (max_group_depth is {MAX_GROUP_DEPTH})"])
        else:
            yield from self._group(record, members)

    def _group(self, record: ExceptionRecord, members: list[ExceptionRecord]) -> Iterator[str]:
        is_outermost = self._depth == 0
        self._depth += is_outermost
        if record.frames:
            yield from self._emit([f"Exception Group {HEADER}"], "+" if is_outermost else "|")
            yield from self._emit(self._stack(record.frames))
        yield from self._emit(self._last_words(record))
        yield from self._members(members)
        self._depth -= is_outermost

    def _members(self, members: list[ExceptionRecord]) -> Iterator[str]:
        excess = len(members) - MAX_GROUP_WIDTH
        number = min(len(members), MAX_GROUP_WIDTH + 1)
        self._needs_close = False
        for at, member in enumerate(members[:number]):
            self._needs_close = self._needs_close or at == number - 1
            title = "..." if at == MAX_GROUP_WIDTH else str(at + 1)
            yield f"{self._indent()}{'  ' if at else '+-'}+---------------- {title} ----------------"
            self._depth += 1
            if at == MAX_GROUP_WIDTH:
                yield from self._emit([f"and {excess} more exception{'s' if excess > 1 else ''}"])
            else:
                yield from self.exception(member)
            if at == number - 1 and self._needs_close:  # unless a group within has closed the frame
                yield f"{self._indent()}+------------------------------------"
                self._needs_close = False
            self._depth -= 1

    def _emit(self, lines: Iterable[str], margin: str = "|") -> Iterator[str]:
        for line in lines:
            yield f"{self._indent()}{margin} {line}" if self._depth else line

    def _indent(self) -> str:
        return "  " * self._depth

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

    def _last_words(self, record: ExceptionRecord) -> Iterator[str]:
        """Yield type, message and notes, as they stand below a traceback."""
        live = self._live.get(record.id)
        if live is not None and issubclass(type(live.exception), SyntaxError) and is_native(live.exception):
            yield from map(self._clean, _of_syntax_error(live.exception))
        else:
            message = record.message + _suggestion(live)
            yield from f"{_name(record)}: {message}".split("\n") if message else [_name(record)]
        for note in record.notes:
            yield from note.split("\n")


def _suggestion(live: LiveException | None) -> str:
    if live is None or not issubclass(type(live.exception), SUGGESTIVE):
        return ""
    from tibidi.capture.suggestions import suggestion  # few crashes need it

    return suggestion(live)


def _of_syntax_error(error: BaseException) -> Iterator[str]:
    """Yield the line of source and the marks that Python prints, without notes."""
    for block in traceback.TracebackException(type(error), error, None).format_exception_only():
        yield from block.rstrip("\n").split("\n")


def _name(record: ExceptionRecord) -> str:
    for module in UNNAMED_MODULES:
        if record.type.startswith(module):
            return record.type[len(module) :]
    return record.type
