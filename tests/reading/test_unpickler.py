"""The members of a dump are read in order, and their parts are merged."""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from tibidi.errors import DamagedDump
from tibidi.reading.unpickler import ValuesReader

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCALS = "exceptions[0].frames[0].locals"


def load(reader: ValuesReader, value: object) -> Any:
    """Load a member with this content."""
    return reader.load(io.BytesIO(pickle.dumps(value, 5)))


@pytest.fixture(params=[False, True], ids=["inert", "live"])
def reader(request: pytest.FixtureRequest) -> Iterator[ValuesReader]:
    """Return a reader of either kind."""
    reader = ValuesReader(live=request.param, sources={})
    yield reader
    reader.finish()


def test_parts_of_a_frame(reader: ValuesReader) -> None:
    """Variables of one frame that are in several members are in one dictionary."""
    paths, first = load(reader, ((LOCALS,), {"a": 1}))
    _, whole = load(reader, ((LOCALS,), {"b": 2}))

    assert (LOCALS,) == paths
    assert first is whole
    assert {"a": 1, "b": 2} == whole


def test_globals_of_a_module(reader: ValuesReader) -> None:
    """The globals of a module are the dictionary that functions refer to."""
    known = reader.namespace("modules['shop']")
    _, found = load(reader, (("modules['shop']",), {"RATE": 3}))

    assert known is found
    assert {"RATE": 3} == known


@pytest.mark.parametrize("value", [5, (LOCALS, {}), ((5,), {}), ((LOCALS,), {}, 1), ((LOCALS,), {5: 6})], ids=repr)
def test_other_content(value: object, reader: ValuesReader) -> None:
    """A member without paths and a value, or with a variable whose name is not a string, is damaged."""
    with pytest.raises(DamagedDump):
        load(reader, value)
