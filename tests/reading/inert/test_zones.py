"""Times in time zones that are code are real times."""

from __future__ import annotations

import datetime

import pytest
from reading.inert.values import loaded

NOW = datetime.datetime(2026, 11, 22, 21, 50, tzinfo=datetime.timezone.utc)


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
