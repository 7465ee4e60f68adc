"""The words of the format have a meaning for both readers."""

from __future__ import annotations

from tibidi.reading.inert import arrays, described, makers
from tibidi.words import vocabulary


def test_words() -> None:
    """Every word that pickles of ours may name has a meaning where nothing may run, and no other has."""
    inert = {name for module, name in {**makers.WORDS, **arrays.WORDS, **described.WORDS} if module == "tibidi"}

    assert set(vocabulary.WORDS) == inert | {"_code", "_made", "_namespace", "_reference"}
