"""Make text from a dump harmless for a terminal.

Escape sequences can retitle a window, hide text or type answers for the user;
bidirectional controls make a line read as what it is not (CVE-2021-42574).
`str.isprintable` is False for all of them: they are of the Unicode categories
"other" and "separator".
"""

from __future__ import annotations


def printable(text: str) -> str:
    """Return `text` as one line with everything a terminal might obey written as an escape."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def printable_block(text: str) -> str:
    """Return `text` as `printable` does, except that it keeps its lines and tabs."""
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in text.split("\n"))


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
