"""The values of a crash on the developer's machine: as they were, or a stand-in that describes them."""

from __future__ import annotations

import textwrap
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

import pytest

import tibidi

if TYPE_CHECKING:
    import crashing


def test_the_values_of_a_crash(crash: crashing.Crasher) -> None:
    """Objects of `__main__` work again and keep their identity, and only the bad ones are replaced."""
    dump = tibidi.load(crash("val_zoo.py").dump, trust=True)
    frame, module = dump.exceptions[-1][-1], dump.exceptions[-1][0]

    assert 3 == frame["shop"].total()
    assert 2 == frame["add"](1)
    assert frame["order"] is frame["shop"].orders[0] is frame["refusing"]["before"] is frame["refusing"]["after"]
    assert frame["colour"] is module["Colour"].RED
    assert 2 == frame["counter"]["l"]
    assert type(frame["shop"]) is module["Shop"]
    assert frame.globals is module.globals is module["scale"].__globals__


def test_the_stand_ins_of_a_crash(crash: crashing.Crasher) -> None:
    """A stand-in says what it replaces and why, and the list of omissions says where."""
    dump = tibidi.load(crash("val_zoo.py").dump, trust=True)
    frame = dump.exceptions[-1][-1]
    path = f"exceptions[{len(dump.exceptions) - 1}].frames[1].locals"
    found = {omission.path: omission.reason for omission in dump.omissions}

    assert isinstance(frame["stream"], tibidi.NotPickleable)
    assert "line" in frame["stream"].preview
    assert isinstance(frame["refusing"]["bad"], tibidi.Dummy)
    assert "I refuse" in frame["refusing"]["bad"].reason
    assert isinstance(frame["stdin"], tibidi.Dummy)
    assert "socket" in repr(frame["connection"])
    assert "unlocked" in repr(frame["shop"].lock)
    for place in ("['stream']", "['refusing']['bad']", "['stdin']", "['connection']", "['shop'].lock"):
        assert any(each.endswith(place) for each in found), (place, path, found)


def test_the_exceptions_of_a_crash(crash: crashing.Crasher) -> None:
    """The exception objects are loaded, chained as they were."""
    dump = tibidi.load(crash("val_zoo.py").dump, trust=True)
    first, last = dump.exceptions[0].exception, dump.exceptions[-1].exception

    assert isinstance(first, KeyError)
    assert last.__cause__ is first
    assert (2, "/shop") == (last.errno, last.filename)
    assert first.args[0] is dump.exceptions[-1][-1]["colour"]


@pytest.mark.parametrize("live", [True, False])
def test_attributes_that_a_reduce_leaves_out(crash: crashing.Crasher, live: bool) -> None:
    """An instance of a subclass of a standard type has its attributes, unless its own `__reduce__` leaves them out."""
    program = """
        import collections, datetime, decimal, fractions, ipaddress
        made = [
            (datetime.datetime, (2020, 1, 2)), (datetime.timedelta, (1,)), (decimal.Decimal, ("1.10",)),
            (collections.Counter, ("aab",)), (collections.defaultdict, (list, {"a": 1})), (fractions.Fraction, (1, 3)),
            (ipaddress.IPv4Address, ("1.2.3.4",)), (collections.deque, ([1],)), (set, ([1],)), (bytearray, (b"x",)),
        ]
        def measured(base, arguments):
            class Measured(base):
                unit = "m"
            thing = Measured(*arguments)
            thing.unit, thing.password = "kg", "zaGtru4-Zu9q"
            return thing
        class Own(decimal.Decimal):
            def __reduce__(self):
                return Own, (str(self),)
        things, own = [measured(*each) for each in made], Own("2.5")
        own.cache = things
        1 / 0
    """
    dump = tibidi.load(crash.run("-c", textwrap.dedent(program)).dump, trust=live)
    frame = dump.exceptions[-1][-1]

    assert [("kg", "<redacted>")] * 10 == [(each.unit, str(each.password)) for each in frame["things"]]
    assert ("1.10", "1/3", "1.2.3.4") == tuple(str(frame["things"][place]) for place in (2, 5, 6))
    assert ("2.5", False) == (str(frame["own"]), hasattr(frame["own"], "cache"))


@pytest.mark.parametrize("live", [True, False])
def test_parts_that_a_reduce_leaves_out(crash: crashing.Crasher, live: bool) -> None:
    """Slots, the attributes of time zones and the real arguments of an exception come back; what is lost is listed."""
    program = """
        import datetime, decimal, io, os, time
        class Hours(datetime.timedelta):
            __slots__ = ("rate",)
        class Price(decimal.Decimal):
            __slots__ = ("currency",)
        class Span(datetime.timedelta):
            pass
        class Zone(datetime.tzinfo):
            def __init__(self, hours):
                self.hours = hours
            def utcoffset(self, moment):
                return datetime.timedelta(hours=self.hours)
        class Hiding(Exception):
            @property
            def args(self):
                return ("hidden",)
        class Cached:
            def __init__(self):
                self.kept, self.cache = 1, {"a": 1}
            def __getstate__(self):
                return {"kept": self.kept}
        hours, price, span = Hours(hours=5), Price("1.50"), Span(days=2)
        hours.rate, price.currency, span.note = 8, "EUR", "n"
        moment = datetime.datetime(2026, 1, 1, tzinfo=Zone(3))
        hiding, cached, again = Hiding("real", 2), Cached(), Cached()
        text = io.TextIOWrapper(io.BytesIO(b"first, second"))
        past = time.gmtime(0)
        closed = io.BytesIO()
        closed.close()
        1 / 0
    """
    dump = tibidi.load(crash.run("-c", textwrap.dedent(program)).dump, trust=live)
    frame = dump.exceptions[-1][-1]

    assert (8, 5 * 3600) == (frame["hours"].rate, frame["hours"].total_seconds() if live else 5 * 3600)
    assert ("EUR", "n") == (frame["price"].currency, frame["span"].note)
    assert 3 == frame["moment"].tzinfo.hours
    assert not live or frame["moment"].isoformat().endswith("+03:00")
    assert ("real", 2) == vars(BaseException)["args"].__get__(frame["hiding"])
    assert "Hiding('real', 2)" == repr(frame["hiding"])
    buffer = frame["text"].state["buffer"]
    assert b"first, second" == (buffer.getvalue() if live else buffer.__state__[0])
    assert ("GMT", 1970) == (frame["past"].tm_zone, frame["past"].tm_year)
    assert frame["closed"].state["closed"] is True
    lost = [(each.path, each.detail) for each in dump.omissions if "__getstate__" in each.detail]
    assert [("modules['__main__']['cached']", "__main__.Cached: its __getstate__ leaves out cache")] == lost
    assert [] == [each for each in dump.omissions if each.reason == "failed here"]


def test_arguments_beside_the_content(crash: crashing.Crasher) -> None:
    """Opened inert, a list has the items of the call that makes it; what is in a call besides the content is kept."""
    program = """
        class Rows(list):
            def __init__(self, items, title):
                super().__init__(items)
                self.title = title
            def __reduce__(self):
                return Rows, (list(self), self.title)
        class Price(float):
            def __new__(cls, number, currency):
                return super().__new__(cls, number)
            def __reduce__(self):
                return Price, (float(self), "EUR")
        rows, price = Rows([1, 2], "title"), Price(1.5, "EUR")
        1 / 0
    """
    frame = tibidi.load(crash.run("-c", textwrap.dedent(program)).dump, trust=False).exceptions[-1][-1]

    assert ([1, 2], ([1, 2], "title")) == (frame["rows"], frame["rows"].__args__)
    assert (1.5, (1.5, "EUR")) == (frame["price"], frame["price"].__args__)


def test_arrays_as_they_were(crash: crashing.Crasher) -> None:
    """A read-only array is read-only, and one of a class whose public module was never imported is of that class."""
    pytest.importorskip("numpy")
    program = """
        import numpy
        fixed = numpy.arange(3)
        fixed.flags.writeable = False
        spread, free = numpy.broadcast_to([1, 2], (2, 2)), numpy.arange(2)
        text = numpy.array(["a"]); text.flags.writeable = False
        records = numpy.array([(1, 2.5)], [("x", "i4"), ("y", "f8")]).view(numpy.recarray)
        1 / 0
    """
    dump = crash.run("-c", textwrap.dedent(program)).dump
    frame = tibidi.load(dump, trust=True).exceptions[-1][-1]

    for values in (frame, tibidi.load(dump, trust=False).exceptions[-1][-1]):
        found = [values[name].flags.writeable for name in ("fixed", "spread", "text", "free")]
        assert [False, False, False, True] == found
        assert [[0, 1, 2], [[1, 2], [1, 2]], ["a"]] == [values[name].tolist() for name in ("fixed", "spread", "text")]
    records = frame["records"]
    assert ("recarray", [1], [2.5]) == (type(records).__name__, records.x.tolist(), records["y"].tolist())
    assert "rec.array([(1, 2.5)]" in repr(records)


def test_a_table_can_be_changed(crash: crashing.Crasher) -> None:
    """The columns of a table are not read-only, as its library shows them."""
    pandas = pytest.importorskip("pandas")
    program = """
        import pandas
        table = pandas.DataFrame({"a": [1, 2], "b": [1.5, 2.5], "c": ["x", "y"], "d": pandas.Categorical(["u", "v"])})
        table["e"] = pandas.to_datetime(["2020-01-01", "2021-01-01"])
        1 / 0
    """
    table = tibidi.load(crash.run("-c", textwrap.dedent(program)).dump, trust=True).exceptions[-1][-1]["table"]
    rows = [[7, 8.5, "z", "v", pandas.Timestamp(2022, 1, 1)], [2, 2.5, "y", "v", pandas.Timestamp(2021, 1, 1)]]
    for number, value in enumerate(rows[0]):
        table.iloc[0, number] = value

    assert rows == table.to_numpy().tolist()


def test_a_buffer_of_ctypes(crash: crashing.Crasher) -> None:
    """A buffer shows its bytes behind a NUL, where its `value` ends."""
    program = "import ctypes; full, text = (ctypes.create_string_buffer(each, 6) for each in (b'a\\0b', b'ab')); 1 / 0"
    for live in (True, False):
        frame = tibidi.load(crash.run("-c", program).dump, trust=live).exceptions[-1][-1]

        assert (b"a", b"a\0b\0\0\0", b"ab") == (frame["full"].value, frame["full"].raw, frame["text"].value)


def test_a_slow_object(crash: crashing.Crasher) -> None:
    """The code of a slow object runs once, although the frame is written again for the secrets in it."""
    dump = tibidi.load(crash("val_slow.py").dump, trust=True)
    frame = dump.exceptions[-1][-1]

    assert 1 == frame["report"].call
    assert ["row"] * 10 == frame["report"].rows
    assert "password=<redacted>" == frame["letters"][0]


@pytest.mark.parametrize("how", ["plain", "lazy"])
def test_values_that_answer_for_others(crash: crashing.Crasher, how: str) -> None:
    """Metaclasses without a hash, proxies written in C, mocks: each costs itself at most, and little time."""
    pytest.importorskip("wrapt")
    started = time.monotonic()
    crashed = crash("val_foreign.py", how, env={"TIBIDI_MAX_SECONDS": "6"})
    assert time.monotonic() - started < 30  # the factory takes a minute
    dump = tibidi.load(crashed.dump, trust=True)
    frame = dump.exceptions[-1][-1]

    assert ({"id": 1}, "all the rest") == (frame["order"], frame["after"])
    assert "unhashable type: 'WithoutHash'" in repr(frame["thing"])
    assert dump.exceptions[-1].message == "'nope'"
    assert "the factory was called" not in crashed.stdout or how == "lazy"


def test_an_exception_that_a_library_makes_in_c(crash: crashing.Crasher) -> None:
    """A ValidationError of pydantic, which no other `__new__` makes: live it works, inert it shows the errors."""
    pytest.importorskip("pydantic", reason="its ValidationError is made by code in Rust")
    dump = crash("val_native_error.py").dump
    live, inert = (tibidi.load(dump, trust=trust).exceptions[-1].exception for trust in (True, False))

    assert [("amount",)] == [each["loc"] for each in live.errors()]
    assert ("Order", ["int_parsing"]) == (inert.args[0], [each["type"] for each in inert.args[1]])
    assert isinstance(inert, ValueError)


def test_a_traceback_is_one_omission(crash: crashing.Crasher) -> None:
    """What a traceback leads to is described with it, and is not listed once more for each of its steps."""
    program = """
        import sys
        def fail(levels):
            return fail(levels - 1) if levels else 1 / 0
        try:
            fail(5)
        except ZeroDivisionError:
            info = sys.exc_info()
        raise KeyError("x")
    """
    dump = tibidi.load(crash.run("-c", textwrap.dedent(program)).dump, trust=False)
    traceback = dump.exceptions[-1][-1]["info"][2]

    # Python 3.13 keeps the text after -c, and is the first to do so.
    assert ["modules['__main__']['info'][2]"] == [each.path for each in dump.omissions if "sources" not in each.path]
    assert (4, "fail") == (traceback.tb_next.tb_lineno, traceback.tb_next.tb_frame.name)


def test_attributes_of_a_cached_function(crash: crashing.Crasher) -> None:
    """A function of lru_cache keeps the attributes that the program gave it, and a proxy the order of its mapping."""
    program = """
        import collections, functools, types
        @functools.lru_cache(maxsize=8)
        def double(x): return 2 * x
        double.unit = "mm"
        proxy = types.MappingProxyType(collections.OrderedDict(b=1, a=2))
        raise KeyError(double(1))
    """
    dump = crash.run("-c", textwrap.dedent(program)).dump
    live, inert = (tibidi.load(dump, trust=trust).exceptions[-1][-1] for trust in (True, False))

    assert ["mm", "mm"] == [frame["double"].unit for frame in (live, inert)]
    assert [["b", "a"], ["b", "a"]] == [list(frame["proxy"]) for frame in (live, inert)]
    assert f"mappingproxy({OrderedDict(b=1, a=2)})" == repr(live["proxy"])
    assert (8, 6) == (live["double"].cache_parameters()["maxsize"], live["double"](3))
