"""The source line of a syntax error with its marks, and the message, as Python prints them.

The fields are read with the descriptors of SyntaxError: neither `__str__` nor an attribute of a subclass is asked.
"""

from __future__ import annotations

import sys
import traceback

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

FIELDS = ("msg", "filename", "lineno", "offset", "text", "end_lineno", "end_offset")
INDENT = "    "


def blocks(name: str, error: SyntaxError) -> list[str] | None:
    """Return the texts that Python prints below the traceback; None if it prints one as for other exceptions."""
    fields = {field: _field(error, field) for field in FIELDS}
    return _by_module(name, fields) if sys.version_info >= (3, 13) else _by_interpreter(name, fields, type(error))


def _field(error: SyntaxError, field: str) -> Any:
    """Return a field: a number, a text, True for any other object, or None."""
    value = vars(SyntaxError)[field].__get__(error) if field in vars(SyntaxError) else None
    if value is None or type(value) is int:
        return value
    return str.__getitem__(value, slice(None)) if issubclass(type(value), str) else True


def _by_module(name: str, fields: dict[str, Any]) -> list[str] | None:
    """Have the module traceback print an exception with these fields."""
    double = type(name, (SyntaxError,), {"__module__": "builtins"})()
    for field, value in fields.items():
        setattr(double, field, value)
    try:
        blocks = traceback.TracebackException(type(double), double, None).format_exception_only()
        return "".join(blocks).rstrip("\n").split("\n")
    except TypeError:  # compared a number with something else
        return None


def _by_interpreter(name: str, fields: dict[str, Any], cls: type) -> list[str] | None:
    """Print as C code did up to Python 3.12 (Python/pythonrun.c, parse_syntax_error and print_error_text)."""
    line, offset, text, message = fields["lineno"], fields["offset"], fields["text"], fields["msg"]
    if type(line) is not int or type(offset) not in {int, type(None)}:
        return None
    end_line, end = (fields["end_lineno"], fields["end_offset"]) if cls is SyntaxError else (None, None)
    place = f'  File "{fields["filename"] or "<string>"}", line {line}'
    if type(text) is str:
        size = len(text.encode("utf-8", "replace"))
        end = size if (end_line or line) > line else min(-1 if end is None else end, size + 1)
        place = "\n".join([place, *_marked(text, -1 if offset is None else offset, end)])
    return [place, f"{name}: {message}" if message else name]


def _marked(text: str, offset: int, end: int) -> list[str]:
    """Return the line of `text` at the offset, which counts from 1, and a line with the marks."""
    marks = "^" * (end - offset if sys.version_info >= (3, 10) and 0 < end > offset else 1)
    stripped = text.lstrip(" \t\f")
    at = offset - 1 - (len(text) - len(stripped))
    at = min(at, len(stripped.encode("utf-8", "replace")) - stripped.endswith("\n"))
    while -1 < stripped.find("\n") < at:
        at -= stripped.find("\n") + 1
        stripped = stripped.partition("\n")[2]
    shown = INDENT + stripped.removesuffix("\n")
    return [shown] if at < 0 else [shown, INDENT + " " * at + marks]
