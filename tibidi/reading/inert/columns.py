"""Columns and labels of pandas, without pandas and numpy.

pandas has arrays of its own for values that numpy has no type for: some
numbers, and how to read them.  Here they become `Cells`, which look up a value
when it is used, so that a hostile table of any length takes no time and no
memory.  A column that is not understood raises one of `UNREADABLE`.
"""

from __future__ import annotations

import datetime
import re
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING
from typing import Any
from zoneinfo import ZoneInfo

from tibidi.reading.inert.arrow import read_array
from tibidi.reading.inert.items import Moment
from tibidi.reading.inert.items import moment_text
from tibidi.reading.inert.ndarray import InertArray
from tibidi.reading.inert.ndarray import InertScalar
from tibidi.reading.inert.ndarray import Reductions
from tibidi.reading.inert.repr import BOUNDED
from tibidi.reading.inert.repr import clean
from tibidi.reading.inert.types import InertCall
from tibidi.reading.inert.types import InertObject
from tibidi.reading.inert.types import instance
from tibidi.reading.inert.types import make_type

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

SHOWN_CELLS = 5
CELL_CHARS = 32
MAX_LABELS = 1 << 32
# Arrays, indexes and the like of one column; with more, reading it would take forever.
MAX_PARTS = 1_000
# Raised by parts of the wrong kind.
UNREADABLE = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError)
# The units of periods by the letters of pandas for their frequencies.
PERIODS = {"A": "Y", "Y": "Y", "M": "M", "D": "D", "H": "h", "T": "m", "S": "s", "h": "h", "min": "m", "s": "s"}
# The part of a time that is not shown.
MIDNIGHT = re.compile(r"(?<=[0-9])(?:T00:00:00)?\.0{3,}$|(?<=-[0-9][0-9])T00:00:00$")
ZONE = re.compile(r"[A-Za-z0-9_+-]{1,40}(?:/[A-Za-z0-9_+-]{1,40}){0,2}")
OFFSETS = {"YearEnd": "Y", "MonthEnd": "M", "Day": "D", "Hour": "h", "Minute": "m", "Second": "s"}
FREQUENCY = re.compile(r"(?:period)?\[?([A-Za-z]+)(?:-[A-Z]+)?\]?")


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
            return instance(UNKNOWN, text="?")


class InertLabel(InertObject):
    """A small value that is shown as a text: a period, an interval."""

    def __str__(self) -> str:
        return clean(self.__dict__.get("text", "?"))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


PERIOD = make_type("pandas", "Period", InertLabel)
INTERVAL = make_type("pandas", "Interval", InertLabel)
TIMESTAMP = make_type("pandas", "Timestamp", InertLabel)
UNKNOWN = make_type("pandas", "unknown", InertLabel)


class InertColumnValues(Reductions, InertCall):
    """A sequence of the values in `values`."""

    values: Any
    _text: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of values."""
        return (len(self),)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, number: Any) -> object:
        return self.values[number]

    def __iter__(self) -> Iterator[object]:
        return iter(self.values)

    def __repr__(self) -> str:
        return BOUNDED.apart(self, self._text)


class InertColumn(InertColumnValues):
    """A column with a type of pandas, or the labels of rows or columns."""

    _inert_name_ = "pandas.Array"

    @property
    def values(self) -> Any:
        """The values, empty if they are not understood."""
        try:
            return plain_column(self)
        except UNREADABLE:
            return ()

    def _text(self) -> str:
        try:
            values = plain_column(self)
            kind = "Index" if isinstance(self, InertIndex) else type(self).__name__
            return f"<{kind} of {len(values)}: {first_of(values, BOUNDED.repr)}>"
        except UNREADABLE:
            return BOUNDED.plainly(self)


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
        not isinstance(thing, InertObject) and hasattr(type(thing), "__array_interface__")
    )


def cell(value: object) -> str:
    """Return a cell as a table shows it."""
    flat = isinstance(value, (str, InertScalar, InertLabel, Moment)) or type(value).__module__ == "numpy"
    text = MIDNIGHT.sub("", clean(str(value))) if flat else BOUNDED.repr(value)
    return text if len(text) <= CELL_CHARS else text[: CELL_CHARS - 3] + "..."


def plain_column(values: Any, row: int = 0) -> Any:
    """Return a sequence of the values of a column, of a block that in `row`; raise one of UNREADABLE."""
    return Reader(row).read(values)


class Reader:
    """Reads one column, which may consist of others, down to arrays."""

    def __init__(self, row: int = 0) -> None:
        self._row = row
        self._left = MAX_PARTS

    def read(self, values: Any) -> Any:
        """Return an array, a list or cells."""
        self._left -= 1
        if self._left < 0:
            raise ValueError("a column of too many parts")
        if is_array(values):
            return self._one_dimension(values)
        if type(values) in {list, tuple, Cells}:
            return values
        if not isinstance(values, InertObject):
            raise TypeError("not a column")
        own = values.__dict__
        for key, read in READERS.items():
            if key in own:
                return read(self, own)
        raise TypeError("a column of unknown kind")

    def _one_dimension(self, array: Any) -> Any:
        if type(array) is InertArray and array.ndim == 1 and type(array.__dict__["data"]) is list:
            return list(array)
        return array[self._row] if array.ndim > 1 else array

    def range(self, own: dict[str, Any]) -> Any:
        """Read the labels of a RangeIndex."""
        found = range(own["start"], own["stop"], own["step"])
        if max(abs(found.start), abs(found.stop)) > MAX_LABELS:
            raise ValueError("more labels than there can be")
        return found

    def levels(self, own: dict[str, Any]) -> Cells:
        """Read the labels of a MultiIndex, which are tuples."""
        levels, codes = [self.read(level) for level in own["levels"]], [self.read(each) for each in own["codes"]]

        def find(number: int) -> object:
            chosen = [each[number] for each in codes]
            return tuple(plain_number(level[code]) if code >= 0 else None for level, code in zip(levels, chosen))

        return Cells(len(codes[0]), find)

    def intervals(self, own: dict[str, Any]) -> Cells:
        """Read a column of intervals."""
        dtype = own.get("_dtype")
        return self.pairs(own["_left"], own["_right"], dtype.__dict__.get("closed") if dtype else own.get("_closed"))

    def pairs(self, left: object, right: object, closed: object) -> Cells:
        """Read intervals from their ends."""
        lefts, rights = self.read(left), self.read(right)
        # Not sets, which would hash what a stranger wrote.
        opening = "[" if closed in ("left", "both") else "("
        closing = "]" if closed in ("right", "both") else ")"

        def find(number: int) -> object:
            return instance(INTERVAL, text=f"{opening}{cell(lefts[number])}, {cell(rights[number])}{closing}")

        return Cells(len(lefts), find)

    def masked(self, own: dict[str, Any]) -> Cells:
        """Read a column with a mask of the missing values."""
        data, mask = self.read(own["_data"]), self.read(own["_mask"])
        return Cells(len(data), lambda number: None if mask[number] else data[number])

    def sparse(self, own: dict[str, Any]) -> Cells:
        """Read a column that has only the values that differ from one, by places or in blocks."""
        values = self.read(own["_sparse_values"])
        fill = own["_dtype"].__dict__.get("_fill_value")
        length, starts, *lengths = own["_sparse_index"].__dict__["_args_"]
        counts = [0, *accumulate(int(size) for size in (lengths[0] if lengths else ()))]

        def find(number: int) -> object:
            block = bisect_right(starts, number) - 1
            within = number - starts[block] if block >= 0 else 0
            if block < 0 or within >= (lengths[0][block] if lengths else 1):
                return fill
            return values[(counts[block] if lengths else block) + within]

        return Cells(length, find)

    def backed(self, own: dict[str, Any]) -> Any:
        """Read a column whose state is an array and its dtype: categories, periods, times."""
        state = own["__state__"]
        if len(state) == 1 and type(state[0]) is dict:
            return self.intervals(state[0])
        array = self._one_dimension(next(part for part in (*state, None) if is_array(part) or part is None))
        for dtype in (part for part in state if isinstance(part, InertObject) and not is_array(part)):
            if "categories" in dtype.__dict__:
                return self._categories(array, dtype.__dict__["categories"])
            if type(dtype).__name__ == "PeriodDtype":
                return periods(array, period_unit(dtype))
            if type(dtype).__name__ == "DatetimeTZDtype":
                return Cells(len(array), lambda number: instance(TIMESTAMP, text=f"{cell(array[number])}Z"))
        return array

    def described(self, own: dict[str, Any]) -> Any:
        """Read the content of labels or of a column as the writer described it."""
        return self.read(own["cells"])

    def codes(self, own: dict[str, Any]) -> Cells:
        """Read categories by their numbers."""
        return self._categories(self.read(own["codes"]), own["categories"])

    def moments(self, own: dict[str, Any]) -> Any:
        """Read times, in UTC, as they are in their zone."""
        array = self.read(own["moments"])
        if "zone" not in own:
            return array
        zone = own.get("tz")
        zone = zone if isinstance(zone, datetime.timezone) else zone_of(own["zone"])
        return Cells(len(array), lambda number: instance(TIMESTAMP, text=local_text(str(array[number]), zone)))

    def places(self, own: dict[str, Any]) -> Cells:
        """Read the values that differ from one."""
        values, numbers = self.read(own["sparse"]), self.read(own["places"])
        by_place = {int(number): at for at, number in enumerate(numbers)}
        fill = own["fill"]
        return Cells(own["length"], lambda number: values[by_place[number]] if number in by_place else fill)

    def with_mask(self, own: dict[str, Any]) -> Cells:
        """Read values of which some are missing."""
        data, mask = self.read(own["data"]), self.read(own["mask"])
        return Cells(len(data), lambda number: None if mask[number] else data[number])

    def _categories(self, codes: Any, index: object) -> Cells:
        categories = self.read(index)
        return Cells(len(codes), lambda number: categories[codes[number]] if codes[number] >= 0 else None)


def plain_number(value: Any) -> Any:
    """Return a number or text of numpy as one of Python, any other value as it is."""
    is_plain = type(value).__module__ == "numpy" and getattr(value, "dtype", None) is not None
    return value.item() if is_plain and value.dtype.kind in "biufU" else value


@lru_cache(maxsize=100)
def zone_of(name: object) -> datetime.tzinfo | None:
    """Return the time zone of that name, None if it is not known here."""
    found = re.fullmatch(r"UTC(?:([+-])([0-9]{2}):([0-9]{2}))?", name) if type(name) is str else None
    if found is not None:
        offset = datetime.timedelta(hours=int(found[2] or 0), minutes=int(found[3] or 0))
        return datetime.timezone(-offset if found[1] == "-" else offset)
    try:
        return ZoneInfo(name) if type(name) is str and ZONE.fullmatch(name) else None
    except (OSError, ValueError, LookupError):
        return None


def local_text(text: str, zone: datetime.tzinfo | None) -> str:
    """Return the text of a time in UTC as it is in a zone, to the microsecond."""
    try:
        moment = datetime.datetime.fromisoformat(text[:26]).replace(tzinfo=datetime.timezone.utc)
    except ValueError:  # not a time
        return text
    return str(moment.astimezone(zone)) if zone is not None else f"{text}Z"


def periods(ordinals: Any, unit: str) -> Cells:
    """Return a column of periods, numbered from 1970 on."""
    return Cells(len(ordinals), lambda number: instance(PERIOD, text=moment_text(int(ordinals[number]), unit)))


def period_unit(dtype: InertObject) -> str:
    """Return the unit of the periods of a dtype."""
    arguments = dtype.__dict__.get("_args_")
    frequency = arguments[0] if arguments else ""
    if isinstance(frequency, InertObject):  # pandas before 2
        return OFFSETS.get(type(frequency).__name__, "periods")
    return period_letter(frequency)


def period_letter(frequency: object) -> str:
    """Return the unit of periods of a frequency of pandas."""
    found = FREQUENCY.fullmatch(frequency) if type(frequency) is str else None
    return PERIODS.get(found[1], "periods") if found else "periods"


READERS: dict[str, Callable[[Reader, dict[str, Any]], Any]] = {
    "_view_": lambda _, own: own["_view_"].columns[0],
    # As the writer describes them.
    "cells": Reader.described,
    "codes": lambda reader, own: reader.levels(own) if "levels" in own else reader.codes(own),
    "moments": Reader.moments,
    "ordinals": lambda reader, own: periods(reader.read(own["ordinals"]), period_letter(own["freq"])),
    "texts": lambda reader, own: reader.read(own["texts"]),
    "mask": Reader.with_mask,
    "sparse": Reader.places,
    "arrow": lambda reader, own: reader.read(own["arrow"]),
    # As pandas does.
    "step": Reader.range,
    "levels": Reader.levels,
    "left": lambda reader, own: reader.pairs(own["left"], own["right"], own.get("closed")),
    "_left": Reader.intervals,
    "_mask": Reader.masked,
    "_pa_array": lambda _, own: Cells(*read_array(own["_pa_array"])),
    "_sparse_index": Reader.sparse,
    "__state__": Reader.backed,
    "data": lambda reader, own: reader.read(own["data"]),
    "_ndarray": lambda reader, own: reader.read(own["_ndarray"]),
}
