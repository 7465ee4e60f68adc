"""The words of the format, read live: empty objects that are filled without calling application code."""

from __future__ import annotations

import enum
from collections import OrderedDict
from typing import Any

import pytest

from tibidi.reading import makers
from tibidi.words import vocabulary
from tibidi.words.standins import Dummy


class Refusing(KeyError):
    """An exception that no unpickler can make by calling it."""

    def __init__(self, *_: object) -> None:
        raise AssertionError


def test_all_words() -> None:
    """Every word of the format has a maker, pickled as `tibidi.NAME`."""
    assert set(vocabulary.WORDS) == set(makers.MAKERS)
    assert {"tibidi"} == {maker.__module__ for maker in makers.MAKERS.values()}


def test_exceptions_are_not_called() -> None:
    """An exception is made and filled without its `__init__`."""
    made: Any = makers._exception(Refusing)
    makers.MAKERS["_exception_state"](
        made, ({"args": ("k",), "__suppress_context__": True, "__class__": 1}, {"code": 5}, None)
    )

    assert (Refusing, ("k",), 5) == (type(made), made.args, made.code)


def test_enumerations_work_by_the_enum_of_this_python() -> None:
    """What another Python's `enum` keeps in a class is not taken, as its functions cannot be called here."""
    made: Any = makers._enum((enum.IntFlag,), "Rights", "Rights", {"READ": 4, "WRITE": 2}, "shop")
    state = {"_iter_member_": len, "owner": "root"}
    makers._class_state(made, (state, None, {}))

    assert (made.READ | made.WRITE, "root") == (makers._member(made, "READ|WRITE", 6), made.owner)


def test_enumerations_are_not_called() -> None:
    """The members of an enumeration are made from the values of its built-in base; they keep what they have."""
    made: Any = makers._enum((int, enum.Enum), "Level", "Level", {"LOW": "low"}, "shop", {"LOW": (1,)})
    makers._member_state(made.LOW, {"colour": "red", "_value_": 7})

    assert (1, "low", "red") == (made.LOW + 0, made.LOW.value, made.LOW.colour)
    assert made.LOW is makers._member(made, "LOW", None)
    assert made.LOW is makers._member(made, "gone", "low")


def test_attributes_of_stand_ins() -> None:
    """An attribute that a stand-in does not have is a stand-in with the same reason."""
    attribute: Any = makers._attribute(Dummy("shop.Cart", "no way"), "pay")

    assert ("shop.Cart.pay", "no way") == (attribute.type_name, attribute.reason)


@pytest.mark.parametrize("kind", [dict, OrderedDict])
def test_views(kind: type[dict[Any, Any]]) -> None:
    """Views are those of dictionaries, plain or ordered."""
    source, ordered = kind({0: "a", 1: "b"}), kind is OrderedDict
    contents = {"_keys": [0, 1], "_values": "ab", "_items": source}
    views: list[Any] = [makers.MAKERS[word](content, ordered) for word, content in contents.items()]

    for expected, view in zip((source.keys(), source.values(), source.items()), views):
        assert (type(expected), list(expected)) == (type(view), list(view))
