"""The how-to pages as programs: their files, and their sessions.

A fenced block after a line such as "`app.py`:" is a file.  A block marked
`console` is a session: a line after `$ ` is a command (one that ends with `&`
goes on in the background), one after `(Pdb) ` is typed into it, and the lines
below it are printed by it, in this order; `...` stands for any lines.  Other
blocks are not run.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK = re.compile(r"(?:^`(?P<path>[\w./-]+)`:\n\n)?^```(?P<kind>[\w-]*)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)
NEEDS = re.compile(r"<!-- needs: (.*?) -->")
PROMPT = "(Pdb) "


class File(NamedTuple):
    """A file that the page tells the reader to write."""

    path: str
    text: str


class Step(NamedTuple):
    """A command, what is typed into it, and the lines that it prints."""

    command: str
    typed: list[str]
    printed: list[str]


def needs(page: Path) -> list[str]:
    """Return the modules that a page needs besides tibidi."""
    match = NEEDS.search(page.read_text(encoding="utf-8"))
    return match[1].split() if match else []


def blocks(page: Path) -> Iterator[File | Step]:
    """Yield the files and the steps of a page, in the order in which a reader meets them."""
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        if block["path"]:
            yield File(block["path"], block["text"])
        elif block["kind"] == "console":
            yield from steps(block["text"])


def steps(session: str) -> Iterator[Step]:
    """Yield the steps of a session."""
    for part in re.split(r"(?m)^\$ ", session)[1:]:
        command, *lines = part.rstrip("\n").split("\n")
        while command.endswith("\\"):
            command = command[:-1] + lines.pop(0)
        typed = [line[len(PROMPT) :] for line in lines if line.startswith(PROMPT)]
        yield Step(command, typed, [line for line in lines if line.strip() and not line.startswith(PROMPT)])


def missing(printed: list[str], output: str) -> list[str]:
    """Return the lines that a step should print and does not, in this order."""
    at = 0
    for number, line in enumerate(printed):
        if line == "...":
            continue
        pattern = r"\s*".join(map(re.escape, steady(line).split()))
        match = re.compile(pattern).search(steady(output), at)
        if match is None:
            return printed[number:]
        at = match.end()
    return []


def steady(text: str) -> str:
    """Return a text without what differs from run to run and from machine to machine."""
    for what, name in VARYING:
        text = re.sub(what, name, text)
    return text


VARYING = (
    (r"\d{8}T\d{6}Z", "TIME"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", "TIME"),
    (r"-\d+(-\d+)?\.pkl", "-PID.pkl"),
    (r"on \S+, Python \S+", "on HOST, Python VERSION"),
    (r"/[\w./-]*?/work\b", "/srv/shop"),
    (r"\b\d+(\.\d+)? (Ki|Mi)?B\b", "SIZE"),
    (r"(?m)^[ ~^]+\n", ""),  # carets, from 3.11 on
)
