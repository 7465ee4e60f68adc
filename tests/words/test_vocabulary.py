"""tibidi.words.vocabulary: one registry of words, which both readers know."""

from __future__ import annotations

import io
import pickle
from typing import Any

import pytest

from tibidi.reading import makers
from tibidi.reading.unpickler import ValuesReader
from tibidi.redaction import Redactor
from tibidi.words import vocabulary
from tibidi.words.code import pack
from tibidi.writing.namespaces import Namespaces
from tibidi.writing.pickle_state import Fast, PickleState
from tibidi.writing.reducers import Reducers


def naming(name: str) -> io.BytesIO:
    """Return the pickle of a member whose value is the word `name`."""
    return io.BytesIO(b"".join([b"\x80\x05()", pickle.SHORT_BINUNICODE, b"\x06tibidi", text(name), b"\x93t."]))


def text(name: str) -> bytes:
    """Return the opcode that pushes a short text."""
    return pickle.SHORT_BINUNICODE + bytes([len(name)]) + name.encode()


def loaded(name: str, live: bool) -> Any:
    """Return what a reader has for a name."""
    reader = ValuesReader(live=live, sources={})
    try:
        return reader.load(naming(name))[1]
    finally:
        reader.finish()


def test_makers() -> None:
    """There is a maker for each word, and none for anything else."""
    assert sorted(vocabulary.WORDS) == sorted(makers.MAKERS)


@pytest.mark.parametrize("name", vocabulary.WORDS)
@pytest.mark.parametrize("live", [True, False], ids=["live", "inert"])
def test_both_readers(name: str, live: bool) -> None:
    """Each reader answers every word differently from a name that it does not know."""
    assert type(loaded("_unknown", live)) is not type(loaded(name, live))


@pytest.mark.parametrize("name", vocabulary.WORDS)
def test_words_are_pickled_by_name(name: str) -> None:
    """A word is a global of the package, so that a dump does not depend on the layout of the files."""
    word = vocabulary.WORDS[name]

    assert word is pickle.loads(pickle.dumps(word))
    assert b"\x8c\x06tibidi" in pickle.dumps(word, 4)
    assert f"<word tibidi.{name}>" == repr(word)


def test_plain_pickle() -> None:
    """`pickle.loads` reads a small pickle of ours, as each word is callable and calls its maker."""

    def add(a: int, b: int = 2) -> int:
        return a + b

    out: Any = io.BytesIO()
    Fast(out, Reducers(Namespaces(), PickleState(), Redactor(), [])).dump([add.__code__, KeyError("key"), pack])
    code, error, found = pickle.loads(out.getvalue())

    assert add.__code__ == code
    assert (KeyError, ("key",)) == (type(error), error.args)
    assert found is pack
