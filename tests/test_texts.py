"""tibidi.present.safe: nothing that a terminal might obey comes through."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tibidi.present.safe import printable
from tibidi.present.safe import printable_block


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


def test_printable_block_keeps_lines_and_tabs() -> None:
    """printable_block() keeps the layout of a text, and nothing else that is not printable."""
    assert "a\tb\nc\\x1b\\r\n" == printable_block("a\tb\nc\x1b\r\n")
