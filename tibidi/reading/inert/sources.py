"""The text of functions and classes, found in the captured sources."""

from __future__ import annotations

from tibidi.process.texts import source_lines

MAX_BLOCK_LINES = 5_000


def block(text: str, first_line: int) -> str:
    """Return the text of the function or class that begins at a line of `text`, "" if there is none."""
    import inspect  # slow, as are `re` and `tokenize`, and only asked for by people
    import tokenize

    start = max(0, first_line - 1)
    found = [f"{line}\n" for line in source_lines(text)[start : start + MAX_BLOCK_LINES]]
    try:
        return "".join(inspect.getblock(found))
    except (SyntaxError, IndexError, tokenize.TokenError):  # truncated, or not Python
        return ""


def class_source(name: str, text: str) -> str:
    """Return the text of the first class of that name in `text`, "" if there is none."""
    import re

    head = re.compile(rf"[ \t]*class[ \t]+{re.escape(name)}\b")
    found = (number for number, line in enumerate(source_lines(text), start=1) if head.match(line))
    first_line = next(found, 0)
    return block(text, first_line) if first_line else ""
