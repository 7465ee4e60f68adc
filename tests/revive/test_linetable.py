"""The hand-written location table says what it was told."""

from __future__ import annotations

import sys

import pytest

from tibidi.revive import linetable

pytestmark = pytest.mark.skipif(sys.version_info < (3, 11), reason="location tables came with Python 3.11")


def sample(a: object, b: object) -> object:
    """Have statements over many lines, with long and short columns."""
    first = [a, b]
    for each in first:
        if each and a:
            b = each
    return (b, lambda: (a, b, first, "a rather long text that moves what follows beyond column one hundred", [x for x in first], a))  # fmt: skip  # noqa: E501


def test_encoded_table_is_read_back() -> None:
    """CPython reads from the encoded table the positions that it gave."""
    code = sample.__code__
    positions = list(code.co_positions())
    copy = code.replace(co_linetable=linetable.encode(positions, code.co_firstlineno))

    assert positions == list(copy.co_positions())


def test_gaps_have_no_line() -> None:
    """Instructions on GAP_LINE lose their line, the others keep theirs."""
    code = compile("x = 1\n" + "\n" * 5 + "y = 2", "gap.py", "exec")
    positions = [
        (linetable.GAP_LINE, linetable.GAP_LINE, 0, 1) if line == 7 else (line, *rest)
        for line, *rest in code.co_positions()
    ]
    moved = code.replace(co_linetable=linetable.encode(positions, 1))
    table = linetable.with_gaps(moved)

    lines = [position[0] for position in code.replace(co_linetable=table).co_positions()]
    assert [None if position[0] == linetable.GAP_LINE else position[0] for position in positions] == lines
