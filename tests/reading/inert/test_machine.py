"""Pickles are read as the picklers of CPython write them, and no others."""

from __future__ import annotations

import io
import pickle

import pytest
from reading.inert.values import Cart
from reading.inert.values import loaded

from tibidi.errors import DamagedDump
from tibidi.reading.inert.unpickler import InertUnpickler


def test_pure_python_pickler() -> None:
    """What the pickler in Python writes, without frames or with them, is read as well."""
    value = {"a": [1, (2, 3)], "b": {4}, "c": b"5" * 100_000}

    assert value == loaded(value, pickle._dumps)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x80\x02N.", b"\x80\x05cos\nsystem\n.", b"\x80\x05N", b"\x80\x05N.N.", b"\x80\x05NN.", b"\x80\x05q\0."],
)
def test_other_pickles(data: bytes) -> None:
    """What is no pickle of ours is an error."""
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
