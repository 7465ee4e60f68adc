"""Inert objects have their contents, and refuse what they cannot do."""

from __future__ import annotations

import collections
import datetime
import functools
import io
import operator
import os
import pickle
import re
from typing import Any

import pytest
from reading.inert.values import Cart, Color, loaded

from tibidi.reading.inert.unpickler import InertUnpickler


class Sorted(dict):
    """A dictionary that is made of a key function and its items."""

    def __init__(self, key: object, items: object) -> None:
        super().__init__(items)

    def __reduce__(self) -> tuple[object, ...]:
        return Sorted, (None, list(self.items()))


def test_object() -> None:
    """An object has its attributes, and prints as what it was, without its own code."""
    cart = loaded(Cart())

    assert ["tea"] == cart.items
    assert {"items": ["tea"], "total": 3} == vars(cart)
    assert {"items", "total"} <= set(dir(cart))
    assert [] == [name for name in dir(cart) if "inert" in name]
    assert f"<{Cart.__module__}.Cart items=['tea'], total=3>" == repr(cart)
    assert "Cart" == type(cart).__name__


def test_what_is_not_there() -> None:
    """Methods, calls and class attributes are refused with the reason."""
    cart = loaded(Cart())

    with pytest.raises(AttributeError, match="'Cart' object has no attribute 'pay' in the dump; it is inert"):
        _ = cart.pay
    with pytest.raises(TypeError, match="Cart cannot be called: it is inert"):
        type(cart)()
    with pytest.raises(AttributeError, match="inert"):
        type(cart).total = 5


def test_names_that_lie() -> None:
    """A class that is called as a builtin one prints all the same."""
    for name in ("dict", "list", "str", "int", "inert", "a b"):
        made = pickle.PROTO + b"\x05" + b"\x8c\x01m\x8c" + bytes([len(name)]) + name.encode() + b"\x93)\x81."

        assert f"<m.{name}>" == repr(InertUnpickler(io.BytesIO(made), namespace={}.setdefault).load())


class Nothing:
    """Is loaded as None, like the cached hash of attrs."""

    def __reduce__(self) -> Any:
        return type(None), ()


NOTED = functools.partial(print, end="")
NOTED.note = "n"  # type: ignore[attr-defined]  # it has a `__dict__`


def test_enumeration_by_value() -> None:
    """A member of an enumeration that pickled by its value shows it."""
    assert f"<{Cart.__module__}.Color(1)>" == repr(loaded(Color.RED))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (functools.partial(print, 1, end=""), "<functools.partial(<inert print>, 1) end=''>"),
        (NOTED, "<functools.partial(<inert print>) end='', note='n'>"),
        (Nothing(), "None"),
        (operator.itemgetter(1), "<operator.itemgetter(1)>"),
        (operator.methodcaller("f", 1, k=2), "<operator.methodcaller('f', 1) k=2>"),
        (re.compile("a+"), "re.compile('a+')"),
        (re.compile(b"a", re.M | re.X), "re.compile(b'a', re.MULTILINE|re.VERBOSE)"),
        (collections.ChainMap({1: 2}), "<collections.ChainMap maps=[{1: 2}]>"),
        (len, "<inert len>"),
        (Cart, f"<inert {Cart.__module__}.Cart>"),
        (ValueError("x"), "ValueError('x')"),
        (datetime.datetime.fromisoformat, "<fromisoformat of <class 'datetime.datetime'> (inert)>"),
    ],
    ids=lambda value: "" if isinstance(value, str) else type(value).__name__,
)
def test_shown(value: object, shown: str) -> None:
    """What is no plain data prints as what it was."""
    assert shown == repr(loaded(value))


def test_struct_sequence(round_trip: Any) -> None:
    """A tuple that C code makes of fields is that tuple, with its names, the hidden ones too."""
    round_trip.live = False
    there = os.stat(__file__)
    found = round_trip({"stat": there, "size": os.terminal_size((80, 24))}).locals

    assert tuple(there) == found["stat"]
    assert (there.st_size, there.st_mtime_ns) == (found["stat"].st_size, found["stat"].st_mtime_ns)
    assert ((80, 24), 24) == (found["size"], found["size"].lines)


def test_dictionary_that_is_made_of_more_than_its_items(round_trip: Any) -> None:
    """The items are found among the arguments of its class."""
    round_trip.live = False

    assert {"a": 1} == round_trip({"value": Sorted(None, {"a": 1})}).locals["value"]


def test_constants(round_trip: Any) -> None:
    """`...` and `NotImplemented` are themselves, and so are their types."""
    round_trip.live = False
    constants = {"ellipsis": ..., "not": NotImplemented, "types": [type(...), type(NotImplemented), type(None)]}

    assert constants == round_trip(constants).locals


def test_named_tuple_of_the_program(round_trip: Any) -> None:
    """Its fields are its items, not the descriptors of its class."""
    pair = collections.namedtuple("Pair", "left right")
    pair.__module__ = "__main__"  # so the class is in the dump
    round_trip.live = False
    found = round_trip({"pair": pair(1, 2)}).locals["pair"]

    assert ((1, 2), 1, 2) == (found, found.left, found.right)
    assert {"left": 1, "right": 2} == found._asdict()
