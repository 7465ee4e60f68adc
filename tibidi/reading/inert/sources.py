"""The text of functions and classes, found in the captured sources."""

from __future__ import annotations

from collections.abc import Mapping

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


def definition(qualname: str, module: str, sources: Mapping[str, str]) -> str:
    """Return the text of the class or function of that name, "" if no file of the module has one."""
    import re

    outer, _, name = qualname.rpartition(".")
    if outer and not outer.endswith("<locals>"):  # a method
        sources = {"": definition(outer, module, sources)}
    head = re.compile(rf"(?P<indent>[ \t]*)(?:class|(?:async[ \t]+)?def)[ \t]+{re.escape(name)}\b")
    end = re.compile(rf"\b{re.escape(module.replace('.', '/'))}(/__init__)?\.py$")
    for file, text in sources.items():
        if file and module != "__main__" and not end.search(file.replace("\\", "/")):
            continue
        found = enumerate(map(head.match, source_lines(text)), start=1)
        places = [(len(match["indent"]), number) for number, match in found if match]
        if places:
            return block(text, min(places)[1])
    return ""
