"""Plain data types become real values, from checked arguments."""

from __future__ import annotations

import array
import collections
import datetime
import decimal
import fractions
import io
import ipaddress
import pathlib
import re
import time
import types
import uuid

import pytest
from reading.inert.values import loaded

from tibidi.reading.inert import plain
from tibidi.reading.inert.unpickler import InertUnpickler
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


@pytest.mark.parametrize("value", PLAIN, ids=lambda value: type(value).__name__)
def test_plain_data(value: object) -> None:
    """Plain data is real."""
    read = loaded(value)

    assert type(value) is type(read)
    assert value == read


def test_refused_arguments() -> None:
    """What a plain type does not take is a stand-in that has the arguments."""
    made = b"\x80\x05\x8c\x08datetime\x8c\x04date\x93M\x0f\x27K\x63K\x63\x87R."
    read = InertUnpickler(io.BytesIO(made), namespace={}.setdefault).load()

    assert Dummy is type(read)
    assert ("date", (9999, 99, 99)) == (read.type_name, read.state)
    assert "ValueError: month must be in 1..12" in read.reason


def test_documented() -> None:
    """The table of plain types in the documentation is that of the code."""
    page = pathlib.Path(__file__).parents[3] / "docs" / "security.md"
    rows = re.findall(r"^\| `(\w+\.[\w.]+)` \| (.+) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)

    assert dict(rows) == {f"{module}.{name}": entry.arguments for (module, name), entry in plain.TABLE.items()}
