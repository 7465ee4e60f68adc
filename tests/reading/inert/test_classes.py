"""Objects of classes that keep their state in ways of their own, read inert: their attributes are in reach."""

from __future__ import annotations

import collections
import copy
import copyreg
import datetime
import decimal
import fractions
import functools
import io
import operator
import os
import pathlib
import pickle
import subprocess
import sys
import typing
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tibidi.loader import load
from tibidi.reading.inert.makers import InertFunction
from tibidi.reading.inert.unpickler import InertUnpickler
from tibidi.words import vocabulary
from tibidi.words.standins import Dummy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SHOP = """\
import collections, dataclasses, datetime
class Date(datetime.date): pass
class Pair(tuple):
    def __new__(cls, x, y): return tuple.__new__(cls, (x, y))
    def __getnewargs__(self): return tuple(self)
class Lists(collections.defaultdict): pass
class Tally(collections.Counter): pass
class Cart:
    def pay(self): pass
@dataclasses.dataclass(frozen=True)
class Frozen:
    a: int
    b: str
    def __getstate__(self): return [self.a, self.b]
def revive(name): return Model(name)
class Model:
    def __init__(self, name): self.name = name
    def __reduce__(self): return revive, (self.name,), {"price": 3}
class Models(dict):
    def __reduce__(self): return models, (), None, None, iter(self.items())
def models(): return Models()
"""
PROGRAM = """\
import builtins, collections, dataclasses, datetime, decimal, enum, fractions, pathlib, sys, typing, uuid
import shop, tibidi

class Moment(datetime.datetime): pass
class Day(datetime.date): pass
class Hour(datetime.time): pass
class Span(datetime.timedelta): pass
class Money(decimal.Decimal): pass
class Share(fractions.Fraction): pass
class Id(uuid.UUID): pass
class Place(type(pathlib.Path())): pass
class Lists(collections.defaultdict): pass
class Impedance(complex): pass
class Point(collections.namedtuple("Base", "x")):
    __slots__ = ()
class Shut(KeyError): pass
class Lost(ConnectionError): pass
class Full(MemoryError): pass
class Several(getattr(builtins, "ExceptionGroup", Exception)): pass
class Queue(collections.deque): pass
class Pair(tuple):
    def __new__(cls, x, y): return tuple.__new__(cls, (x, y))
    def __getnewargs__(self): return tuple(self)

@dataclasses.dataclass(frozen=True)
class Frozen:
    total: typing.ClassVar[int] = 5
    a: int
    b: str
    def __getstate__(self): return [self.a, self.b]  # as dataclass(slots=True) has it from 3.10 on

class Level(str, enum.Enum):
    HIGH = "high"
    def __new__(cls, text): made = str.__new__(cls, text.upper()); made._value_ = text; return made
class Grade(enum.IntEnum):
    GOOD = 2
class Rights(enum.IntFlag):
    READ = 4
    WRITE = 2
class Buffer(bytearray): pass
class Row:
    __tablename__ = "rows"

class Slotted:
    __slots__ = ("a", "b")
    def __getstate__(self): return (self.a, self.b)
    def __setstate__(self, state): raise AssertionError

def crash():
    moment = Moment(2020, 1, 2, 3, tzinfo=datetime.timezone.utc)
    day, hour, span, money, share = Day(2020, 1, 2), Hour(4), Span(3, 4), Money("1.5"), Share(1, 3)
    name, place, their_date = Id(int=5), Place("/a/b"), shop.Date(2020, 1, 2)
    pair, their_pair, lists, their_lists = Pair(1, 2), shop.Pair(1, 2), Lists(list, a=[1]), shop.Lists(list, a=[1])
    tally, queue, frozen, their_frozen = shop.Tally("aab"), Queue([1, 2], 3), Frozen(3, "q"), shop.Frozen(3, "q")
    slotted = Slotted(); slotted.a, slotted.b = 1, 2
    pay, function, module, holder = shop.Cart().pay, crash, sys, [sys, crash, {"m": shop}]
    level, grade, rights, levels = Level.HIGH, Grade.GOOD, Rights.READ | Rights.WRITE, {Level.HIGH: 1}
    data, row, impedance, point = Buffer(b"ab"), Row(), Impedance(1, -2), Point([1, 2])
    shut, model, models = Shut("closed", 5), shop.Model("x"), shop.Models(a=1)
    several, lost, full = Several("both", [Lost(104, "reset"), Full()]), Lost(104, "reset", "f"), Full("no room")
    1 / 0

try:
    crash()
except ZeroDivisionError as error:
    tibidi.dump_exception(error, "whole.pkl")
"""


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dump of a program, of which nothing can be imported here."""
    folder = tmp_path_factory.mktemp("classes")
    (folder / "shop.py").write_text(SHOP)
    (folder / "run.py").write_text(PROGRAM)
    found = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "PYTHONPATH": found, "TIBIDI_KEY_FILE": str(folder / "key")}
    subprocess.run([sys.executable, "run.py"], cwd=folder, env=environment, check=True, timeout=60)
    return folder / "whole.pkl"


@pytest.fixture(scope="module")
def crash(dump: Path) -> Mapping[str, Any]:
    """Its variables, opened inert."""
    return load(dump, trust=False).exceptions[-1][-1]


def loaded(value: object) -> Any:
    """Return `value` as an inert unpickler reads it."""
    return InertUnpickler(io.BytesIO(pickle.dumps(value, 5)), namespace={}.setdefault).load()


class Model:
    """One with a state as pydantic has it."""

    def __getstate__(self) -> object:
        return {"__dict__": {"id": 3}, "__pydantic_fields_set__": {"id"}}

    def __setstate__(self, state: object) -> None:
        raise AssertionError


class Cart:
    """A class of an application."""

    def pay(self) -> None:
        """Pay."""


@pytest.mark.parametrize("kind", ["tuple", "dict", "list"])
def test_billion_laughs_of_the_application(kind: str) -> None:
    """What the application built on a container and would print as a billion prints as a few."""

    class Holder:
        def __init__(self, held: object) -> None:
            self.held = held

        def __reduce__(self) -> tuple[Any, ...]:
            return copyreg._reconstructor, (
                Reference(kind),
                {"dict": dict, "list": list, "tuple": tuple}[kind],
                self.held,
            )

    class Reference:
        def __init__(self, layout: str) -> None:
            self.layout = layout

        def __reduce__(self) -> tuple[Any, ...]:
            return vocabulary._reference, ("shop", "Bag", self.layout, ())

    laughs: Any = "ha"
    for _ in range(60):
        laughs = Holder({"a": laughs, "b": laughs} if kind == "dict" else [laughs, laughs])
    read = loaded((("exceptions[0].frames[0].locals",), {"x": laughs, "y": [1]}))[1]

    assert "Bag" == type(read["x"]).__name__
    assert len(repr(read["x"])) < 5_000


def test_dictionary_in_a_state() -> None:
    """A `__dict__` within a state is the attributes."""
    model = loaded(Model())

    assert (3, {"id"}) == (model.id, model.__pydantic_fields_set__)
    assert f"<{__name__}.Model id=3, __pydantic_fields_set__={{'id'}}>" == repr(model)


def test_values_without_names(crash: Mapping[str, Any]) -> None:
    """A state that is values alone has the names of the fields, where the class is in the dump."""
    frozen, slotted, theirs = crash["frozen"], crash["slotted"], crash["their_frozen"]

    assert (3, "q") == (frozen.a, frozen.b)
    assert "<__main__.Frozen a=3, b='q'>" == repr(frozen)
    assert (1, 2) == (slotted.a, slotted.b)
    assert [3, "q"] == theirs.__state__


def test_plain_values(crash: Mapping[str, Any]) -> None:
    """What is built on a plain type has the attributes of the plain value, and its own."""
    moment, day, money, name = crash["moment"], crash["day"], crash["money"], crash["name"]

    assert "<__main__.Moment(datetime.datetime(2020, 1, 2, 3, 0, tzinfo=datetime.timezone.utc))>" == repr(moment)
    assert (2020, 3, "2020-01-02") == (moment.year, moment.hour, str(day))
    assert (4, 3, 1, 3) == (
        crash["hour"].hour,
        crash["span"].days,
        crash["share"].numerator,
        crash["share"].denominator,
    )
    assert "<__main__.Money(Decimal('1.5'))>" == repr(money)
    assert (5, "00000005") == (name.int, name.hex[-8:])
    assert ("b", "/a") == (crash["place"].name, str(crash["place"].parent))
    assert 2020 == crash["their_date"].year
    assert {"year", "isoformat"} <= set(dir(day))
    with pytest.raises(AttributeError, match="'Day' object has no attribute 'century' in the dump; it is inert"):
        _ = day.century


def test_plain_values_of_a_class_that_is_not_here(dump: Path) -> None:
    """Live, an instance of a class that cannot be imported has its plain value as well."""
    assert 2020 == load(dump, trust=True).exceptions[-1][-1]["their_date"].year


def test_members_with_a_plain_value(crash: Mapping[str, Any]) -> None:
    """A member of an enumeration of texts or numbers is one, a combination of flags too."""
    assert ("HIGH", "high", True) == (crash["level"], crash["level"].value, "HIGH" in crash["levels"])
    assert (3, 2, "GOOD") == (crash["grade"] + 1, crash["grade"].value, crash["grade"].name)
    assert (6, 6) == (crash["rights"], crash["rights"].value)


def test_bytes_that_can_change(crash: Mapping[str, Any]) -> None:
    """An instance of a subclass of bytearray has its bytes."""
    assert b"ab" == crash["data"]


def test_name_of_a_table(crash: Mapping[str, Any]) -> None:
    """A class of rows shows the name of its table."""
    assert "rows" == crash["row"].__tablename__


def test_tuples_of_arguments(crash: Mapping[str, Any]) -> None:
    """A tuple that is made of its items has them."""
    assert (1, 2) == crash["pair"] == crash["their_pair"]


def test_dictionaries_of_arguments(crash: Mapping[str, Any]) -> None:
    """A dictionary that is made of arguments has what they were: a factory, counts."""
    assert (list, {"a": [1]}) == (crash["lists"].default_factory, dict(crash["lists"]))
    assert (list, {"a": [1]}) == (crash["their_lists"].default_factory, dict(crash["their_lists"]))
    assert {"a": 2, "b": 1} == dict(crash["tally"])


def test_what_a_function_has_made(crash: Mapping[str, Any]) -> None:
    """What a function of the application makes has the name of its class, and not that of the function."""
    assert "<shop.Model('x') price=3>" == repr(crash["model"])
    assert "Model" == type(crash["model"]).__name__
    assert "{'a': 1}" in repr(crash["models"])


def test_bound_method(crash: Mapping[str, Any]) -> None:
    """A bound method has its name, wherever its class is from."""
    assert "<pay of <shop.Cart> (inert)>" == repr(crash["pay"])
    assert f"<pay of <{__name__}.Cart> (inert)>" == repr(loaded(Cart().pay))


@pytest.mark.parametrize(
    ("function", "arguments", "shown"),
    [
        (operator.getitem, (typing.Union, (int, type(None))), "typing.Optional[int]"),
        (operator.getitem, (typing.Union, (int, str)), "typing.Union[int, str]"),
        (operator.getitem, (typing.Sequence, int), "typing.Sequence[int]"),
        (functools.reduce, (operator.or_, (int, type(None))), "int | None"),
        (operator.getitem, (typing.Callable, ([int], ...)), "typing.Callable[[int], ...]"),
        (operator.getitem, (Cart, (decimal.Decimal,)), f"{__name__}.Cart[decimal.Decimal]"),
    ],
)
def test_annotations(function: Any, arguments: tuple[Any, ...], shown: str) -> None:
    """Annotations print as they are written."""

    class Call:
        def __reduce__(self) -> tuple[Any, ...]:
            return function, arguments

    assert shown == repr(loaded(Call()))


@pytest.mark.skipif(sys.version_info < (3, 9), reason="generic types of the interpreter came with 3.9")
def test_generic_types_of_the_interpreter() -> None:
    """So do generic types of the interpreter."""
    assert "dict[str, list[int]]" == repr(loaded(dict[str, list[int]]))


def test_annotations_without_end() -> None:
    """Annotations of annotations without end print in no time."""
    many: Any = int
    for _ in range(64):
        many = dict[many, many]

    assert len(repr(loaded(many))) < 1_000


def test_other_items() -> None:
    """Items of an object that is not a type, and reductions to anything else, are not done."""

    class Call:
        def __reduce__(self) -> tuple[Any, ...]:
            return functools.reduce, (operator.add, (1, 2))

    assert [Dummy] == [type(thing) for thing in loaded([Call()])]


def test_functions_and_modules_are_copied(crash: Mapping[str, Any]) -> None:
    """Functions and modules are their own copies, and what holds them can be copied."""
    function, module, holder = crash["function"], crash["module"], crash["holder"]

    assert isinstance(function, InertFunction)
    for each in (function, module):
        assert each is copy.copy(each) is copy.deepcopy(each)
    assert [True] * 2 == [one is other for one, other in zip(copy.deepcopy(holder), holder[:2])]
    assert copy.deepcopy(crash["pay"]).__self__ is not crash["pay"].__self__


def test_copies(crash: Mapping[str, Any]) -> None:
    """Whatever is inert can be copied, with what it holds or without."""
    for name, value in crash.items():
        for copied in (copy.copy(value), copy.deepcopy(value)):
            assert (name, type(value), repr(value)) == (name, type(copied), repr(copied))
    lists, queue = copy.deepcopy(crash["lists"]), copy.deepcopy(crash["queue"])

    assert (list, False, True) == (lists.default_factory, lists["a"] is crash["lists"]["a"], lists == crash["lists"])
    assert (3, [1, 2]) == (queue.maxlen, list(queue))
    assert copy.copy(crash["lists"])["a"] is crash["lists"]["a"]


def test_copies_of_cycles() -> None:
    """A copy of what holds itself holds itself."""
    cart = Cart()
    cart.self = cart
    read = loaded(cart)
    copied = copy.deepcopy(read)

    assert copied.self is copied is not read


class Sly:
    """One whose state has what copying asks for."""

    def __init__(self) -> None:
        self.x = 1

    def __getstate__(self) -> object:
        return dict.fromkeys(("__deepcopy__", "__copy__", "__reduce_ex__", "__setstate__", "items"), Cart)

    def __setstate__(self, state: object) -> None:
        raise AssertionError


def test_copying_calls_nothing() -> None:
    """What a stranger has put into an object for copying to call is not called."""
    read = loaded(Sly())

    assert vars(read).keys() == vars(copy.deepcopy(read)).keys() == vars(copy.copy(read)).keys()


def test_copies_of_times_in_zones() -> None:
    """A time whose zone is inert can be copied."""
    zoneinfo = pytest.importorskip("zoneinfo")
    try:
        moment = datetime.datetime(2020, 1, 2, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
    except zoneinfo.ZoneInfoNotFoundError:
        pytest.skip("no time zones on this machine")

    assert "Europe/Berlin" in repr(copy.deepcopy(loaded(moment)))


def test_items_of_two_kinds() -> None:
    """An object that gets items by keys, and then items in a row, keeps the first."""
    made = b"\x80\x05\x8c\x01m\x8c\x03Bag\x93)\x81K\x01K\x02sK\x03a."
    read = InertUnpickler(io.BytesIO(made), namespace={}.setdefault).load()

    assert {1: 2}.items() == read.items()


def test_values_of_several_arguments(crash: Mapping[str, Any]) -> None:
    """A class on a complex number has both of its parts; one on a named tuple has the fields of that."""
    assert complex(1, -2) == crash["impedance"]
    assert ("Point(x=[1, 2])", [1, 2]) == (repr(crash["point"]), crash["point"].x)


def test_exceptions_made_by_types_in_c(crash: Mapping[str, Any]) -> None:
    """Classes of the program that are built on OSError, MemoryError or a group have instances with all fields."""
    several, lost, full = (crash[name] for name in ("several", "lost", "full"))
    members = several.exceptions if hasattr(several, "exceptions") else several.args[1]

    assert ["Lost(104, 'reset')", "Full()"] == list(map(repr, members))
    assert (True, 104, "reset", "f") == (isinstance(lost, ConnectionError), lost.errno, lost.strerror, lost.filename)
    assert ("[Errno 104] reset: 'f'", "no room", True) == (str(lost), str(full), isinstance(full, MemoryError))


def test_exceptions_are_copied(crash: Mapping[str, Any]) -> None:
    """So can exceptions that were opened inert."""
    shut = crash["shut"]
    copied = copy.deepcopy(shut)

    assert (type(shut), ("closed", 5), True) == (type(copied), copied.args, isinstance(copied, KeyError))


def test_containers_of_the_standard_library() -> None:
    """Copies of what is no stranger's are as ever."""
    value = [collections.Counter("aab"), uuid.UUID(int=5), pathlib.PurePosixPath("/a"), fractions.Fraction(1, 3)]

    assert value == copy.deepcopy(loaded(value))
