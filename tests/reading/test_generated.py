"""Methods that the standard library generated are made again where their bytecode is another version's."""

from __future__ import annotations

import gc
import sys
from collections import namedtuple
from dataclasses import InitVar, dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from tibidi.reading import makers
from tibidi.reading.code import LostCode
from tibidi.reading.generated import regenerate
from tibidi.reading.inert.loading import Loading
from tibidi.reading.missing import missing_class
from tibidi.words.code import key_of
from tibidi.words.standins import Dummy

if TYPE_CHECKING:
    from types import FunctionType


def lost(function: FunctionType) -> FunctionType:
    """Return what loading makes of a function of another version whose source is in no file."""
    code = function.__code__
    return makers._function(LostCode(key_of(code), "for the test"), {}, function.__name__, None)


@pytest.fixture
def lost_point() -> Any:
    """A class like that of namedtuple("Point", "x y"), whose methods are lost."""
    model = namedtuple("Point", "x y", defaults=(5,))
    body: dict[str, Any] = dict(vars(model))
    body.update(
        __new__=staticmethod(lost(model.__new__)),  # type: ignore[arg-type]  # typeshed knows the call, not the function
        _make=classmethod(lost(model._make.__func__)),  # type: ignore[attr-defined]  # as above
        _replace=lost(model._replace),  # type: ignore[arg-type]  # as above
        __repr__=lost(model.__repr__),  # type: ignore[arg-type]  # as above
    )
    return type("Point", (tuple,), body)


def test_named_tuple(lost_point: Any) -> None:
    """All methods work, as far as they were lost."""
    with pytest.raises(RuntimeError, match="cannot be called here: for the test"):
        lost_point(1)

    regenerate(lost_point, makers.is_lost)

    assert lost_point(1) == (1, 5)
    assert "Point(x=1, y=2)" == repr(lost_point._make([1, 5])._replace(y=2))


def test_collector_may_come_at_any_time(lost_point: Any) -> None:
    """The methods are taken over even if the garbage collector runs at every step."""
    gc.collect()
    gc.freeze()  # so that a collection looks at the new objects only
    sys.setprofile(lambda *_: gc.collect() and None)
    try:
        regenerate(lost_point, makers.is_lost)
    finally:
        sys.setprofile(None)
        gc.unfreeze()

    assert lost_point(1, 2) == (1, 2)


class Holder:
    """Has slots beside a dictionary."""

    __slots__ = ("__dict__", "slot")

    def __init__(self) -> None:
        self.slot, self.me = 1, self

    def __repr__(self) -> str:
        return "as its author has it"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Holder)

    __hash__ = None  # type: ignore[assignment]  # as a class with its own equality has it


def test_repr_and_equality_that_are_lost() -> None:
    """Where another library generated them, attributes are shown, and things are equal to themselves."""
    for name in ("__repr__", "__eq__"):
        setattr(Holder, name, lost(vars(Holder)[name]))
    thing = Holder()
    with pytest.raises(RuntimeError, match="cannot be called here"):
        repr(thing)

    regenerate(Holder, makers.is_lost)

    assert "Holder(slot=1, me=...)" == repr(thing)
    assert [thing] == [thing]
    assert thing != Holder()


def test_repr_that_is_lost_with_its_base() -> None:
    """Where a base class is missing, that is said, and the attributes are shown."""
    base: Any = missing_class("shop", "Model", "", ())
    cls: Any = type(base)("Person", (base,), {"__module__": "__main__", "__repr__": lost(lost)})

    regenerate(cls, makers.is_lost)
    with Loading(lambda *_: None):
        person = cls()
    person.name = "Ada"

    assert "<__main__.Person name='Ada': its class is not on this machine>" == repr(person)


def test_repr_that_is_lost_with_its_library() -> None:
    """Where attrs is missing, its fields are stand-ins without names, and the slots are shown."""
    stand_ins = (Dummy("attr._make.Attribute", "a stub"), Dummy("attr._make.Attribute", "a stub"))
    cls: Any = type("Point", (), {"__slots__": ("x", "y"), "__attrs_attrs__": stand_ins, "__repr__": lost(lost)})
    point = cls()
    point.x, point.y = 1, 2

    regenerate(cls, makers.is_lost)

    assert "Point(x=1, y=2)" == repr(point)


@dataclass
class Parcel:
    """Has slots, which are attributes of the class under the names of the fields."""

    __slots__ = ("label", "weight")
    weight: int
    label: str
    count: ClassVar[int] = 0


def test_slots_of_a_dataclass() -> None:
    """The slots of a dataclass stay, and so does what was assigned to the class after it was made."""
    Parcel.count = 2
    parcel = Parcel(3, "books")
    Parcel.__init__ = lost(vars(Parcel)["__init__"])  # type: ignore[method-assign, assignment]  # as loading has it

    regenerate(Parcel, makers.is_lost)

    assert (3, "books", 2) == (parcel.weight, parcel.label, Parcel.count)
    assert Parcel(3, "books") == parcel
    assert not hasattr(parcel, "__dict__")


@dataclass
class Order:
    """Has annotations that are texts, as all of this file are."""

    price: float
    rate: InitVar[float]
    tax: float = 0
    limit: ClassVar[int] = 9

    def __post_init__(self, rate: float) -> None:
        self.tax = self.price * rate


def test_annotations_that_are_texts() -> None:
    """What belongs to the class or to `__init__` is no field, though `__main__` does not know the types."""
    annotations = dict(Order.__annotations__)
    Order.__module__ = "__main__"  # where another program is now
    Order.__init__ = lost(vars(Order)["__init__"])  # type: ignore[method-assign, assignment]  # as loading has it

    regenerate(Order, makers.is_lost)

    assert 5.0 == Order(10, 0.5).tax
    assert ["price", "tax"] == [each.name for each in fields(Order)]
    assert annotations == Order.__annotations__
    assert ["float", "float"] == [each.type for each in fields(Order)]


@pytest.mark.skipif(sys.version_info < (3, 10), reason="fields do not have `kw_only`")
def test_fields_of_python_3_9() -> None:
    """Fields that another Python wrote without `kw_only` are as usual, also where one is a ClassVar."""

    @dataclass
    class Box:
        width: int
        count: ClassVar[int] = 4

    for field in vars(Box)["__dataclass_fields__"].values():
        field.kw_only = None  # as loading sets what is not in the dump
    Box.__init__ = lost(vars(Box)["__init__"])  # type: ignore[method-assign, assignment]  # as loading has it

    regenerate(Box, makers.is_lost)

    assert (7, 4) == (Box(7).width, Box.count)
    assert "count" not in vars(Box(7))
