"""Show times of subclasses, such as those of pendulum, and the zones of all times.

Loaded when the first such value is met.
"""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import dictionary, exact_type, is_a, type_name

if TYPE_CHECKING:
    from typing import Any

    from tibidi.look.notation import Show

# The most derived first.
FIELDS = {
    "datetime.datetime": ("year", "month", "day", "hour", "minute", "second", "microsecond"),
    "datetime.date": ("year", "month", "day"), "datetime.time": ("hour", "minute", "second", "microsecond"),
    "datetime.timedelta": ("days", "seconds", "microseconds"),
}  # fmt: skip
ZONED = ("datetime.datetime", "datetime.time")
OF_ZONES = 3  # attributes of a zone that are shown
PLAIN_ZONES = ("datetime.timezone", "zoneinfo.ZoneInfo")


def number_or_time(names: frozenset[str], short: str) -> Show:
    """Return how to show what derives from a time or a Decimal, by the fields of that base."""
    for name, fields in FIELDS.items():
        if name in names:
            base = vars(sys.modules["datetime"])[name.rpartition(".")[2]]
            getters = [getattr(base, field).__get__ for field in fields]
            zone_of = base.tzinfo.__get__ if name in ZONED else lambda _: None
            return lambda value: in_zone(f"{short}({', '.join([str(get(value)) for get in getters])})", zone_of(value))
    text = sys.modules["decimal"].Decimal.__str__
    return lambda value: f"{short}({text(value)!r})"


def in_zone(shown: str, zone: object) -> str:
    """Return a time as it is shown, with its zone."""
    return shown if zone is None else f"{shown} in {_zone(zone)}"


def _zone(zone: Any) -> str:
    """Show a zone by what it holds, as its methods may be those of an application."""
    name = type_name(type(zone))
    if name in PLAIN_ZONES:
        return repr(zone)
    key = getattr(getattr(sys.modules.get("zoneinfo"), "ZoneInfo", None), "key", None)
    own = {"key": key.__get__(zone)} if key and is_a(zone, sys.modules["zoneinfo"].ZoneInfo) else dictionary(zone)
    delta = sys.modules["datetime"].timedelta
    facts = [(key, each) for key, each in list(own.items()) if exact_type(each) is str or type(each) is delta]
    return name + (f"({', '.join(f'{key}={each!r}' for key, each in facts[:OF_ZONES])})" if facts else "")
