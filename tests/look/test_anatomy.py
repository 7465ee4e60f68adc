"""Classes and objects are read by the interpreter's own descriptors, and by nothing else."""

from __future__ import annotations

import collections
import functools
import importlib.util
import sys
import types
from typing import Any

import pytest

from tibidi.look import anatomy
from tibidi.look.anatomy import dictionary
from tibidi.look.classes import class_facts


class Plain:
    """A class as a class statement makes it."""


class Form(collections.OrderedDict):
    """A subclass of a type in C that has a `__dict__` itself."""


class Failure(ValueError):
    """An exception."""


class Slots:
    """A class with slots, one of them private and one empty."""

    __slots__ = ("__private", "empty", "full")

    def __init__(self) -> None:
        self.__private = 1
        self.full = 2


class Forbidding(type):
    """A metaclass that answers every question with an error."""

    def __getattribute__(cls, name: str) -> Any:
        raise AssertionError(name)

    def __instancecheck__(cls, instance: object) -> bool:
        raise AssertionError(instance)

    def __eq__(cls, other: object) -> bool:
        raise AssertionError(other)

    __hash__ = None  # type: ignore[assignment]  # cannot be a key of a dictionary


class Forbidden(metaclass=Forbidding):
    """A class whose instances answer every question with an error, too."""

    def __init__(self) -> None:
        object.__setattr__(self, "note", "kept")

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(name)


@pytest.mark.parametrize(
    "thing", [Plain(), Form(a=1), Failure(), functools.partial(print)], ids=lambda thing: type(thing).__name__
)
def test_dictionary(thing: Any) -> None:
    """The `__dict__` of an object is read on every version."""
    thing.note = "kept"

    assert {"note": "kept"} == dictionary(thing)


def test_dictionary_of_a_proxy() -> None:
    """A proxy in C would return the `__dict__` of its target: it is not asked."""
    wrapt = pytest.importorskip("wrapt")
    thing = Plain()
    thing.note = "kept"  # type: ignore[attr-defined]  # any attribute

    assert {} == dictionary(wrapt.ObjectProxy(thing)) == dictionary(wrapt.ObjectProxy([1]))


def test_contents_of_a_module() -> None:
    """The namespace of a module is read, and a lazy module stays unloaded."""
    spec = importlib.util.find_spec("this")
    assert spec is not None
    assert spec.loader is not None
    spec.loader = importlib.util.LazyLoader(spec.loader)
    lazy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lazy)

    assert "this" == anatomy.contents(lazy)["__name__"]
    assert "s" not in anatomy.contents(lazy)
    assert anatomy.contents(sys) is vars(sys)
    assert {} == anatomy.contents(Plain())


def test_nothing_is_asked() -> None:
    """Neither a metaclass nor `__getattribute__` is called for anything that is read."""
    thing = Forbidden()
    facts = class_facts(type(thing))

    assert f"{__name__}.Forbidden" == facts.name
    assert [("note", "kept")] == facts.attributes(thing, 10)
    assert {"note": "kept"} == anatomy.attributes(thing)
    assert not anatomy.is_group(type(thing))
    assert anatomy.exact_type(thing) is object
    assert class_facts(type("Holder", (), {"thing": thing, "cls": type(thing)})).fields is None


def test_attributes_in_slots() -> None:
    """Slots are attributes, private ones under the name that the compiler gives them; empty ones are left out."""
    assert {"_Slots__private": 1, "full": 2} == anatomy.attributes(Slots())


def test_attributes_of_types_in_c() -> None:
    """An instance of a type in C may keep more than its attributes, so that these alone are not returned."""
    assert {} == anatomy.attributes(functools.partial(print))


def test_getters_of_other_libraries() -> None:
    """Getters in C are called only if they belong to the standard library: others may warn, compute or block."""
    numpy = pytest.importorskip("numpy")

    assert "T" in vars(numpy.ndarray)
    assert {} == anatomy.stored(numpy.ndarray)
    assert {"errno", "filename", "args"} <= anatomy.stored(OSError).keys()


@pytest.mark.skipif(sys.version_info < (3, 10), reason="there is no co_lines() before Python 3.10")
def test_type_that_is_not_ready() -> None:
    """CPython 3.10 and 3.11 hand out an object of a type that PyType_Ready() has not seen: its `__mro__` is None."""
    # Another object of the type would have made it ready: each test process reads it here for the first time.
    cls = type(test_type_that_is_not_ready.__code__.co_lines())  # type: ignore[attr-defined,unused-ignore]

    assert (cls, object) == anatomy.mro(cls)
    assert cls.__name__ == class_facts(cls).name
    assert [] == class_facts(cls).attributes(test_type_that_is_not_ready.__code__.co_lines(), 5)  # type: ignore[attr-defined,unused-ignore]


def test_snapshot() -> None:
    """The items of a dictionary are copied; an iterator, which can be read once, is passed on."""
    items = iter([(1, 2)])

    assert [(1, 2)] == anatomy.snapshot({1: 2}.items())
    assert items is anatomy.snapshot(items)


def test_first() -> None:
    """The first items are returned, none of a container that changes each time it is read."""
    mapping = {1: 1}

    def changing() -> Any:
        for key in mapping:
            mapping[len(mapping) + 1] = 1
            yield key

    class Changing:
        def __iter__(self) -> Any:
            return changing()

    assert [1, 2] == anatomy.first([1, 2, 3], 2)
    assert [] == anatomy.first([1], -1)
    assert [] == anatomy.first(Changing(), 5)


def test_error_text() -> None:
    """The text of an error is that of its base in C; a `__str__` of the application is not called."""

    class Own(ValueError):
        def __str__(self) -> str:
            raise AssertionError

    class Argument:
        def __str__(self) -> str:
            raise KeyError

    name = f"{__name__}.test_error_text.<locals>.Own"
    assert f"{name}: x" == anatomy.error_text(Own("x"))
    assert name == anatomy.error_text(Own())
    assert "ValueError, of which str() raises KeyError" == anatomy.error_text(ValueError(Argument()))


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups are new in Python 3.11")
def test_members_of_a_group() -> None:
    """Members are read by the builtin descriptor, also where a subclass hides them."""
    hiding = type("Hiding", (anatomy.GROUP,), {"exceptions": ()})
    members = (ValueError(), TypeError())

    assert members == anatomy.group_members(hiding("some", members))
    assert () == anatomy.group_members(ValueError())
    assert anatomy.is_group(hiding)
    assert not anatomy.is_group(ValueError)


def test_members_of_a_group_of_the_backport() -> None:
    """The exceptiongroup package keeps members in an attribute."""
    group: Any = type("BaseExceptionGroup", (Exception,), {})()
    group._exceptions = (ValueError(), "no exception")

    assert group._exceptions[:1] == anatomy.group_members(group)
    assert not anatomy.is_group(type(group))


def test_plain_classes() -> None:
    """A class without hooks for pickling is pickled by the interpreter alone."""
    hooked = type("Hooked", (), {"__getstate__": lambda self: None})

    assert anatomy.is_plain(Plain)
    assert anatomy.is_plain(types.SimpleNamespace)
    assert not anatomy.is_plain(hooked)
    assert not anatomy.is_plain(Forbidden)


def test_an_empty_field_of_an_exception() -> None:
    """None in a slot of a class in Python is a value; in a field of a type in C it is none."""

    class WithSlot(OSError):
        __slots__ = ("cache",)

    error = WithSlot(2, "gone")
    error.cache = None
    found = anatomy.exception_attributes(error, anatomy.stored(WithSlot))

    assert found["cache"] is None
    assert "filename" not in found
