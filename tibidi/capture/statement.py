"""The statement that a frame was executing, as text without layout: part of a fingerprint.

It is found by scanning the text, not by the parser of the running Python, so that every version finds the
same.  It is the whole statement, because versions report different lines of one that spans several.
"""

from __future__ import annotations

import re

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# A string; what is skipped: a comment, a continued line, spaces; a word; any other character.
PARTS = (
    r"(?s)(?P<string>[A-Za-z]{0,3}(?:(\"\"\"|''')(?:\\.|[^\\])*?\2|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'))"
    r"|(?P<skip>\#[^\n]*|\\\n|[^\S\n]+)|\w+|."
)
DEFINITIONS = ("def ", "class ", "async ", "@")
MAX_LINES = 400  # before and behind the line


def statement(text: str, first: int, line: int) -> str:
    """Return the statement at a line, with its number among identical ones from the line `first` on; "" if none is."""
    lines = text.split("\n")
    if first <= 1:  # a module is scanned from the definition before the line
        first = next((n for n in range(line, 1, -1) if lines[n - 1 : n] and lines[n - 1].startswith(DEFINITIONS)), 1)
    first = max(first, line - MAX_LINES)
    earlier: list[str] = []
    for found, end in _statements("\n".join([*lines[first - 1 : line + MAX_LINES], ""]), first):
        if end >= line:
            return f"{found} #{earlier.count(found)}" if found else ""
        earlier.append(found)
    return ""


def _statements(text: str, number: int) -> Iterator[tuple[str, int]]:
    """Yield the statements of a text whose first line has that number, and the number of the last line of each."""
    depth = 0
    words: list[str] = []
    for match in re.finditer(PARTS, text):
        part = match[0]
        if part == "\n" and depth <= 0:
            yield " ".join(words), number
            words, depth = [], 0
        elif part in "([{":
            depth += 1
        elif part in ")]}":
            depth -= 1
            if words[-1:] == [","]:  # formatters add a comma where they break a line
                words.pop()
        number += part.count("\n")
        if not match["skip"] and part != "\n":
            words.append(part.replace("'", '"') if match["string"] else part)
