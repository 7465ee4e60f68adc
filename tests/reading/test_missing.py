"""Modules, classes and functions that this machine does not have can be named and used with isinstance."""

from __future__ import annotations

import collections
from typing import Any

import pytest

from tibidi.reading.inert.loading import Loading
from tibidi.reading.makers import MAKERS
from tibidi.reading.missing import ModuleStub, NotHere, missing_class, missing_member, unavailable
from tibidi.words.standins import Dummy, is_missing


def test_modules() -> None:
    """Each public name in a missing module is one class, which cannot be called; special names are not there."""
    module = ModuleStub("shop", "for the test")
    cart: Any = module.Cart

    assert cart is module.Cart
    assert is_missing(cart)
    assert "<shop.Cart: it is not on this machine>" == repr(cart)
    with pytest.raises(AttributeError, match="'shop' is a stand-in and has no '__all__'"):
        _ = module.__all__
    with pytest.raises(RuntimeError, match=r"shop\.Cart cannot be called here: it is not on this machine"):
        cart()


@pytest.mark.parametrize(
    ("layout", "fields", "base"),
    [
        ("", (), Dummy),
        ("dict", (), dict),
        ("OrderedDict", (), collections.OrderedDict),
        ("KeyError", (), KeyError),
        ("bool", (), Dummy),
        ("tuple", ("x", "y"), tuple),
        ("tuple", ("not a name",), Dummy),
    ],
)
def test_classes(layout: str, fields: tuple[str, ...], base: type) -> None:
    """A missing class has the same built-in base and fields, if a class can have them."""
    made = missing_class("shop", "Cart.Line", layout, fields)

    assert issubclass(made, base)
    assert ("shop", "Cart.Line", "Line") == (made.__module__, made.__qualname__, made.__name__)
    assert (() if base is Dummy else fields) == getattr(made, "_fields", ())


def test_instances(monkeypatch: pytest.MonkeyPatch) -> None:
    """Instances that are made while a dump is loaded keep arguments and state of any kind."""
    monkeypatch.setattr(Loading, "calls", [print])
    cls: Any = missing_class("shop", "Cart", "", ())
    made, other = cls(1, x=2), cls()
    made.__setstate__({"items": ["tea"]})
    other.__setstate__(5)

    assert (["tea"], (1,), 5) == (made.items, made.state, other.state)
    assert "<shop.Cart(1) x=2, items=['tea']: its class is not on this machine>" == repr(made)


def test_attributes_of_the_names_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """An instance may have attributes named as those of a stand-in: they are shown, and are what it had."""
    monkeypatch.setattr(Loading, "calls", [print])
    cls: Any = missing_class("shop", "Order", "", ())
    made = cls()
    made.__setstate__({"state": ("new", 1), "reason": "gift", "type_name": "X"})
    other = MAKERS["_made"](cls, missing_class("shop", "order", "", ()), (5,), None, {"state": "paid"})

    assert "<shop.Order state=('new', 1), reason='gift', type_name='X': its class is not on this machine>" == repr(made)
    assert "<shop.Order(5) state='paid': its class is not on this machine>" == repr(other)
    assert (("new", 1), "gift", "X") == (made.state, made.reason, made.type_name)
    assert ("shop.Order", "its class is not on this machine") == (other.type_name, other.reason)


def test_what_a_missing_function_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an instance of the class that the dump names; the inert reader makes it if it knows more of that class."""
    monkeypatch.setattr(Loading, "calls", [print])
    make: Any = missing_class("sqlalchemy.engine._row_cy", "rowproxy_reconstructor", "", ())
    cart, row = missing_class("shop", "Cart", "", ()), unavailable("sqlalchemy.engine.row", "Row")

    assert ["tea"] == MAKERS["_made"](cart, make, (cart, {"items": ["tea"]})).items
    with pytest.raises(NotHere, match=r"sqlalchemy\.engine\.row\.Row is not on this machine"):
        MAKERS["_made"](row, make, (row, {"_data": (1, "x")}))


def test_methods_that_make_instances(monkeypatch: pytest.MonkeyPatch) -> None:
    """A class method of a missing class makes an instance of it, as that of the errors of pydantic does."""
    monkeypatch.setattr(Loading, "calls", [print])
    cls = missing_class("pydantic_core", "ValidationError", "ValueError", ())
    make = MAKERS["_attribute"](cls, "from_exception_data")
    made = MAKERS["_made"](cls, make, ("Order", [{"loc": ("total",)}]))

    assert (cls, ("Order", [{"loc": ("total",)}])) == (type(made), made.args)
    assert "<pydantic_core.ValidationError.from_exception_data: it is not on this machine>" == repr(make)


def test_members(monkeypatch: pytest.MonkeyPatch) -> None:
    """A member of a missing enumeration is made once, with name and value."""
    monkeypatch.setattr(Loading, "calls", [print])
    level = missing_class("shop", "Level", "int", ())
    low: Any = missing_member(level, "LOW", 10)

    assert low is missing_member(level, "LOW", 10)
    assert ("LOW", 10, 11) == (low.name, low.value, low + 1)
    assert "<shop.Level.LOW: 10>" == repr(low)


def test_items_in_a_state() -> None:
    """An instance of a missing list without items shows its attributes, as its class may keep the items there."""
    made = missing_class("shop", "Cart", "list", ())()
    full = missing_class("shop", "Cart", "list", ())([1])
    made.__dict__["items"] = ["tea"]
    full.__dict__["total"] = 3

    assert ["<shop.Cart items=['tea']>", "[1]"] == [repr(made), repr(full)]
