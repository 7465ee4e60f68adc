"""Lines for people, as spans of text with a role; plain text joins them, a terminal gives each role a colour."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tibidi.process.texts import printable

Line = list[tuple[str, str]]
# The roles.
ERROR = "error"  # type and message of an exception
HEADING = "heading"
PLACE = "place"  # file, line and function of an own frame
FAINT = "faint"  # what is not the application's own
CODE = "code"
NAME = "name"
VALUE = "value"
PLAIN = "plain"

# Of a line of a message, which may be as long as the data that it quotes.
MESSAGE_CHARS = 2_000
ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")  # in a repr; another one in each process


def cut(text: str, width: int | None) -> str:
    """Return the beginning of a text that fits into `width` characters, with the number of those left out."""
    if width is None or len(text) <= width:
        return text
    mark = f"… +{len(text) - max(width - 8, 1)}"
    return text[: max(width - 8, 1)] + mark


def plain(line: Line) -> str:
    """Return a line as text without roles, and without what a terminal would interpret."""
    return printable("".join(text for _, text in line)).rstrip()


def table(rows: Iterable[tuple[str, ...]], width: int | None) -> list[str]:
    """Return rows of cells as aligned lines, the first cell to the left; columns that do not fit are left out."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows)]
    shown, used = len(widths), sum(widths) + 2 * len(widths)
    while width is not None and shown > 2 and used > width:
        shown -= 1
        used -= widths[shown] + 2
    more = "" if shown == len(widths) else "  …"
    return ["  ".join(map(str.rjust, row[:shown], widths[:shown])) + more for row in rows]
