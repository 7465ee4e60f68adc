"""A code object is written as its bytes and as what it takes to find it in its source."""

from __future__ import annotations

import marshal
from importlib.util import MAGIC_NUMBER

from tibidi.words.code import MAX_CONSTANT_CHARS, key_of, pack, walk

LONG = "x" * (MAX_CONSTANT_CHARS + 1)
MODULE = compile(f"def outer(a):\n  return lambda b: (a, b, 1.5, 'text', {LONG!r})\n", "shop.py", "exec")


def test_key() -> None:
    """The key has file, names, line and variables, and the constants that are small and equal in every version."""
    code = next(code for code in walk(MODULE) if code.co_name == "<lambda>")
    key = key_of(code)

    assert ("shop.py", "<lambda>", 2, ("a",), ("b",)) == (
        key.file,
        key.name,
        key.first_line,
        key.free_names,
        key.variables,
    )
    assert {1.5, "text"} == set(key.constants) - {None}


def test_pack() -> None:
    """The arguments of the word `_code` are the magic number of this Python, the bytes and the key."""
    magic, marshalled, *key = pack(MODULE)

    assert MAGIC_NUMBER == magic
    assert MODULE == marshal.loads(marshalled)
    assert tuple(key) == key_of(MODULE)


def test_walk() -> None:
    """Every code object within a module is found."""
    assert ["<lambda>", "<module>", "outer"] == sorted(code.co_name for code in walk(MODULE))
