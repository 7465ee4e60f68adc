"""Time zones out of a dump that nobody vouches for.

A time of day needs a `tzinfo`, and that of `zoneinfo`, `dateutil` or `pytz`
is code or a file.  So that the time itself can be a real one, such a zone
becomes an inert `tzinfo`, which prints as what it was and knows no offset.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from tibidi.reading.inert.repr import BOUNDED
from tibidi.reading.inert.types import InertObject

if TYPE_CHECKING:
    from collections.abc import Callable


class InertZone(datetime.tzinfo):
    """A time zone that is known by its looks only."""

    def __init__(self, described: object) -> None:
        self.described = described

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object]]:
        return InertZone, (self.described,)  # as copies are made of times

    def utcoffset(self, _: datetime.datetime | None) -> datetime.timedelta | None:
        """Return None: unknown."""
        return None

    def dst(self, _: datetime.datetime | None) -> datetime.timedelta | None:
        """Return None: unknown."""
        return None

    def tzname(self, _: datetime.datetime | None) -> str:
        """Return what it was."""
        return repr(self)

    def __repr__(self) -> str:
        return BOUNDED.repr(self.described)


TIMES = (datetime.datetime, datetime.time)


def zoned(make: Callable[..., object]) -> Callable[..., object]:
    """Return the maker of a type in `TIMES`, with what is inert among its arguments made a zone."""

    def make_zoned(*arguments: object) -> object:
        return make(*(InertZone(each) if isinstance(each, InertObject) else each for each in arguments))

    return make_zoned
