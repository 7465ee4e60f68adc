"""Times in time zones that are code are real times."""

from __future__ import annotations

import datetime
import importlib
from typing import Any

import pytest
from round_trips import RoundTrip

UTC = datetime.timezone.utc
NOW = datetime.datetime(2026, 11, 22, 21, 50, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def loaded(moment: datetime.datetime) -> Any:
    """Return a time as it is read from a dump, inert."""
    trip = RoundTrip()
    trip.live = False
    return trip({"moment": moment}).locals["moment"]


def zone(library: str) -> Any:
    """Return the time zone of Berlin by a library; skip the test without it."""
    module = pytest.importorskip(library)
    make = {"zoneinfo": "ZoneInfo", "pytz": "timezone", "dateutil.tz": "gettz", "pendulum": "timezone"}[library]
    try:
        found = getattr(module, make)(BERLIN)
    except LookupError:
        found = None
    return found or pytest.skip("no time zones on this machine")


@pytest.mark.parametrize("library", ["zoneinfo", "pytz", "dateutil.tz", "pendulum"])
@pytest.mark.parametrize("hour", [0, 1], ids=["first", "second"])  # of two half past two
def test_zones(library: str, hour: int) -> None:
    """A time in a zone that is code is a real time with its offset; its zone prints as what it was."""
    moment = datetime.datetime(2026, 10, 25, hour, 30, tzinfo=UTC).astimezone(zone(library))
    read = loaded(moment)

    assert (2, 30) == (read.hour, read.minute)
    assert BERLIN in repr(read)
    assert str(moment) == str(read)
    assert (moment.timestamp(), "CEST" if hour == 0 else "CET") == (read.timestamp(), read.tzname())
    assert NOW - moment == NOW - read
    assert moment.utcoffset() == read.tzinfo.fromutc(moment.astimezone(UTC).replace(tzinfo=read.tzinfo)).utcoffset()


def test_fixed_offsets() -> None:
    """A time in a zone of dateutil with a fixed offset has that offset."""
    tz = pytest.importorskip("dateutil.tz")

    assert ["+00:00", "+01:30"] == [
        str(loaded(NOW.astimezone(each)))[-6:] for each in (tz.tzutc(), tz.tzoffset("x", 5400))
    ]


def test_fixed_offsets_of_pytz() -> None:
    """A time in a zone of pytz with a fixed offset has that offset."""
    pytz = pytest.importorskip("pytz")
    zones = pytz.utc, pytz.FixedOffset(-90), pytz.timezone("Etc/GMT+5")

    assert ["+00:00", "-01:30", "-05:00"] == [str(loaded(NOW.astimezone(each)))[-6:] for each in zones]


def test_fixed_offsets_of_pydantic() -> None:
    """A time that pydantic has parsed has its offset."""
    pydantic = pytest.importorskip("pydantic")
    parse = pydantic.TypeAdapter(datetime.datetime).validate_python

    assert ["+00:00", "-01:30"] == [
        str(loaded(parse(f"2026-11-22T21:50:00{offset}")))[-6:] for offset in ("Z", "-01:30")
    ]


@pytest.mark.parametrize("library", ["pendulum", "dateutil"])
def test_other_fixed_offsets(library: str) -> None:
    """A time in a fixed zone of pendulum, or in the local one of a machine without summer time, has its offset."""
    pytest.importorskip(library)
    if library == "pendulum":
        zone: Any = importlib.import_module("pendulum").timezone(5400)
    else:
        zone = importlib.import_module("dateutil.tz").tzlocal()
        if zone._hasdst:
            pytest.skip("a machine with summer time")
    moment = NOW.astimezone(zone)

    assert str(moment) == str(loaded(moment))


class Here(datetime.tzinfo):
    """A time zone of an application."""

    def utcoffset(self, _: object) -> datetime.timedelta:
        """Return the offset."""
        return datetime.timedelta(hours=3)


def test_a_zone_of_the_application() -> None:
    """The offset of a zone that only code of the application knows is not made up."""
    assert loaded(datetime.datetime(2026, 11, 22, tzinfo=Here())).utcoffset() is None
