"""traceback.txt: what Python would have printed, from the summary and the sources.

The `traceback` module of the running Python does the formatting, so that carets, repeated lines, chains and groups
look as in this version.  Its `TracebackException` wants live objects and would run their code; here each one is made
of an empty exception, and is then given the frames and the last lines of a record.  The source lines are passed in,
so that it asks neither files nor loaders.  Messages and notes are redacted in the summary already; source lines are
not, as in the sources.

Up to Python 3.12 C code prints (Python/traceback.c, Python/pythonrun.c).  It indents only the first line of each text
in a group, and keeps the space at the end of source lines.  There the characters that the module would treat
otherwise are HIDDEN until it is done.
"""

from __future__ import annotations

import sys
import traceback

from tibidi import TYPE_CHECKING
from tibidi.capture.exceptions import IS_PRINTED_IN_C
from tibidi.capture.messages import has_module
from tibidi.look.anatomy import is_a
from tibidi.model import CAUSE, CONTEXT, MEMBER, ExceptionRecord, FrameRecord, Summary
from tibidi.process.texts import source_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from tibidi.look.frames import LiveCrash, LiveException

LINKS = {CAUSE: "__cause__", CONTEXT: "__context__"}
MAX_FRAMES = 1000  # PyTraceBack_LIMIT
PLACE_FIELDS = 8  # of a FrameRecord: the first ones, which tell where it is
# Python suggests similar names for these.
SUGGESTIVE = (NameError, AttributeError, ImportError)
# Not printed before the name of a type.
UNNAMED_MODULES = ("builtins.", "__main__.") if sys.version_info >= (3, 11) else ("builtins.",)
# White space by a character for private use.
HIDDEN = {ord(space): 0x10FE00 + number for number, space in enumerate("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029 \t")}
SHOWN = {hidden: space for space, hidden in HIDDEN.items()}


class Stack(traceback.StackSummary):
    """A stack of which each frame is formatted once: for the carets of each, the module parses its lines.

    With `line_end`, `[Previous line repeated ...]` has no margin of a group, as C code prints it up to Python 3.12
    (Python/traceback.c, tb_print_line_repeated): it is in the block before, after this character.
    """

    line_end = ""

    def format(self, **options: Any) -> list[str]:
        """Return the blocks of text."""
        blocks = super().format(**options)
        for at in range(len(blocks) - 1, 0, -1) if self.line_end else ():
            if blocks[at].startswith("  [Previous line repeated "):
                blocks[at - 1] = f"{blocks[at - 1][:-1]}{self.line_end}{blocks.pop(at)}"
        return blocks

    def format_frame_summary(self, frame_summary: traceback.FrameSummary, **options: Any) -> str:
        """Return the text of a frame, which may be in the stack a thousand times."""
        known: dict[int, str] = self.__dict__.setdefault("known", {})
        if id(frame_summary) not in known:
            known[id(frame_summary)] = super().format_frame_summary(frame_summary, **options)
        return known[id(frame_summary)]


def traceback_text(
    summary: Summary, sources: Mapping[str, str], crash: LiveCrash | None = None, clean: Callable[[str], str] = str
) -> str:
    """Return the traceback of the exception that ended the program, with its chain and members.

    With `crash`, syntax errors show their line, which is not in the summary and is redacted by `clean`.
    """
    if not summary.exceptions:
        from tibidi.capture import living  # not for a crash

        return living.stacks_text(summary)
    texts = {name: source_lines(text) for name, text in sources.items()}
    live = {} if crash is None else {each.id: each for each in crash.exceptions}
    printed: dict[int, Any] = {}
    for record in summary.exceptions:
        printed[record.id] = _traceback_exception(record, texts, _last_lines(record, live.get(record.id), clean))
    for record in summary.exceptions:
        parent = None if record.parent is None else printed.get(record.parent)
        if parent is None:
            continue
        if record.relation == MEMBER:
            parent.exceptions = [*(parent.exceptions or ()), printed[record.id]]
        else:
            setattr(parent, LINKS[record.relation], printed[record.id])
    if IS_PRINTED_IN_C and any(record.relation == MEMBER for record in summary.exceptions):
        for each in printed.values():
            each.stack.line_end = chr(HIDDEN[10])
    return "".join(printed[summary.exceptions[-1].id].format()).translate(SHOWN)


def _traceback_exception(record: ExceptionRecord, texts: Mapping[str, list[str]], last_lines: str) -> Any:
    result: Any = traceback.TracebackException(Exception, Exception(), None)
    limit = _limit(len(record.frames))
    frames = record.frames[-limit:] if limit else ()
    places = {frame[:PLACE_FIELDS]: frame for frame in frames}
    made = {place: _frame_summary(frame, texts) for place, frame in places.items()}
    result.stack = Stack([made[frame[:PLACE_FIELDS]] for frame in frames])
    result.__suppress_context__ = record.suppress_context
    result.format_exception_only = lambda **_: [last_lines]
    return result


def _limit(frames: int) -> int:
    """Return how many frames Python prints, the innermost ones (Python/traceback.c, PyTraceBack_Print)."""
    limit = getattr(sys, "tracebacklimit", None)
    return max(limit, 0) if type(limit) is int else MAX_FRAMES if IS_PRINTED_IN_C else frames


def _frame_summary(frame: FrameRecord, texts: Mapping[str, list[str]]) -> traceback.FrameSummary:
    lines = texts.get(frame.file, [])
    end = frame.end_line or frame.line
    text = lines[frame.line - 1 : end] if 0 < frame.line <= end else []
    extra: dict[str, Any] = {}
    if sys.version_info >= (3, 11):
        extra = {"end_lineno": frame.end_line, "colno": frame.column, "end_colno": frame.end_column}
    if not IS_PRINTED_IN_C:
        line = "".join(f"{each.rstrip()}\n" for each in text)
    else:
        # Its line end is counted (3.11 and 3.12), as linecache has it; the space before that is printed.
        line = "".join(f"{each.rstrip()}{each[len(each.rstrip()) :].translate(HIDDEN)}\n" for each in text[:1])
    return traceback.FrameSummary(frame.file, frame.line, frame.name, lookup_line=False, line=line, **extra)


def _last_lines(record: ExceptionRecord, live: LiveException | None, clean: Callable[[str], str]) -> str:
    """Return type, message and notes, as they stand below a traceback."""
    name = _name(record, live)
    blocks: list[str] | None = None
    if live is not None and is_a(live.exception, SyntaxError):
        from tibidi.capture import syntax_errors

        blocks = [clean(block) for block in syntax_errors.blocks(name, live.exception) or ()]
    if not blocks:
        suggestion = ""
        if live is not None and is_a(live.exception, SUGGESTIVE):
            from tibidi.capture import suggestions

            suggestion = suggestions.suggestion(live)
        is_silent = not record.message and (IS_PRINTED_IN_C or not suggestion)
        blocks = [name + ("" if is_silent else f": {record.message}") + suggestion]
    if IS_PRINTED_IN_C:
        blocks = [block.translate(HIDDEN) for block in blocks]
    text = "".join(f"{block}\n" for block in (*blocks, *record.notes))
    if live is not None and record.notes:
        from tibidi.capture import attributes

        return text[:-1] if attributes.has_unended_notes(live.exception) else text
    return text


def _name(record: ExceptionRecord, live: LiveException | None) -> str:
    if live is not None and not has_module(type(live.exception)):
        return f"<unknown>.{record.type.partition('.')[2]}"
    unnamed = next(filter(record.type.startswith, UNNAMED_MODULES), "")
    return record.type[len(unnamed) :]
