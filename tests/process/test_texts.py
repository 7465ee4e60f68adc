"""Lines as Python counts them, and nothing that a terminal might obey comes through."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tibidi.process.texts import printable, source_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("größe 日本 😀", "größe 日本 😀"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b31m", "\\x9b31m"),
        ("a\r\nb\tc", "a\\r\\nb\\tc"),
        ("\u202eevil", "\\u202eevil"),
        ("\x07\x00\x7f", "\\x07\\x00\\x7f"),
        ("\ud800", "\\ud800"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    """printable() writes controls, bidirectional marks and lone surrogates as escapes, and keeps the rest."""
    assert shown == printable(text)


@given(st.text(st.characters(exclude_categories=())))
def test_printable_leaves_no_control(text: str) -> None:
    """Whatever goes in, no character of the categories "other" and "separator" but the space comes out."""
    assert not [char for char in printable(text) if unicodedata.category(char)[0] in "CZ" and char != " "]


def test_printable_keeps_what_it_is_told_to() -> None:
    """The layout of a text may stay, and nothing else that is not printable."""
    assert "a\tb\nc\\x1b\\r\n" == printable("a\tb\nc\x1b\r\n", kept="\n\t")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\nb\n", ["a", "b"]),
        ("a\r\nb\rc\n\n", ["a", "b", "c", ""]),
        ("a\fb\vc\x1cd\x85e\u2028f\n", ["a\fb\vc\x1cd\x85e\u2028f"]),
    ],
)
def test_source_lines(text: str, lines: list[str]) -> None:
    """Lines end where they do for Python's tokenizer, and nowhere else."""
    assert lines == source_lines(text)
