"""Values that are read without importing or calling anything: what they show, and how they behave."""

from __future__ import annotations

import array
import collections
import datetime
import decimal
import enum
import fractions
import functools
import importlib.util
import io
import ipaddress
import operator
import pathlib
import pickle
import re
import time
import types
import uuid
from typing import Any

import pytest

from tibidi.errors import DamagedDump
from tibidi.reading.inert import makers
from tibidi.reading.inert import plain
from tibidi.reading.inert.types import InertObject
from tibidi.reading.inert.unpickler import InertUnpickler
from tibidi.words import vocabulary
from tibidi.words.standins import Dummy

NOW = datetime.datetime(2026, 11, 22, 21, 50, tzinfo=datetime.timezone.utc)
PLAIN = [
    None,
    True,
    -5,
    1 << 70,
    1.5,
    3j,
    "é\ud800",
    b"x" * 300,
    bytearray(b"q"),
    [1, [2]],
    {"a": (1, 2, 3, 4)},
    {1, 2},
    frozenset("ab"),
    ...,
    NotImplemented,
    range(3),
    slice(1, 2),
    NOW,
    NOW.date(),
    NOW.time(),
    datetime.timedelta(1, 2),
    decimal.Decimal("1.50"),
    fractions.Fraction(1, 3),
    uuid.UUID(int=5),
    pathlib.PurePosixPath("/a/b"),
    pathlib.PureWindowsPath("c:/x"),
    collections.OrderedDict(a=1),
    collections.defaultdict(list, {"a": [1]}),
    collections.deque([1, 2], 5),
    collections.Counter("abca"),
    types.SimpleNamespace(a=1),
    array.array("d", [1, 2]),
    ipaddress.ip_address("::1"),
    ipaddress.ip_network("10.0.0.0/8"),
    time.gmtime(0),
    int,
    KeyError,
    datetime.datetime,
]


class Cart:
    """A class of an application."""

    def __init__(self) -> None:
        self.items = ["tea"]
        self.total = 3

    def __repr__(self) -> str:
        raise AssertionError


class Slotted:
    """One with slots."""

    __slots__ = ("x",)

    def __init__(self) -> None:
        self.x = 5


class Stateful:
    """One with a state that is no dictionary."""

    def __getstate__(self) -> object:
        return [1, 2]

    def __setstate__(self, state: object) -> None:
        raise AssertionError


class Color(enum.Enum):
    """An enumeration."""

    RED = 1


def loaded(value: object, pickler: Any = pickle.dumps) -> Any:
    """Return `value` as an inert unpickler reads it."""
    return InertUnpickler(io.BytesIO(pickler(value, 5)), namespace={}.setdefault).load()


@pytest.mark.parametrize("value", PLAIN, ids=lambda value: type(value).__name__)
def test_plain_data(value: object) -> None:
    """Plain data is real."""
    read = loaded(value)

    assert type(value) is type(read)
    assert value == read


def test_pure_python_pickler() -> None:
    """What the pickler in Python writes, without frames or with them, is read as well."""
    value = {"a": [1, (2, 3)], "b": {4}, "c": b"5" * 100_000}

    assert value == loaded(value, pickle._dumps)


def test_object() -> None:
    """An object has its attributes, and prints as what it was, without its own code."""
    cart = loaded(Cart())

    assert ["tea"] == cart.items
    assert {"items": ["tea"], "total": 3} == vars(cart)
    assert {"items", "total"} <= set(dir(cart))
    assert [] == [name for name in dir(cart) if "inert" in name]
    assert f"<{__name__}.Cart items=['tea'], total=3>" == repr(cart)
    assert "Cart" == type(cart).__name__


def test_identity() -> None:
    """Shared things are shared, cycles are closed, and objects compare and hash by identity."""
    cart = Cart()
    cart.items.append(cart)
    one, other = loaded([cart, cart])

    assert one is other is one.items[1]
    assert {one: 1} == {other: 1}
    assert loaded(cart) != loaded(cart)
    assert "items=['tea', <...>]" in repr(one)


def test_what_is_not_there() -> None:
    """Methods, calls and class attributes are refused with the reason."""
    cart = loaded(Cart())

    with pytest.raises(AttributeError, match="'Cart' object has no attribute 'pay' in the dump; it is inert"):
        _ = cart.pay
    with pytest.raises(TypeError, match="Cart cannot be called: it is inert"):
        type(cart)()
    with pytest.raises(AttributeError, match="inert"):
        type(cart).total = 5


def test_slots_and_states() -> None:
    """Slots are attributes; a state of another kind is kept as it is."""
    assert 5 == loaded(Slotted()).x
    assert [1, 2] == loaded(Stateful()).__state__


def test_enumeration_by_value() -> None:
    """A member of an enumeration that pickled by its value shows it."""
    assert f"<{__name__}.Color(1)>" == repr(loaded(Color.RED))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (functools.partial(print, 1, end=""), "<functools.partial(<inert print>, 1) end=''>"),
        (operator.itemgetter(1), "<operator.itemgetter(1)>"),
        (re.compile("a+"), "re.compile('a+')"),
        (collections.ChainMap({1: 2}), "<collections.ChainMap maps=[{1: 2}]>"),
        (len, "<inert len>"),
        (Cart, f"<inert {__name__}.Cart>"),
        (ValueError("x"), "ValueError('x')"),
        (datetime.datetime.fromisoformat, "<fromisoformat of <class 'datetime.datetime'> (inert)>"),
    ],
    ids=lambda value: "" if isinstance(value, str) else type(value).__name__,
)
def test_shown(value: object, shown: str) -> None:
    """What is no plain data prints as what it was."""
    assert shown == repr(loaded(value))


def test_items_of_what_is_not_known() -> None:
    """Objects of unknown make that had items have them still."""

    class Row(list):
        pass

    class Bag(dict):
        pass

    for cls in (Row, Bag):
        cls.__qualname__ = cls.__name__
        globals()[cls.__name__] = cls
    row, bag = loaded([Row("ab"), Bag(a=1)])

    assert (["a", "b"], 2, "b") == (list(row), len(row), row[1])
    assert ({"a": 1}.items(), 1, None) == (bag.items(), bag["a"], bag.get("z"))
    assert f"<{__name__}.Row(['a', 'b'])>" == repr(row)


def test_repr_is_bounded() -> None:
    """However large an object is, it prints in a few lines."""
    cart = Cart()
    cart.items = [["x" * 1_000] * 1_000] * 1_000
    vars(cart).update({f"attribute{number}": cart for number in range(1_000)})

    assert len(repr(loaded(cart))) < 2_000


def test_names_that_lie() -> None:
    """A class that is called as a builtin one prints all the same."""
    for name in ("dict", "list", "str", "int", "inert", "a b"):
        made = pickle.PROTO + b"\x05" + b"\x8c\x01m\x8c" + bytes([len(name)]) + name.encode() + b"\x93)\x81."

        assert f"<m.{name}>" == repr(InertUnpickler(io.BytesIO(made), namespace={}.setdefault).load())


def test_zones() -> None:
    """A time in a zone that is code is a real time; its zone prints as what it was."""
    zoneinfo = pytest.importorskip("zoneinfo")
    try:
        moment = NOW.astimezone(zoneinfo.ZoneInfo("Europe/Berlin"))
    except zoneinfo.ZoneInfoNotFoundError:
        pytest.skip("no time zones on this machine")
    read = loaded(moment)

    assert (22, 50) == (read.hour, read.minute)
    assert "Europe/Berlin" in repr(read)


def test_refused_arguments() -> None:
    """What a plain type does not take is a stand-in that has the arguments."""
    made = b"\x80\x05\x8c\x08datetime\x8c\x04date\x93M\x0f\x27K\x63K\x63\x87R."
    read = InertUnpickler(io.BytesIO(made), namespace={}.setdefault).load()

    assert Dummy is type(read)
    assert ("date", (9999, 99, 99)) == (read.type_name, read.state)
    assert "ValueError: month must be in 1..12" in read.reason


@pytest.mark.parametrize(
    "data",
    [b"", b"\x80\x02N.", b"\x80\x05cos\nsystem\n.", b"\x80\x05N", b"\x80\x05N.N.", b"\x80\x05NN.", b"\x80\x05q\0."],
)
def test_other_pickles(data: bytes) -> None:
    """What is no pickle of ours is an error."""
    with pytest.raises(DamagedDump):
        InertUnpickler(io.BytesIO(data), namespace={}.setdefault).load()


def test_documented() -> None:
    """The table of plain types in the documentation is that of the code."""
    page = pathlib.Path(__file__).parents[3] / "docs" / "security.md"
    rows = re.findall(r"^\| `([\w.]+)` \| (.+) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)

    assert dict(rows) == {f"{module}.{name}": entry.arguments for (module, name), entry in plain.TABLE.items()}


@pytest.mark.skipif(importlib.util.find_spec("numpy") is None, reason="numpy is not installed")
def test_numpy() -> None:
    """Arrays, scalars and dtypes are real, whatever their layout."""
    import numpy as np

    values = [
        np.arange(6).reshape(2, 3),
        np.arange(6.0).reshape(2, 3).T,
        np.arange(10)[::2],
        np.float64(1.5),
        np.bool_(True),
        np.array(["ab", "c"]),
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", ">f8")]),
        np.array(["2020-01-01"], dtype="M8[ns]"),
        np.datetime64("2020-01-01"),
        np.zeros((0, 3)),
    ]
    for value in values:
        read = loaded(value)

        assert (type(value), value.dtype, value.shape) == (type(read), read.dtype, read.shape)
        assert np.array_equal(value, read)
    objects = loaded(np.array(["a", None, Cart()], dtype=object))
    assert ["a", None] == list(objects[:2])
    assert isinstance(objects[2], InertObject)
    assert np.dtype("f4") == loaded(np.dtype("f4"))


@pytest.mark.skipif(importlib.util.find_spec("pandas") is None, reason="pandas is not installed")
def test_pandas() -> None:
    """Tables show their columns, labels and cells, without pandas."""
    import pandas as pd

    frame = pd.DataFrame({"n": [1, 2, 3], "kind": pd.Categorical(["a", "b", "a"]), "x": [0.5, 1.5, 2.5]})
    read, series = loaded(frame), loaded(frame["x"])

    assert ["n", "kind", "x"] == read.columns
    assert (3, 3) == read.shape
    assert ["a", "b", "a"] == list(read["kind"])
    assert "[3 rows x 3 columns, inert]" in repr(read)
    assert [0.5, 1.5, 2.5] == list(series)
    assert "<Series of 3: 0: 0.5, 1: 1.5, 2: 2.5 (inert)>" == repr(series)


@pytest.mark.parametrize("levels", [5, 60])
def test_billion_laughs(levels: int) -> None:
    """A list that would print as a billion has its items, and prints as a few."""
    laughs: list[object] = ["ha"]
    for _ in range(levels):
        laughs = [laughs, laughs]
    read = loaded((("exceptions[0].frames[0].locals",), {"x": laughs, "y": [1]}))[1]

    assert [1] == read["y"]
    assert read["x"][0] is read["x"][1]
    assert (type(read["x"]) is list) == (levels == 5)
    assert levels == 5 or len(repr(read["x"])) < 5_000


@pytest.mark.parametrize(
    "kind",
    [
        lambda inner: collections.deque([inner, inner]),
        lambda inner: collections.OrderedDict(a=inner, b=inner),
        lambda inner: types.SimpleNamespace(a=inner, b=inner),
        lambda inner: ValueError(inner, inner),
        lambda inner: slice(inner, inner),
    ],
)
@pytest.mark.parametrize("is_within", [False, True])
def test_billion_laughs_of_other_kinds(kind: Any, is_within: bool) -> None:
    """Whatever would print as a billion prints as a few, also as an attribute."""
    laughs: object = ["ha"]
    for _ in range(22):
        laughs = kind(laughs)
    cart: Any = Cart()
    cart.items = laughs
    read = loaded((("exceptions[0].frames[0].locals",), {"x": cart if is_within else laughs, "y": [1]}))[1]

    assert [1] == read["y"]
    assert len(repr(read["x"])) < 20_000


def test_words() -> None:
    """Every word that pickles of ours may name has a meaning where nothing may run, and no other has."""
    inert = {name for module, name in makers.WORDS if module == "tibidi"}

    assert set(vocabulary.WORDS) == inert | {"_code", "_keys", "_made", "_namespace", "_reference"}


def test_unicode_errors_are_sound() -> None:
    """Fields that would have the interpreter read foreign memory are not taken."""
    fields = {"object": b"x", "start": -(1 << 40), "end": 1 - (1 << 40), "encoding": "a", "reason": "b"}
    wild, sound = UnicodeDecodeError("a", b"x", 0, 1, "b"), {**fields, "start": 0, "end": 1}
    made = makers.make_exception(UnicodeDecodeError)
    makers.exception_state(made, (fields, {}, None))

    assert "" == str(made)
    makers.exception_state(made, (sound, {}, None))
    assert str(wild) == str(made)
