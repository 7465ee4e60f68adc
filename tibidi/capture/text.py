"""traceback.txt: what Python would have printed, from the summary and the sources.

The `traceback` module of the running Python does the formatting, so that
carets, repeated lines, chains and groups look as in this version.  Its
`TracebackException` wants live objects and would run their code; here each
one is made of an empty exception, and is then given the frames and the last
lines of a record.  The source lines are passed in, so that it asks neither
files nor loaders.  Messages and notes are redacted in the summary already;
source lines are not, as in the sources.
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
    from collections.abc import Mapping
    from typing import Any

    from tibidi.look.frames import LiveCrash
    from tibidi.look.frames import LiveException
    from tibidi.model import ExceptionRecord
    from tibidi.model import FrameRecord
    from tibidi.model import Summary

# Python suggests similar names for these.
SUGGESTIVE = (NameError, AttributeError, ImportError)
SYNTAX_FIELDS = {"msg", "filename", "lineno", "offset", "text", "end_lineno", "end_offset"}
# Not printed before the name of a type.
UNNAMED_MODULES = ("builtins.", "__main__.") if sys.version_info >= (3, 11) else ("builtins.",)


def traceback_text(
    summary: Summary, sources: Mapping[str, str], crash: LiveCrash | None = None, clean: Callable[[str], str] = str
) -> str:
    """Return the traceback of the exception that ended the program, with its chain and members.

    With `crash`, syntax errors show their line, which is not in the summary
    and is redacted by `clean`.
    """
    if not summary.exceptions:
        return ""
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
        elif record.relation == CAUSE:
            parent.__cause__ = printed[record.id]
        elif record.relation == CONTEXT:
            parent.__context__ = printed[record.id]
    return "".join(printed[summary.exceptions[-1].id].format())


def _traceback_exception(record: ExceptionRecord, texts: Mapping[str, list[str]], last_lines: str) -> Any:
    result: Any = traceback.TracebackException(Exception, Exception(), None)
    result.stack = traceback.StackSummary.from_list([_frame_summary(frame, texts) for frame in record.frames])
    result.__suppress_context__ = record.suppress_context
    result.format_exception_only = lambda **_: [last_lines]
    return result


def _frame_summary(frame: FrameRecord, texts: Mapping[str, list[str]]) -> traceback.FrameSummary:
    lines = texts.get(frame.file, [])
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


def _last_lines(record: ExceptionRecord, live: LiveException | None, clean: Callable[[str], str]) -> str:
    """Return type, message and notes, as they stand below a traceback."""
    name = _name(record)
    if live is not None and issubclass(type(live.exception), SyntaxError) and is_native(live.exception):
        lines = [clean(line) for line in _of_syntax_error(name, live.exception)]
    else:
        message = record.message + _suggestion(live)
        lines = [f"{name}: {message}" if message else name]
    return "".join(f"{line}\n" for line in (*lines, *record.notes))


def _of_syntax_error(name: str, error: BaseException) -> list[str]:
    """Return the source line with its marks, and the message.

    Python is given an exception with the fields of `error` alone: with
    `error` it would call the `__str__` of its causes.
    """
    double = type(name, (SyntaxError,), {"__module__": "builtins"})()
    for field in SYNTAX_FIELDS & vars(SyntaxError).keys():
        value = vars(SyntaxError)[field].__get__(error)
        if type(value) in (int, str):
            setattr(double, field, value)
    blocks = traceback.TracebackException(type(double), double, None).format_exception_only()
    return "".join(blocks).rstrip("\n").split("\n")


def _suggestion(live: LiveException | None) -> str:
    if live is None or not issubclass(type(live.exception), SUGGESTIVE):
        return ""
    from tibidi.capture.suggestions import suggestion  # few crashes need it

    return suggestion(live)


def _name(record: ExceptionRecord) -> str:
    for module in UNNAMED_MODULES:
        if record.type.startswith(module):
            return record.type[len(module) :]
    return record.type
