"""What is known of a class."""

from __future__ import annotations

import collections
import dataclasses
import types
from typing import Any, ClassVar, NamedTuple

import pytest

from tibidi.look import classes
from tibidi.look.classes import Classes, class_facts, declared_fields

Point = collections.namedtuple("Point", "x y")


class Typed(NamedTuple):
    """A named tuple of typing."""

    a: int
    b: int = 2


@dataclasses.dataclass
class Order:
    """A dataclass with a class variable and an argument that is no field of its instances."""

    number: int
    limit: ClassVar[int] = 5
    start: dataclasses.InitVar[int] = 0
    items: list[str] = dataclasses.field(default_factory=list)


class Discount(Order):
    """A subclass that is not decorated."""


def of_module(name: str, bases: tuple[type, ...] = (), **body: object) -> Any:
    """Make a class with a dotted name."""
    module, _, short = name.rpartition(".")
    return type(short, bases, {"__module__": module, **body})


@pytest.mark.parametrize(
    ("cls", "fields"),
    [
        (Point, ("x", "y")),
        (Typed, ("a", "b")),
        (Order, ("number", "items")),
        (Discount, ("number", "items")),
        (type("Odd", (), {"_fields": ("a", 1)}), None),
        (type("Odd", (), {"_fields": "ab"}), None),
        (int, None),
    ],
)
def test_declared_fields(cls: type, fields: tuple[str, ...] | None) -> None:
    """Named tuples and dataclasses declare the fields of their instances, in order."""
    assert fields == declared_fields(cls)


def test_fields_of_attrs() -> None:
    """Classes of attrs declare fields, too."""
    attr = pytest.importorskip("attr")
    cls = attr.make_class("Address", ["street", "town"], slots=True)

    assert ("street", "town") == declared_fields(cls)


def test_facts() -> None:
    """A class is known by its name, those of its bases, and the builtin type that it derives from."""
    facts = class_facts(Point)

    assert f"{__name__}.Point" == facts.name
    assert {facts.name, "tuple", "object"} == facts.names
    assert facts.kind is tuple
    assert class_facts(Order).kind is None
    assert class_facts(ArithmeticError).kind is BaseException


def test_attributes() -> None:
    """Slots come first, then the `__dict__`, so many in all; keys that are no text are no attributes."""

    class Slotted:
        __slots__ = ("__dict__", "a", "b", "empty")

    thing: Any = Slotted()
    thing.b, thing.a, thing.c = 1, 2, 3
    thing.__dict__[5] = 6

    assert [("a", 2), ("b", 1), ("c", 3)] == sorted(class_facts(Slotted).attributes(thing, 10))
    assert 2 == len(class_facts(Slotted).attributes(thing, 2))
    assert {"c": 3, 5: 6} == class_facts(Slotted).dictionary(thing)
    assert {} == class_facts(Point).dictionary(Point(1, 2))


def test_one_record_a_class() -> None:
    """The facts are found out once, also of a class that cannot be hashed."""
    meta = type("Meta", (type,), {"__hash__": None, "__eq__": lambda cls, other: True})
    first, second = meta("First", (), {}), meta("Second", (), {})
    known = Classes()

    assert known.of(first) is known.of(first)
    assert known.of(first).cls is first
    assert known.of(second).cls is second


def test_lazy_classes() -> None:
    """Lazy classes are known by name, and so are those that derive from them."""
    query = of_module("sqlalchemy.orm.query.Query")

    assert classes.is_lazy(query)
    assert classes.is_lazy(of_module("shop.Orders", (query,)))
    assert not classes.is_lazy(of_module("shop.Query"))
    assert class_facts(query).is_unevaluated(query())
    assert not class_facts(types.SimpleNamespace).is_unevaluated(types.SimpleNamespace())


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("django.db.models.query.QuerySet", "_result_cache"),
        ("django.utils.functional.LazyObject", "_wrapped"),
    ],
)
def test_evaluated(name: str, attribute: str) -> None:
    """A lazy object is evaluated once the attribute for its result is neither None nor a bare `object()`."""
    cls = of_module("shop.Lazy", (of_module(name),))
    thing = cls()
    facts = class_facts(cls)

    assert facts.is_unevaluated(thing)
    for nothing in (None, object()):
        setattr(thing, attribute, nothing)
        assert facts.is_unevaluated(thing)
    setattr(thing, attribute, [])
    assert not facts.is_unevaluated(thing)
    assert classes.is_evaluated(cls, {attribute: [1]})


def test_lazy_class_without_a_known_result() -> None:
    """Where it is not known which attribute holds the result, an object counts as not evaluated."""
    cls = of_module("peewee.BaseQuery")
    thing = cls()
    thing._result = [1]

    assert class_facts(cls).is_unevaluated(thing)
