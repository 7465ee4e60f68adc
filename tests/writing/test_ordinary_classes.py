"""tibidi.writing.naming: ordinary classes are reduced as by cloudpickle."""

from __future__ import annotations

import abc
import collections
import dataclasses
import enum
import types
from typing import Any, Generic, NamedTuple, TypeVar

import cloudpickle
import pytest

from tibidi.writing import naming

T = TypeVar("T")


def local_classes() -> list[type]:
    """Return classes of many kinds that cannot be imported by their names."""

    class Plain:
        constant = (1,)

        def method(self) -> None: ...

        @classmethod
        def maker(cls) -> None: ...

        @property
        def width(self) -> int:
            return 1

    class Child(Plain):
        constant = Plain.constant

    class Both(Child, dict[str, int]):
        pass

    class Slotted:
        __slots__ = ("__private", "left", "right")

    class OneSlot:
        __slots__ = "only"

    @dataclasses.dataclass
    class Data:
        number: int
        names: list[str] = dataclasses.field(default_factory=list)

    class Named(NamedTuple):
        x: int

    class Box(Generic[T]):
        pass

    class Full(Box[int]):
        pass

    return [Plain, Child, Both, Slotted, OneSlot, Data, Named, Box, Full, collections.namedtuple("Point", "x y")]


@pytest.mark.parametrize("cls", local_classes(), ids=lambda cls: cls.__name__)
def test_same_answer(cls: type) -> None:
    """The name, the bases and the body are those of cloudpickle's reduce value; slots stay slots."""
    theirs: Any = cloudpickle.Pickler.reducer_override(None, cls)  # type: ignore[arg-type]  # it does not look at itself
    ours: Any = naming.reduce_ordinary_class(cls)

    slots = {"__slots__": vars(cls)["__slots__"]} if vars(cls).get("__slots__") else {}
    assert (*theirs[1][:3], {**theirs[1][3], **slots}) == ours[1]
    body = {name: each for name, each in theirs[2][0].items() if not isinstance(each, types.MemberDescriptorType)}
    assert {**body, "__qualname__": cls.__qualname__} == ours[2][0]


def test_unusual_classes() -> None:
    """Classes that take cloudpickle give None."""

    class Abstract(abc.ABC):
        @abc.abstractmethod
        def method(self) -> None: ...

    class Colour(enum.Enum):
        RED = 1

    class Meta(type):
        pass

    class Strange:
        __dict__ = property(lambda self: {})

    for cls in (Abstract, Colour, Meta("Made", (), {}), Strange, type(None), type({}.keys())):
        assert naming.reduce_ordinary_class(cls) is None


@pytest.mark.parametrize("cls", [types.MappingProxyType, types.MethodType, types.FunctionType, types.CellType])
def test_builtin_types(cls: type) -> None:
    """Types of the interpreter have the name that they have in the module `types`."""
    reduced = naming.reduce_ordinary_class(cls)

    assert reduced is not None
    make, arguments = reduced
    assert make(*arguments) is cls


@pytest.mark.parametrize(
    "thing",
    [
        types.MappingProxyType({"a": 1}),
        local_classes()[0]().method,
        vars(local_classes()[0])["maker"],
        vars(local_classes()[0])["width"],
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_descriptors_and_views(thing: Any) -> None:
    """Descriptors and views are reduced to the same parts."""
    theirs = cloudpickle.Pickler.dispatch_table[type(thing)](thing)

    assert theirs == naming.ORDINARY_REDUCERS[type(thing)](thing)
