"""How values are shown."""

from __future__ import annotations

import array
import collections
import concurrent.futures
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import importlib
import io
import operator
import os
import pathlib
import re
import sys
import threading
import types
import typing
import uuid
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from tibidi.look.preview import Previewer
from tibidi.redaction import Redactor


class Color(enum.Enum):
    """A member of it is shown by name and value."""

    RED = 1


class Access(enum.Flag):
    """A flag, of which no member may be set."""

    READ = 1


@dataclasses.dataclass
class Order:
    """A dataclass, which is shown as it would be made."""

    number: int
    positions: list[str]


class Plain:
    """Any object, which is shown by its attributes."""

    def __init__(self, **attributes: object) -> None:
        self.__dict__.update(attributes)


class Slotted:
    """An object without a dictionary."""

    __slots__ = ("empty", "full")

    def __init__(self) -> None:
        self.full = 1


Point = collections.namedtuple("Point", "x y")


class Text(str):
    """A subclass of a builtin type."""

    __slots__ = ()


class Log(io.StringIO):
    """A subclass of a file in memory, whose own methods are not called."""

    def getvalue(self) -> str:
        """Fail the test."""
        raise AssertionError


closed = io.StringIO("x")
closed.close()


class Table(dict):  # type: ignore[type-arg]
    """A subclass of a builtin container."""


def shown(value: object) -> str:
    """Return the preview of a value."""
    return Previewer(Redactor()).variable("it", value, "it").preview


@pytest.mark.parametrize(
    ("value", "preview"),
    [
        (None, "None"),
        (True, "True"),
        (-5, "-5"),
        (1.5, "1.5"),
        (1j, "1j"),
        ("it's", '"it\'s"'),
        ("\ud800", "'\\ud800'"),
        (b"\xff", "b'\\xff'"),
        (bytearray(b"x"), "bytearray(b'x')"),
        ([1, [2], (3,)], "[1, [2], (3,)]"),
        ((), "()"),
        ((1, 2), "(1, 2)"),
        ({}, "{}"),
        ({"a": {1: None}}, "{'a': {1: None}}"),
        (set(), "set()"),
        ({1}, "{1}"),
        (frozenset({1}), "frozenset({1})"),
        (range(3), "range(0, 3)"),
        ({"a": 1}.keys(), "dict_keys(['a'])"),
        (types.MappingProxyType({"a": 1}), "mappingproxy({'a': 1})"),
        (collections.OrderedDict(a=1), "OrderedDict({'a': 1})"),
        (collections.Counter("aab"), "Counter({'a': 2, 'b': 1})"),
        (collections.deque([1, 2]), "deque([1, 2])"),
        (array.array("d", [1.5, 2]), "array('d', [1.5, 2.0])"),
        (array.array("q", range(100)), f"array('q', [{', '.join(map(str, range(12)))}, … +88])"),
        (memoryview(b"ab" * 50)[::2], f"memoryview({b'a' * 50!r})"),
        (memoryview(b"a" * 900), f"memoryview({b'a' * 300!r}… +600)"),
        (memoryview(array.array("d", [1.5, 2])), "memoryview([1.5, 2.0])"),
        (memoryview(bytes(6)).cast("B", (2, 3)), "<memoryview of shape (2, 3)>"),
        (io.StringIO("a\nb"), "StringIO('a\\nb')"),
        (io.BytesIO(b"a" * 900), f"BytesIO({b'a' * 300!r}… +600)"),
        (Log("x"), "Log('x')"),
        (closed, "<StringIO, closed>"),
        (Point(1, 2), "Point(x=1, y=2)"),
        (Color.RED, "<Color.RED: 1>"),
        (Order(1, ["a"]), "Order(number=1, positions=['a'])"),
        (Plain(), f"<{__name__}.Plain object>"),
        (Plain(a=1, b="x"), "<Plain a=1, b='x'>"),
        (Slotted(), "<Slotted full=1>"),
        (Text("x"), "Text('x')"),
        (Table(a=1), "Table({'a': 1})"),
        (types.SimpleNamespace(a=1), "<SimpleNamespace a=1>"),
        (functools.partial(int, "1"), "<partial func=<class 'int'>, args=('1',), keywords={}>"),
        (datetime.datetime(2026, 11, 22), "datetime.datetime(2026, 11, 22, 0, 0)"),
        (datetime.timedelta(1), "datetime.timedelta(days=1)"),
        (decimal.Decimal("1.10"), "Decimal('1.10')"),
        (fractions.Fraction(1, 3), "Fraction(1, 3)"),
        (uuid.UUID(int=5), "UUID('00000000-0000-0000-0000-000000000005')"),
        (pathlib.PurePosixPath("/x"), "PurePosixPath('/x')"),
        (re.compile("a+"), "re.compile('a+')"),
        (ValueError("x", 1), "ValueError('x', 1)"),
        (os, "<module 'os'>"),
        (dict, "<class 'dict'>"),
        (Order, f"<class '{__name__}.Order'>"),
        (len, "<built-in function len>"),
        (..., "Ellipsis"),
    ],
)
def test_values(value: object, preview: str) -> None:
    """Values read as a person would write them, or as what they are made of."""
    assert preview == shown(value)


def test_types() -> None:
    """The type of a variable is its dotted name, without `builtins`."""
    previewer = Previewer(Redactor())

    assert "int" == previewer.variable("it", 1, "it").type
    assert f"{__name__}.Order" == previewer.variable("it", Order(1, []), "it").type


def test_functions() -> None:
    """A function is shown with the place where it is defined."""
    line = shown.__code__.co_firstlineno

    assert f"<function shown at {shown.__code__.co_filename}:{line}>" == shown(shown)


def test_huge_numbers() -> None:
    """Beyond what Python converts to decimal, numbers are shown by their first digits, in hexadecimal."""
    assert shown(10**5000).startswith("0xc78820040d9443cf")
    assert shown(10**5000).endswith("… (16610 bits)")
    assert shown(-(10**5000)).startswith("-0xc788")
    assert "1" + "0" * 1000 == shown(10**1000)


def test_what_is_too_much_is_counted() -> None:
    """Texts and containers are cut, and the cut says how much follows."""
    assert shown("x" * 10_000).endswith("xxx'… +9700")
    assert shown(b"x" * 100_000).endswith("xxx'… +99700")
    assert shown(list(range(1000))).endswith("11, … +988]")
    assert shown({number: number for number in range(100)}).endswith(", … +88}")
    assert len(shown([["x" * 1000] * 100] * 100)) < 3000


def test_depth() -> None:
    """What is nested deeply is cut."""
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    preview = shown(value)
    while value:
        value = value.pop()  # taken apart by hand: the interpreter would recurse

    assert "[[[[[… +1]]]]]" == preview


def test_cycles() -> None:
    """A container within itself ends there."""
    items: list[object] = [1]
    items.append(items)
    mapping: dict[str, object] = {}
    mapping["self"] = mapping
    thing = Plain()
    thing.__dict__["me"] = thing

    assert "[1, [...]]" == shown(items)
    assert "{'self': {...}}" == shown(mapping)
    assert "<Plain me=<Plain ...>>" == shown(thing)


def test_limits_of_named_tuples() -> None:
    """A named tuple is cut as a list is: in depth, in items, in characters."""
    node, many = Point("x", None), collections.namedtuple("Many", [f"f{number}" for number in range(20)])
    for _ in range(30):
        node = Point(node, node)
    cycle = Point([], 1)
    cycle.x.append(cycle)

    assert len(shown(node)) < 3000
    assert shown(node).startswith("Point(x=Point(x=Point(x=Point(x=Point(… +2), y=Point(… +2)), y=")
    assert shown(many(*range(20))).endswith("f11=11, … +8)")
    assert len(shown(many(*["x" * 1000] * 20))) < 1000
    assert "Point(x=[Point(...)], y=1)" == shown(cycle)


def test_limits_of_exceptions() -> None:
    """An exception is cut as a list is, also with a single argument."""
    error = ValueError("x")
    for _ in range(30):
        error = ValueError(error)
    cycle = ValueError()
    cycle.args = (cycle,)
    others = KeyError("a")
    others.args = ([others], 1)

    assert "ValueError(ValueError(ValueError(ValueError(ValueError(… +1)))))" == shown(error)
    assert "ValueError(ValueError(...))" == shown(cycle)
    assert "KeyError([KeyError(...)], 1)" == shown(others)


def test_limits_of_what_is_known_of_things() -> None:
    """What is known of a thing in C is cut as well, and so is the value of a member of an enumeration."""
    local = threading.local()
    for _ in range(30):
        outer = threading.local()
        outer.a, outer.b, local = local, local, outer
    member = enum.Enum("Shape", {"FLAT": 1}).FLAT  # type: ignore[attr-defined]
    member._value_ = member

    assert len(shown(local)) < 3000
    assert "<Shape.FLAT: <Shape.FLAT: ...>>" == shown(member)


def test_container_that_is_changed_meanwhile() -> None:
    """A dict that another thread is filling is shown all the same."""
    mapping = {0: 0}
    go_on = True

    def fill() -> None:
        number = 0
        while go_on:
            number += 1
            mapping[number % 5000] = number
            mapping.pop((number * 7) % 5000, None)

    thread = threading.Thread(target=fill)
    thread.start()
    previews = [shown(mapping) for _ in range(200)]
    go_on = False
    thread.join()

    assert all(preview.startswith("{") and preview.endswith("}") for preview in previews)


def test_budget_of_time() -> None:
    """Once the time is over variables have types only, and that is put on record once."""
    previewer = Previewer(Redactor(), deadline=0)
    variables = [previewer.variable("it", 1, "it") for _ in range(3)]

    assert ["…"] * 3 == [variable.preview for variable in variables]
    assert ["timeout"] == [omission.reason for omission in previewer.omissions]


def test_redaction() -> None:
    """Secrets show as redacted, and their places are put on record."""
    redactor = Redactor()
    previewer = Previewer(redactor)
    value = {"user": "bob", "token": "a1b2c3d4", "items": [Plain(password="x"), "Bearer abc123def"]}

    assert (
        "{'user': 'bob', 'token': <redacted>, 'items': [<Plain password=<redacted>>, 'Bearer <redacted>']}"
        == previewer.variable("it", value, "it").preview
    )
    assert "<redacted>" == previewer.variable("password", "x", "it").preview
    assert ["it['token']", "it['items'][0].password", "it['items'][1]", "it"] == [each.path for each in redactor.found]


def test_secret_in_a_place() -> None:
    """A key may be a secret itself: the place of what is below it does not tell it."""
    redactor = Redactor()
    value = {"ghp_abcdefghijklmnopqrstuvwxyz0123456789": {"password": "x"}}

    assert "{'<redacted>': {'password': <redacted>}}" == Previewer(redactor).variable("it", value, "it").preview
    assert not [omission for omission in redactor.found if "ghp_" in omission.path + omission.detail]


def test_secret_beside_its_name() -> None:
    """The value of a name that stands beside it is redacted, also where the key is another text than ours."""
    value = {"".join("name"): "password", "".join("value"): "a1b2"}

    assert "{'name': 'password', 'value': <redacted>}" == Previewer(Redactor()).variable("it", value, "it").preview


def test_secret_that_begins_where_the_text_is_cut() -> None:
    """A text is searched before it is cut, so that no first half of a secret is shown."""
    preview = shown("x" * 280 + " ghp_abcdefghijklmnopqrstuvwxyz0123456789")

    assert "ghp_" not in preview


def test_numpy() -> None:
    """An array is shown by shape, type of its items, first and last ones."""
    numpy = pytest.importorskip("numpy")

    assert "<ndarray shape (2, 3), int64: [[0, 1, 2], [3, 4, 5]]>" == shown(numpy.arange(6).reshape(2, 3))
    assert "<ndarray shape (1000,), float64: 0.0, 1.0, 2.0, …, 997.0, 998.0, 999.0>" == shown(
        numpy.arange(1000, dtype=float)
    )
    assert "<ndarray shape (1,), object: [<Plain x=1>]>" == shown(numpy.array([Plain(x=1)])).replace(f"{__name__}.", "")
    token = "ghp_abcdefghijklmnopqrstuvwxyz0123456789"
    assert "ghp_" not in shown(numpy.array([token, "b"])) + shown(numpy.array([token] * 9))
    assert "float64(1.5)" == shown(numpy.float64(1.5))
    assert "<ndarray shape (2,), str: ['a', 'bc']>" == shown(numpy.array(["a", "bc"]))
    assert f"<ndarray shape (9,), bytes: {[b'a'] * 9}>" == shown(numpy.array([b"a"] * 9))
    assert "<ndarray shape (2,), datetime64: ['2020-01-01T00', 'NaT']>" == shown(numpy.array(["2020", ""], "M8[h]"))
    assert "<ndarray shape (), str: 'a'>" == shown(numpy.array("a"))
    assert "<ndarray shape (1001,), str>" == shown(numpy.array(["a"] * 1001))
    assert "hunter2" not in shown(numpy.array([["password", "hunter2"]])) + shown(
        numpy.array(["a", "b", "c", "--password", "hunter2", "d", "e", "f"])
    )


def test_times_and_records_of_numpy() -> None:
    """Times, types and records are shown by what they hold, records without secrets."""
    numpy = pytest.importorskip("numpy")
    records = numpy.array([("bob", "hunter2")], dtype=[("user", "U9"), ("password", "U9")])

    assert "datetime64('2024-01-01')" == shown(numpy.datetime64("2024-01-01"))
    assert "timedelta64(5,'D')" == shown(numpy.timedelta64(5, "D"))
    assert "<ndarray shape (2,), timedelta64: ['1 seconds', 'NaT']>" == shown(numpy.array([1, "NaT"], "m8[s]"))
    assert "dtype('float64')" == shown(numpy.dtype("f8"))
    assert "<ndarray shape (1,), void: (user='bob', password=<redacted>)>" == shown(records)
    assert "void(user='bob', password=<redacted>)" == shown(records[0])


def test_numbers_without_a_python_type() -> None:
    """A long double, whose item() is a long double again, is shown as a float."""
    numpy = pytest.importorskip("numpy")

    assert "longdouble(1.5)" == shown(numpy.longdouble(1.5))
    assert "clongdouble((1+2j))" == shown(numpy.clongdouble(1 + 2j))
    assert "<ndarray shape (1,), float128: [longdouble(1.5)]>" == shown(numpy.array([1.5], dtype=numpy.longdouble))


def test_pandas() -> None:
    """A table is shown by its size, its columns and its first rows."""
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"a": range(1000), "b": ["x"] * 1000})

    assert shown(table).startswith("<DataFrame 1000 rows, 2 columns ('a': int64, 'b': ")
    assert shown(table).endswith("'a': 0, 1, 2; 'b': 'x', 'x', 'x', …>")
    assert "<Series 'a', length 1000, int64: 0, 1, 2, …, 997, 998, 999>" == shown(table["a"])


def test_values_of_pandas() -> None:
    """Times, missing values and indexes of pandas are shown as what they are, indexes without secrets."""
    pandas = pytest.importorskip("pandas")
    secret = pandas.MultiIndex.from_tuples([("bob", "hunter2")], names=["user", "password"])

    assert "Timestamp('2024-01-01 00:00:00.000000001+0000', tz='UTC')" == shown(
        pandas.Timestamp("2024-01-01 00:00:00.000000001", tz="UTC")
    )
    assert "Timestamp(2024, 1, 1, 0, 0, 0, 0) in Asked" == shown(
        pandas.Timestamp(datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)).replace(tzinfo=Asked())
    ).replace(f"{__name__}.", "")
    assert ["NaT", "<NA>", "Timedelta('1 days 00:00:00')", "Period('2024-01', 'M')"] == [
        shown(each) for each in (pandas.NaT, pandas.NA, pandas.Timedelta("1D"), pandas.Period("2024-01", "M"))
    ]
    assert "Interval(0, 1, closed='both')" == shown(pandas.Interval(0, 1, closed="both"))
    assert "<RangeIndex, length 9, int64: 0, 1, 2, …, 6, 7, 8>" == shown(pandas.RangeIndex(9))
    assert "<MultiIndex 'user', 'password', length 1, object: ('bob', <redacted>)>" == shown(secret)
    assert "<Index 'password', length 1, object: <redacted>>" == shown(
        pandas.Index(["x"], name="password", dtype=object)
    )
    assert "<CategoricalDtype category>" == shown(pandas.CategoricalDtype(["a"]))


def test_long_index_with_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an index with levels, no level is converted as a whole, which takes seconds for a million times."""
    pandas = pytest.importorskip("pandas")
    index = pandas.MultiIndex.from_arrays([[1, 2], pandas.date_range("2024-01-01", periods=2)])
    monkeypatch.setattr(pandas.MultiIndex, "tolist", None, raising=False)

    assert shown(index).endswith(": (1, Timestamp('2024-01-01 00:00:00')), (2, Timestamp('2024-01-02 00:00:00'))>")
    assert shown(pandas.Series([5, 6], index=index)) == "<Series None, length 2, int64: 5, 6>"


def test_tables_of_polars_and_pyarrow() -> None:
    """A table of polars is shown as one of pandas, of pyarrow only its columns."""
    polars, pyarrow = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    table = polars.DataFrame({"a": [1, 2, None, 4], "password": ["hunter2"] * 4})

    assert (
        "<DataFrame 4 rows, 2 columns ('a': Int64, 'password': String): 'a': 1, 2, None; "
        "'password': <redacted>, <redacted>, <redacted>, …>"
    ) == shown(table)
    assert "<Series 'a', length 4, Int64: 1, 2, None, …>" == shown(table["a"])
    assert "<Series 'l', length 1, List(Int64): …>" == shown(polars.Series("l", [[1, 2]]))
    assert "<Table 2 rows, 1 columns ('a': int64)>" == shown(pyarrow.table({"a": [1, 2]}))
    assert "<Int64Array length 2, int64>" == shown(pyarrow.array([1, None]))


class Asked(datetime.tzinfo):
    """A zone whose methods must not be called."""

    def utcoffset(self, _: object) -> datetime.timedelta:
        """Work only while the test makes a time."""
        return datetime.timedelta(0)

    dst = utcoffset  # type: ignore[assignment]


class Office(datetime.tzinfo):
    """A zone with a name."""

    def __init__(self) -> None:
        self.city, self.rules, self.offset = "Rome", [1], datetime.timedelta(hours=1)


def test_zones() -> None:
    """A time is shown with its zone, of which what is plain is shown."""

    class Moment(datetime.datetime):
        """A subclass, such as that of pendulum."""

    zone = "Office(city='Rome', offset=datetime.timedelta(seconds=3600))"
    assert f"datetime.datetime(2024, 1, 2, 0, 0) in {zone}" == shown(
        datetime.datetime(2024, 1, 2, tzinfo=Office())
    ).replace(f"{__name__}.", "")
    assert "Moment(2024, 1, 2, 0, 0, 0, 0) in datetime.timezone.utc" == shown(
        Moment(2024, 1, 2, tzinfo=datetime.timezone.utc)
    )


def test_types_as_annotations_have_them() -> None:
    """A type is shown as in the source."""
    wanted = [
        "typing.Optional[int]", "typing.Union[int, str]", "typing.List[ForwardRef('Point')]", "typing.Any", "~T",
        "typing.Callable[[int], str]", "typing.Callable[..., int]", "typing.Literal['a', <Color.RED: 1>]",
        "typing.Tuple[int, ...]", "typing.Dict[str, typing.List[int]]",
    ]  # fmt: skip
    namespace = {**vars(typing), "typing": typing, "T": typing.TypeVar("T"), "Color": Color}
    hints = [eval(each.replace("~", "").replace("<Color.RED: 1>", "Color.RED"), namespace) for each in wanted]
    if sys.version_info < (3, 14):  # where some have other types
        assert wanted == [shown(each) for each in hints]
    assert "list[int]" == shown(list[int])
    if sys.version_info >= (3, 12):
        names: dict[str, Any] = {}
        exec("type Pairs[T] = list[tuple[T, T]]; made = tuple[int, *tuple[Pairs[int], ...]]", names)
        assert "tuple[int, *tuple[Pairs[int], ...]]" == shown(names["made"])
    if sys.version_info >= (3, 10):
        assert "int | None" == shown(eval("int | None"))  # not in Python 3.9


def optional(name: str) -> Any:
    """Return a library, None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def test_elements_of_xml() -> None:
    """An element is shown by its tag, its attributes and its text, without secrets."""
    xml = '<a k="1" password="hunter2"><b>t</b><passwd>hunter2</passwd><!--note--></a>'
    for library in filter(None, [ET, optional("lxml.etree")]):
        element: Any = library.fromstring(xml)
        assert shown(element).startswith("<")
        assert shown(element).partition(" ")[2] in {
            "'a', attrib={'k': '1', 'password': <redacted>}, 2 within>",
            "'a', attrib={'k': '1', 'password': <redacted>}, 3 within>",  # lxml counts comments
        }
        assert "'b', text='t'>" == shown(element[0]).partition(" ")[2]
        assert "'passwd', text=<redacted>>" == shown(element[1]).partition(" ")[2]
        assert "text='note'>" == shown(library.Comment("note")).partition(" ")[2]


def test_multi_dictionaries() -> None:
    """Pairs are shown with each of their values, without secrets."""
    multidict = pytest.importorskip("multidict")
    headers = multidict.CIMultiDict([("a", 1), ("A", 2), ("password", "hunter2")])

    assert "CIMultiDict({'a': 1, 'A': 2, 'password': <redacted>})" == re.sub(r"istr\((.*?)\)", r"\1", shown(headers))
    assert shown(multidict.CIMultiDictProxy(headers)).startswith("CIMultiDictProxy({")


def test_container_that_keeps_its_items_elsewhere() -> None:
    """A container without items is shown with its public attributes, where the class may keep them."""

    class Errors(collections.UserList, list):  # type: ignore[misc, type-arg]
        """As that of forms of Django."""

    assert "Errors([], data=[1, 2])" == shown(Errors([1, 2]))


def test_fields_of_the_standard_library() -> None:
    """Results of system calls have names, a future its state, slots are in the order of the class."""

    class Ordered:
        __slots__ = ("second", "first")  # noqa: RUF023 - in this order

        def __init__(self) -> None:
            self.second, self.first = 2, 1

    future: concurrent.futures.Future[int] = concurrent.futures.Future()
    future.set_result(3)

    assert shown(os.stat_result(range(10))).startswith("stat_result(st_mode=0, st_ino=1, st_dev=2, st_nlink=3, ")
    assert "<Future state='FINISHED', result=3, exception=None>" == shown(future)
    assert "<itemgetter args=(1, 2)>" == shown(operator.itemgetter(1, 2))
    assert shown(decimal.Context(prec=5)).startswith("<Context prec=5, ")
    assert "<Ordered second=2, first=1>" == shown(Ordered())


def test_secrets_in_types_and_zones() -> None:
    """What a type or a zone holds is searched for secrets."""
    secret = "ghp_abcdefghijklmnopqrstuvwxyz0123456789"
    zone = Office()
    zone.city = secret

    assert "ghp_" not in shown(datetime.datetime(2024, 1, 2, tzinfo=zone))
    assert "ghp_" not in shown(typing.Literal[secret]) + shown(typing.ForwardRef(secret))  # type: ignore[valid-type]
    if optional("pandas"):
        assert "ghp_" not in shown(optional("pandas").Timestamp(2024, 1, 2).replace(tzinfo=Zone(secret)))


class Zone(Asked):
    """A zone with an attribute."""

    def __init__(self, city: str) -> None:
        self.city = city


def test_slices_and_flags() -> None:
    """A slice is shown as it is made, a flag without a name by its value."""
    assert "slice(1, None, 2)" == shown(slice(1, None, 2))
    assert "<Access: 0>" == shown(Access(0))


def test_subclass_of_a_time() -> None:
    """A subclass of a time of the standard library is shown by the fields of that."""

    class Moment(datetime.datetime):
        """A subclass, which inherits a part of the fields from `date`."""

    assert "Moment(2026, 11, 22, 1, 2, 3, 4)" == shown(Moment(2026, 11, 22, 1, 2, 3, 4))


def test_namespace_of_exec() -> None:
    """The built-in names, which `exec` adds to a namespace, do not fill its preview."""
    namespace: dict[str, object] = {}
    exec("a = 1", namespace)

    assert "{'__builtins__': {...}, 'a': 1}" == Previewer(Redactor()).show(namespace)
