"""The definitions of the kinds, and the program that crashes with those of one section.

A section of a text file is Python code, a line `---`, and the kinds:

    [library]
    import library
    ---
    name of the kind: an expression that makes the value
      ? an expression that is true if the loaded value `v` is right; default: v == w, a new value
      ! an expression that is true if `v` has its essential part; it runs without the library, too
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parent
HEADING = re.compile(r"^\[(.+)\]\n", re.MULTILINE)
KIND = re.compile(
    r"^(?P<name>[^\n]+?): (?P<make>.+)(?:\n  \? (?P<right>.+))?(?:\n  ! (?P<essential>.+))?$", re.MULTILINE
)
COMMON = '''
def caught(function, *args, **kwargs):
    """Return the exception that a call raises."""
    try:
        function(*args, **kwargs)
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")
'''
CRASH = """
class NotMade:
    def __init__(self, error): self.error = repr(error)
def attempt(make):
    try:
        return make()
    except Exception as error:
        return NotMade(error)
def crash():
{locals}
    raise RuntimeError("kinds")
crash()
"""


class Kind(NamedTuple):
    """A kind of value: expressions that make it and check what was loaded; an empty one checks nothing."""

    name: str
    make: str
    right: str
    essential: str


class Section(NamedTuple):
    """The kinds of one library."""

    name: str
    prelude: str
    kinds: tuple[Kind, ...]

    def program(self) -> str:
        """Return the source of the program that crashes with a kind in each variable: v0, v1 and so on."""
        makers = "\n".join(f"def make_{n}(): return {kind.make}" for n, kind in enumerate(self.kinds))
        variables = "\n".join(f"    v{n} = attempt(make_{n})" for n in range(len(self.kinds)))
        return f"{COMMON}\n{self.prelude}\n{makers}\n{CRASH.format(locals=variables)}"


def read_sections() -> list[Section]:
    """Return the sections of all files."""
    found = []
    for path in sorted(FOLDER.glob("*.txt")):
        _, *parts = HEADING.split(path.read_text(encoding="utf-8"))
        found += [_section(name, text) for name, text in zip(parts[::2], parts[1::2])]
    return found


def _section(name: str, text: str) -> Section:
    prelude, _, rest = text.partition("---\n")
    kinds = [_kind(match) for match in KIND.finditer(rest)]
    left = KIND.sub("", rest).strip()
    if left or not kinds:
        raise ValueError(f"[{name}] has lines that are no kinds: {left!r}")
    return Section(name, prelude, tuple(kinds))


def _kind(match: re.Match[str]) -> Kind:
    right, essential = match["right"], match["essential"] or ""
    # Without either, a new value is the measure.
    return Kind(match["name"], match["make"], right or ("" if essential else "v == w"), essential)
