"""What the smallest crash imports: most of the time of a small dump is imports."""

from __future__ import annotations

import io
import json
import os
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

import tibidi

if TYPE_CHECKING:
    from crashing import Crasher

# What the smallest crash may load of tibidi: modules, and lines of code.  These numbers may only fall.
LIMIT_MODULES = 65
LIMIT_LINES = 6_491
# Before 3.10, instead of a hook that the interpreter calls from then on; before 3.11, as code has no qualified name.
OLD_PYTHON = {"tibidi.hooks.callbacks", "tibidi.hooks.tail", "tibidi.look.qualnames"}
UNCOUNTED = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER}
# What a crash has no use for: the developer's side, and third-party packages.
NEVER_LOADED = (
    "tibidi.commands",
    "tibidi.dump",
    "tibidi.loader",
    "tibidi.present",
    "tibidi.reading",
    "tibidi.revive",
    "IPython",
    "cloudpickle",
    "numpy",
    "pandas",
    "peepshow",
    "platformdirs",
)
# What it imports of the standard library that the same program without tibidi does not, on some Python.
STANDARD_MODULES = {
    "ast",
    "collections",
    "contextlib",
    "contextvars",
    "copyreg",
    "enum",
    "faulthandler",  # for the life record
    "functools",
    "gc",
    "heapq",
    "itertools",
    "keyword",
    "linecache",
    "operator",
    "re",
    "reprlib",
    "select",
    "sre_compile",
    "sre_constants",
    "sre_parse",
    "struct",
    "textwrap",
    "token",
    "tokenize",
    "traceback",
    "types",
    "zlib",
}


class Loaded(NamedTuple):
    """The modules that a crash loads: those of tibidi with their files, and the others."""

    ours: dict[str, Path]
    others: set[str]


@pytest.fixture
def loaded(crash: Crasher) -> Loaded:
    """What a crash loads beyond what the same program loads without tibidi."""
    env = dict.fromkeys(os.environ.keys() - {"PATH", "SYSTEMROOT"})  # a value there that might be a secret loads more
    bare = json.loads(crash("divide_imports.py", env={**env, "TIBIDI_ENABLE": None}).stdout)
    crashed = crash("divide_imports.py", env=env)
    added = {name: file for name, file in json.loads(crashed.stdout).items() if name not in bare}
    ours = {name: Path(file) for name, file in added.items() if name.partition(".")[0] == "tibidi"}

    assert crashed.dump.exists()
    return Loaded(ours, set(added) - set(ours))


def lines_of_code(file: Path) -> int:
    """Count the lines without comments, docstrings and empty ones, which cost nothing once a module is compiled."""
    used: set[int] = set()
    statement: list[tokenize.TokenInfo] = []
    for token in tokenize.tokenize(io.BytesIO(file.read_bytes()).readline):
        if token.type not in UNCOUNTED:
            statement.append(token)
        if token.type == tokenize.NEWLINE:
            if statement[0].type != tokenize.STRING:
                used.update(n for each in statement for n in range(each.start[0], each.end[0] + 1))
            statement = []
    return len(used)


def test_little_of_tibidi(loaded: Loaded) -> None:
    """The smallest crash loads no more modules and lines of code of tibidi than the limits say."""
    lines = {name: lines_of_code(file) for name, file in loaded.ours.items() if name not in OLD_PYTHON}
    total = sum(lines.values())
    listed = "\n".join(f"{count:6} {name}" for name, count in sorted(lines.items()))
    message = f"{len(lines)} modules, {total} lines; the limits may only fall, never rise:\n{listed}"

    assert len(lines) <= LIMIT_MODULES, message
    assert total <= LIMIT_LINES, message


def test_nothing_of_the_other_side(loaded: Loaded) -> None:
    """A crash loads nothing that only a developer needs, and no third-party package for plain values."""
    names = {*loaded.ours, *loaded.others}

    assert [] == sorted(name for name in names for each in NEVER_LOADED if f"{name}.".startswith(f"{each}."))


def test_no_cloudpickle_for_ordinary_classes(crash: Crasher) -> None:
    """Classes of the program, dataclasses included, are written without cloudpickle, and JSON without `json`."""
    code = """
import atexit, sys
from dataclasses import dataclass, field
@dataclass
class Order:
    number: int
    items: list = field(default_factory=list)
class Shop:
    def sell(self, order): return order.number / len(order.items)
atexit.register(lambda: print([name for name in ("cloudpickle", "json") if name in sys.modules]))
Shop().sell(Order(5))
"""
    ended = crash.run("-c", code)

    assert "[]\n" == ended.stdout
    assert 5 == tibidi.load(ended.dump).exceptions[-1][-1]["order"].number


def test_little_of_the_standard_library(loaded: Loaded) -> None:
    """Of the standard library a crash imports only what is listed here."""
    public = {name.partition(".")[0] for name in loaded.others if not name.startswith("_")}

    assert [] == sorted(public - STANDARD_MODULES - {"tibidi_autoinstall"})


def test_the_second_dump_imports_nothing(crash: Crasher) -> None:
    """A process that goes on has imported with its first dump what all later ones of that kind need."""
    code = """
import sys, tibidi
def dumped():
    try:
        1 / 0
    except ZeroDivisionError as error:
        return tibidi.dump_exception(error)
dumped()
count = len(sys.modules)  # they are in order
dumped()
print([*sys.modules][count:])
"""
    ended = crash.run("-c", code)

    assert "[]\n" == ended.stdout
    assert 2 == len(ended.dumps)
