"""Time zones from an untrusted dump.

A time needs a `tzinfo`, and that of `zoneinfo`, `dateutil` or `pytz` is code
or a file.  So that the time itself is a real one, such a zone becomes an inert
`tzinfo`, which prints as what it was and knows no offset.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable

from tibidi.reading.inert.repr import BOUNDED
from tibidi.reading.inert.types import InertObject


class InertZone(datetime.tzinfo):
    """A time zone of which only the description is known."""

    def __init__(self, described: object) -> None:
        self.described = described

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object]]:
        return InertZone, (self.described,)  # used by copies of times

    def utcoffset(self, _: datetime.datetime | None) -> datetime.timedelta | None:
        """Return None: unknown."""
        return None

    def dst(self, _: datetime.datetime | None) -> datetime.timedelta | None:
        """Return None: unknown."""
        return None

    def tzname(self, _: datetime.datetime | None) -> str:
        """Return the description."""
        return repr(self)

    def __repr__(self) -> str:
        return BOUNDED.repr(self.described)


TIMES = (datetime.datetime, datetime.time)


def zoned(make: Callable[..., object]) -> Callable[..., object]:
    """Return a maker of a type in `TIMES` that takes inert objects as time zones."""

    def make_zoned(*arguments: object) -> object:
        return make(*(InertZone(each) if isinstance(each, InertObject) else each for each in arguments))

    return make_zoned
