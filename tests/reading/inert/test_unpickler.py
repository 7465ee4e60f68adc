"""Pickles are read by the unpickler of CPython, with nothing in its hands that could do harm."""

from __future__ import annotations

import io
import pickle

import pytest
from reading.inert.values import Cart, loaded

from tibidi.errors import DamagedDump
from tibidi.reading.inert.unpickler import InertUnpickler


def test_pure_python_pickler() -> None:
    """What the pickler in Python writes, without frames or with them, is read as well."""
    value = {"a": [1, (2, 3)], "b": {4}, "c": b"5" * 100_000}

    assert value == loaded(value, pickle._dumps)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x80\x05N", b"\x80\x05N.N.", b"\x80\x05q\0.", b"\x80\x06N.", b"\x80\x05\x97.", b"\x80\x05R."],
)
def test_what_is_no_pickle(data: bytes) -> None:
    """What cannot be read is an error of ours."""
    with pytest.raises(DamagedDump):
        InertUnpickler(io.BytesIO(data), namespace={}.setdefault).load()


def test_identity() -> None:
    """Shared things are shared, cycles are closed, and objects compare and hash by identity."""
    cart = Cart()
    cart.items.append(cart)
    one, other = loaded([cart, cart])

    assert one is other is one.items[1]
    assert {one: 1} == {other: 1}
    assert loaded(cart) != loaded(cart)
    assert "items=['tea', <...>]" in repr(one)
