"""Read the items of an array from its bytes, without numpy.

Rules: sizes are checked before anything is read, a dtype is followed for a bounded number of steps, and a dtype that is
not understood raises ValueError, after which an array prints as shape, dtype and bytes.
"""

from __future__ import annotations

import datetime
import math
import re
import struct
from collections.abc import Callable
from functools import lru_cache, partial

from tibidi.process.hints import Any, NamedTuple
from tibidi.reading.inert import plain, types

Read = Callable[[Any, int], object]  # an item, from bytes and an offset

# The letters of `struct` by kind and size in bytes.
NUMBERS = {
    "b1": "?", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q",
    "f2": "e", "f4": "f", "f8": "d", "c8": "2f", "c16": "2d",
}  # fmt: skip
# What makes an item of what `struct` reads, by kind.
MAKERS: dict[str, Callable[..., object]] = {"c": complex, "S": lambda data: data.rstrip(b"\0")}
# Digits that are significant in a number of this size.
DIGITS = {"e": range(3, 6), "f": range(6, 10)}
UNIT = re.compile(r"\[(?P<count>[0-9]{0,9})(?P<unit>[A-Za-z]{1,2})\]")
# Units of time: digits behind the seconds.
FRACTION_DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 9, "ps": 12, "fs": 15, "as": 18}
SECONDS = {"W": 604_800, "D": 86_400, "h": 3_600, "m": 60}
# Characters of a time as text that a unit has.
ENDS = {"W": 10, "D": 10, "h": 13, "m": 16}
NOT_A_TIME = -1 << 63
EPOCH = datetime.datetime(1970, 1, 1)  # naive, like times of numpy
MAX_LEAVES = 1_000
MAX_NESTING = 32


class Item(NamedTuple):
    """The way to read one item of an array."""

    size: int  # in bytes
    read: Read
    leaves: int = 1  # numbers and texts in it


class Moment(types.InertObject):
    """A time of numpy, or a duration (of `kind` `m`): `value` times `unit`."""

    _inert_name_ = "numpy.datetime64"

    def __str__(self) -> str:
        own = self.__dict__
        return (moment_text if own["kind"] == "M" else duration_text)(own["value"], own["unit"])

    def __repr__(self) -> str:
        own = self.__dict__
        if own["kind"] == "M":
            return f"np.datetime64({str(self)!r})"
        return f"np.timedelta64({own['value']},{own['unit']!r})".replace(f"{NOT_A_TIME},{own['unit']!r}", "'NaT'")


def item_of(dtype: Any, levels: int = MAX_NESTING) -> Item:
    """Return the way to read an item of this dtype; raise ValueError if it is not known."""
    if levels == 0 or not isinstance(dtype, types.InertObject):
        raise ValueError("not a dtype that can be read")
    own = dtype.__dict__
    if "subarray" in own:
        item = _subarray(own["subarray"], levels)
    elif "fields" in own:
        item = _record(own["fields"], own["size"], levels)
    else:
        item = simple_item(*map(plain.expect_text, (own.get("code"), own.get("order", "<"), own.get("unit", ""))))
    if not 0 < item.leaves <= MAX_LEAVES:
        raise ValueError("an item of too many parts")
    return item


def _subarray(subarray: tuple[Any, ...], levels: int) -> Item:
    base, shape = subarray
    item = item_of(base, levels - 1)
    count = math.prod(plain.expect(size, int) for size in (shape if type(shape) is tuple else (shape,)))

    def read(data: Any, at: int) -> object:
        return [item.read(data, at + number * item.size) for number in range(count)]

    return Item(count * item.size, read, count * item.leaves)


def _record(fields: list[tuple[str, Any, Any]], size: int, levels: int) -> Item:
    items = [(item_of(kind, levels - 1), plain.expect(offset, int)) for _, kind, offset in fields]
    if any(offset < 0 or offset + item.size > size for item, offset in items):
        raise ValueError("a field outside of its item")

    def read(data: Any, at: int) -> object:
        return tuple(item.read(data, at + offset) for item, offset in items)

    return Item(size, read, sum(item.leaves for item, _ in items))


@lru_cache(maxsize=100)
def simple_item(code: str, order: str, unit: str) -> Item:
    """Return the way to read an item without parts."""
    code = code.lstrip("<>|=")
    kind, size = code[:1], int(code[1:]) if code[1:].isdecimal() and len(code) < 12 else 0
    form, make = NUMBERS.get(code, ""), MAKERS.get(kind)
    if code in {"M8", "m8"}:
        form, make = "q", partial(_moment, kind, UNIT.fullmatch(unit))
    elif form in DIGITS:
        make = partial(_short, form)
    elif kind == "U":
        encoding = "utf-32-be" if order == ">" else "utf-32-le"
        form, make = f"{4 * size}s", lambda data: data.decode(encoding, "replace").rstrip("\0")
    elif kind in {"S", "V"}:
        form = f"{size}s"
    if not form or not size or order not in {"<", ">"}:
        raise ValueError("an item of unknown kind")
    one = struct.Struct(order + form)
    if make is None:
        return Item(one.size, lambda data, at: one.unpack_from(data, at)[0])
    return Item(one.size, lambda data, at: make(*one.unpack_from(data, at)))


def _short(form: str, value: float) -> float:
    """Return the shortest number that is equal in this format."""
    for count in DIGITS[form] if math.isfinite(value) else ():
        rounded = float(f"{value:.{count}g}")
        try:
            if struct.pack(form, rounded) == struct.pack(form, value):
                return rounded
        except OverflowError:  # the largest number, rounded up
            continue
    return value


def _moment(kind: str, unit: re.Match[str] | None, value: int) -> Moment:
    count, name = (int(unit["count"] or 1), unit["unit"]) if unit else (1, "")
    return types.instance(Moment, kind=kind, value=value if value == NOT_A_TIME else value * count, unit=name)


def duration_text(value: int, unit: str) -> str:
    """Return a duration as numpy prints it."""
    return "NaT" if value == NOT_A_TIME else f"{value} {unit or 'units'}"


def moment_text(value: int, unit: str) -> str:
    """Return a time, `value` units after 1970, as numpy prints it."""
    if value == NOT_A_TIME or unit not in {"Y", "M", *FRACTION_DIGITS, *SECONDS}:
        return duration_text(value, unit)
    if unit in {"Y", "M"}:
        year, month = divmod(value, 12) if unit == "M" else (value, 0)
        return f"{1970 + year:04}" + (f"-{month + 1:02}" if unit == "M" else "")
    places = FRACTION_DIGITS.get(unit, 0)
    seconds, fraction = divmod(value * SECONDS.get(unit, 1), 10**places)
    try:
        text = (EPOCH + datetime.timedelta(seconds=seconds)).isoformat()
    except OverflowError:  # before the year 1, or after 9999
        return f"1970 + {duration_text(value, unit)}"
    return text[: ENDS.get(unit, 19)] + (f".{fraction:0{places}}" if places else "")
