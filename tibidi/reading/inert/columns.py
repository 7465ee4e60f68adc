"""The values of one column of a table, or of the labels of its rows, read from their description without any library.

What the writer says of a column has them by name: `codes` and `categories`, `data` and `mask` (see
`tibidi.writing.tables`); `native` describes what pandas pickled itself.  Nothing is read before it is looked at.
"""

from __future__ import annotations

import datetime
import operator
import re
import struct
from collections.abc import Callable, Iterator
from functools import lru_cache, partial

from tibidi.process.hints import Any
from tibidi.reading.inert import types
from tibidi.reading.inert.items import Moment, moment_text
from tibidi.reading.inert.ndarray import InertArray, InertScalar, Reductions
from tibidi.reading.inert.repr import BOUNDED, clean
from tibidi.reading.inert.zones import zone_of

Facts = dict[str, Any]
Read = Callable[[object], Any]

SHOWN_CELLS = 5
CELL_CHARS = 32
MAX_LABELS = 1 << 32
# Arrays, indexes and the like of one column; with more, reading it would take forever.
MAX_PARTS = 1_000
# Raised by parts of the wrong kind.
UNREADABLE = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError, struct.error)
# The units of periods by the names of pandas for their frequencies, and by their classes before pandas 2.
PERIODS = {
    "A": "Y", "Y": "Y", "M": "M", "D": "D", "H": "h", "T": "m", "S": "s", "h": "h", "min": "m", "s": "s",
    "YearEnd": "Y", "MonthEnd": "M", "Day": "D", "Hour": "h", "Minute": "m", "Second": "s",
}  # fmt: skip
FREQUENCY = re.compile(r"(?:period)?\[?([A-Za-z]+)(?:-[A-Z]+)?\]?")
# The part of a time that is not shown.
MIDNIGHT = re.compile(r"(?<=[0-9])(?:T00:00:00)?\.0{3,}$|(?<=-[0-9][0-9])T00:00:00$")


class Cells:
    """The cells of a column: their number, and a function that finds one."""

    def __init__(self, length: int, find: Callable[[int], object]) -> None:
        if not 0 <= length < MAX_LABELS:
            raise ValueError("not the length of a column")
        self._length = length
        self._find = find

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, number: Any) -> object:
        chosen = range(self._length)[number]
        return self._at(chosen) if isinstance(chosen, int) else [self._at(each) for each in chosen]

    def __iter__(self) -> Iterator[object]:
        return map(self._at, range(self._length))

    def __repr__(self) -> str:
        return f"[{first_of(self, cell)}]"

    def _at(self, number: int) -> object:
        try:
            return self._find(number)
        except UNREADABLE:  # codes of no category, arrays of other lengths
            return label("unknown", "?")


class InertLabel(types.InertObject):
    """A small value that is shown as a text: a period, an interval."""

    def __str__(self) -> str:
        return clean(self.__dict__.get("text", "?"))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


@lru_cache(maxsize=1_000)
def kind_of(module: str, name: str, base: type) -> Any:
    """Return the inert class of that name; there are few, but maybe millions of scalars."""
    return types.make_type(module, name, base)


def label(kind: str, text: str) -> Any:
    """Return a small value of pandas."""
    return types.instance(kind_of("pandas", kind, InertLabel), text=text)


class InertColumnValues(Reductions, types.InertCall):
    """A sequence of the values in `values`."""

    values: Any
    _text: Any

    shape = property(lambda self: (len(self),))
    __getitem__ = types.of(operator.getitem, "values")
    __iter__ = types.of(iter, "values")
    __len__ = types.of(len, "values")

    def __repr__(self) -> str:
        return BOUNDED.apart(self, self._text)


class InertColumn(InertColumnValues):
    """A column with a type of pandas, or the labels of rows or columns."""

    _inert_name_ = "pandas.Array"

    @property
    def values(self) -> Any:
        """The values, empty if they are not understood."""
        found = column_of(self)
        return () if found is self else found

    def _text(self) -> str:
        values = column_of(self)
        if values is self:
            return BOUNDED.plainly(self)
        kind = "Index" if isinstance(self, InertIndex) else type(self).__name__
        return f"<{kind} of {len(values)}: {first_of(values, BOUNDED.repr)}>"


class InertIndex(InertColumn):
    """The labels of rows or columns."""

    _inert_name_ = "pandas.Index"


def first_of(values: Any, show: Callable[[Any], str]) -> str:
    """Return the first values as a text."""
    shown = [show(value) for _, value in zip(range(SHOWN_CELLS), values)]
    return f"{', '.join(shown)}{', ...' if len(values) > SHOWN_CELLS else ''}"


def is_array(thing: object) -> bool:
    """Return True if `thing` is an array of numpy, or inert."""
    return type(thing) is InertArray or (
        not isinstance(thing, types.InertObject) and hasattr(type(thing), "__array_interface__")
    )


def cell(value: object) -> str:
    """Return a cell as a table shows it."""
    flat = isinstance(value, (str, InertScalar, InertLabel, Moment)) or type(value).__module__ == "numpy"
    text = MIDNIGHT.sub("", clean(str(value))) if flat else BOUNDED.repr(value)
    return text if len(text) <= CELL_CHARS else text[: CELL_CHARS - 3] + "..."


def plain_column(values: Any, row: int = 0, left: list[int] | None = None) -> Any:
    """Return a sequence of the values of a column, or of that in a row of a block; raise one of UNREADABLE.

    A column may consist of others, at most `left`.
    """
    left = [MAX_PARTS] if left is None else left
    left[0] -= 1
    if left[0] < 0:
        raise ValueError("a column of too many parts")
    if is_array(values):
        if type(values) is InertArray and values.ndim == 1 and type(values.__dict__["data"]) is list:
            return list(values)
        return values[row] if values.ndim > 1 else values
    if type(values) in {list, tuple, Cells}:
        return values
    if not isinstance(values, types.InertObject):
        raise TypeError("not a column")
    from tibidi.reading.inert import native  # which makes columns of these

    own = native.column(values.__dict__)
    read = partial(plain_column, row=row, left=left)
    for key, reader in READERS.items():
        if key in own:
            return reader(own, read)
    raise TypeError("a column of unknown kind")


def column_of(values: Any, row: int = 0) -> Any:
    """Return a column of a block, as it is in the dump if it is not understood."""
    try:
        return plain_column(values, row)
    except UNREADABLE:
        return values


def _range(own: Facts, _: Read) -> Any:
    found = range(own["start"], own["stop"], own["step"])
    if max(abs(found.start), abs(found.stop)) > MAX_LABELS:
        raise ValueError("more labels than there can be")
    return found


def _levels(own: Facts, read: Read) -> Cells:
    """Read the labels of a MultiIndex, which are tuples."""
    levels, codes = [read(level) for level in own["levels"]], [read(each) for each in own["codes"]]

    def find(number: int) -> object:
        chosen = [each[number] for each in codes]
        return tuple(plain_number(level[code]) if code >= 0 else None for level, code in zip(levels, chosen))

    return Cells(len(codes[0]), find)


def _intervals(own: Facts, read: Read) -> Cells:
    lefts, rights, closed = read(own["left"]), read(own["right"]), own.get("closed")
    # Not sets, which would hash what a stranger wrote.
    opening, closing = "[" if closed in ("left", "both") else "(", "]" if closed in ("right", "both") else ")"

    def find(number: int) -> object:
        return label("Interval", f"{opening}{cell(lefts[number])}, {cell(rights[number])}{closing}")

    return Cells(len(lefts), find)


def _masked(own: Facts, read: Read) -> Cells:
    data, mask = read(own["data"]), read(own["mask"])
    return Cells(len(data), lambda number: None if mask[number] else data[number])


def _sparse(own: Facts, read: Read) -> Cells:
    """Read the values that differ from one."""
    values, places = read(own["sparse"]), {int(number): at for at, number in enumerate(read(own["places"]))}
    return Cells(own["length"], lambda number: values[places[number]] if number in places else own["fill"])


def _categories(own: Facts, read: Read) -> Cells:
    codes, categories = read(own["codes"]), read(own["categories"])
    return Cells(len(codes), lambda number: categories[codes[number]] if codes[number] >= 0 else None)


def _moments(own: Facts, read: Read) -> Any:
    """Read times, in UTC, as they are in their zone."""
    array = read(own["moments"])
    if "zone" not in own:
        return array
    zone = own["tz"] if isinstance(own.get("tz"), datetime.timezone) else zone_of(own["zone"])
    return Cells(len(array), lambda number: label("Timestamp", _local_text(array[number], zone)))


def _periods(own: Facts, read: Read) -> Cells:
    ordinals = read(own["ordinals"])
    found = FREQUENCY.fullmatch(own["freq"]) if type(own["freq"]) is str else None
    name = found[1] if found else "unknown"

    def text(ordinal: int) -> str:
        if name in {"Q", "QE", "QuarterEnd"}:
            return f"{1970 + ordinal // 4}Q{ordinal % 4 + 1}"
        known = PERIODS.get(name)
        return f"{own['freq']}, number {ordinal}" if known is None else moment_text(ordinal, known)

    return Cells(len(ordinals), lambda number: label("Period", text(int(ordinals[number]))))


READERS: dict[str, Callable[[Facts, Read], Any]] = {
    "_view_": lambda own, _: own["_view_"].columns[0],
    "cells": lambda own, read: read(own["cells"]),
    "levels": _levels,
    "codes": _categories,
    "moments": _moments,
    "ordinals": _periods,
    "texts": lambda own, read: read(own["texts"]),
    "mask": _masked,
    "sparse": _sparse,
    "arrow": lambda own, read: read(own["arrow"]),
    "step": _range,
    "left": _intervals,
}


def plain_number(value: Any) -> Any:
    """Return a number or text of numpy as one of Python, any other value as it is."""
    is_plain = type(value).__module__ == "numpy" and getattr(value, "dtype", None) is not None
    return value.item() if is_plain and value.dtype.kind in "biufU" else value


def _local_text(time: object, zone: datetime.tzinfo | None) -> str:
    """Return the text of a time in UTC as it is in a zone, to the microsecond."""
    try:
        moment = datetime.datetime.fromisoformat(str(time)[:26]).replace(tzinfo=datetime.timezone.utc)
    except ValueError:  # not a time
        return str(time)
    return str(moment.astimezone(zone)) if zone is not None else f"{cell(time)}Z"
