"""Text: lines as Python counts them, without lone surrogates, harmless for a terminal; and times as text.

Escape sequences can retitle a window, hide text or type answers for the user; bidirectional controls make a line read
as what it is not (CVE-2021-42574).  `str.isprintable` is False for all of them: they are of the Unicode categories
"other" and "separator".
"""

from __future__ import annotations

from tibidi.process import time


def source_lines(text: str) -> list[str]:
    """Return the lines of source code without line ends; unlike in `str.splitlines`, a form feed is no line end."""
    found = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return found if found[-1] else found[:-1]


def ascii_safe(text: str) -> str:
    """Return `text` with lone surrogates, which cannot be encoded, as escapes."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def unix_path(path: str) -> str:
    """Return a path with slashes; in one that begins with a slash, a backslash is part of a name."""
    return path if path.startswith("/") else path.replace("\\", "/")


def printable(text: str, kept: str = "") -> str:
    """Return `text` with control characters as escapes, except those in `kept`."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() or each in kept else each.encode("unicode_escape").decode() for each in text
    )


def iso_time(nanoseconds: int) -> str:
    """Return a time since the epoch in UTC in the format of `datetime`, which takes a millisecond to import."""
    seconds, microseconds = divmod(nanoseconds // 1000, 1_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{microseconds:06d}+00:00"
