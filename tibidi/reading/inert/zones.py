"""Time zones: those of the database and those with a fixed offset are known here, all others only described."""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from zoneinfo import ZoneInfo

from tibidi.process.hints import Any
from tibidi.reading.inert.repr import BOUNDED

ZONE = re.compile(r"[A-Za-z0-9_+-]{1,40}(?:/[A-Za-z0-9_+-]{1,40}){0,2}")
OFFSET = re.compile(r"UTC(?:([+-])([0-9]{2}):([0-9]{2}))?")


class InertZone(datetime.tzinfo):
    """A time zone as it is described; without a `zone` that knows its offset, as it is code, times have none."""

    def __init__(self, described: object, zone: datetime.tzinfo | None) -> None:
        self.described = described
        self.zone = zone

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.described, self.zone)  # used by copies of times

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in {"described", "zone"}:
            raise AttributeError(name)
        return getattr(self.described, name)

    def utcoffset(self, time: datetime.datetime | None) -> datetime.timedelta | None:
        """Return the offset at a time, None if it is not known."""
        return self.zone.utcoffset(time) if self.zone is not None else None

    def dst(self, time: datetime.datetime | None) -> datetime.timedelta | None:
        """Return what daylight saving adds at a time, None if it is not known."""
        return self.zone.dst(time) if self.zone is not None else None

    def fromutc(self, time: datetime.datetime) -> datetime.datetime:
        """Return the local time, with its fold."""
        if self.zone is None:
            return super().fromutc(time)
        return self.zone.fromutc(time.replace(tzinfo=self.zone)).replace(tzinfo=self)

    def tzname(self, time: datetime.datetime | None) -> str | None:
        """Return the abbreviation at a time, the description if it is not known."""
        return self.zone.tzname(time) if self.zone is not None else repr(self)

    def __repr__(self) -> str:
        return BOUNDED.repr(self.described)


def describe(thing: Any) -> InertZone:
    """Return the time zone of an inert object."""
    try:
        zone = _known(type(thing)._inert_name_, thing.__dict__)
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError):  # arguments that do not fit
        zone = None
    return _zone_class(type(thing).__name__)(thing, zone)


@lru_cache(maxsize=100)
def _zone_class(name: str) -> type[InertZone]:
    return type(name, (InertZone,), {})


def _known(name: str, own: dict[str, Any]) -> datetime.tzinfo | None:
    """Return the zone that a class of a library makes from these arguments, which are hostile."""
    arguments = own.get("_args_", ())
    if name in UTC:
        return datetime.timezone.utc
    if name == "dateutil.tz.tz.tzoffset":
        return datetime.timezone(own.get("_offset") or arguments[1])
    if name == "pytz._p" and len(arguments) == 4:
        return datetime.timezone(datetime.timedelta(seconds=arguments[1]), arguments[3])
    if name in SECONDS:
        return datetime.timezone(datetime.timedelta(seconds=arguments[0]))
    if name == "dateutil.tz.tz.tzlocal" and own["_hasdst"] is False:  # as on most servers
        return datetime.timezone(own["_std_offset"], own["_tznames"][0])
    if name in MINUTES:
        return datetime.timezone(datetime.timedelta(minutes=arguments[0]))
    return zone_of(arguments[PLACES[name]].rpartition("/zoneinfo/")[2]) if name in PLACES else None


@lru_cache(maxsize=100)
def zone_of(name: object) -> datetime.tzinfo | None:
    """Return the time zone of that name, None if it is not known here."""
    found = OFFSET.fullmatch(name) if type(name) is str else None
    if found is not None:
        offset = datetime.timedelta(hours=int(found[2] or 0), minutes=int(found[3] or 0))
        return datetime.timezone(-offset if found[1] == "-" else offset)
    try:
        return ZoneInfo(name) if type(name) is str and ZONE.fullmatch(name) else None
    except (OSError, ValueError, LookupError):
        return None


MINUTES = frozenset({"pytz.FixedOffset", "pytz._FixedOffset"})
SECONDS = frozenset({"pendulum.tz.timezone.FixedTimezone", "pydantic_core._pydantic_core.TzInfo"})
UTC = frozenset({"dateutil.tz.tz.tzutc", "pytz._UTC", "pytz.UTC"})
# Which argument is the name in the database, or the path of its file.
PLACES = {
    "dateutil.tz._tzfile.tzfile": 1, "dateutil.tz.tz.tzfile": 1,
    "pendulum.tz.timezone.Timezone": 0, "pytz._p": 0, "zoneinfo.ZoneInfo": 0,
}  # fmt: skip
