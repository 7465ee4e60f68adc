"""Columns and labels of pandas, without pandas, and without numpy.

pandas keeps what numpy has no type for in arrays of its own: some numbers,
and how to read them.  Here they become `Cells`, which look up what is at a
place when it is asked for, so that a stranger's table of any length takes
no time and no memory.  What is not understood is one of `UNREADABLE`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING
from typing import Any

from tibidi.reading.inert.arrow import read_array
from tibidi.reading.inert.items import Moment
from tibidi.reading.inert.items import moment_text
from tibidi.reading.inert.ndarray import InertArray
from tibidi.reading.inert.ndarray import InertScalar
from tibidi.reading.inert.repr import BOUNDED
from tibidi.reading.inert.repr import clean
from tibidi.reading.inert.types import InertCall
from tibidi.reading.inert.types import InertObject
from tibidi.reading.inert.types import make_type

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

SHOWN_CELLS = 5
CELL_CHARS = 32
MAX_LABELS = 1 << 32
# Of arrays, indexes and the like that a column is made of; more only makes reading it take for ever.
MAX_PARTS = 1_000
# What parts of the wrong make raise.
UNREADABLE = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError)
# The units that periods are counted in, by the letters that pandas has for their frequencies.
PERIODS = {"A": "Y", "Y": "Y", "M": "M", "D": "D", "H": "h", "T": "m", "S": "s", "h": "h", "min": "m", "s": "s"}
# What of a time says nothing.
MIDNIGHT = re.compile(r"(?<=[0-9])(?:T00:00:00)?\.0{3,}$|(?<=-[0-9][0-9])T00:00:00$")
OFFSETS = {"YearEnd": "Y", "MonthEnd": "M", "Day": "D", "Hour": "h", "Minute": "m", "Second": "s"}
FREQUENCY = re.compile(r"(?:period)?\[?([A-Za-z]+)(?:-[A-Z]+)?\]?")


class Cells:
    """The cells of a column: how many there are, and how to find one."""

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
        shown = [cell(self._at(number)) for number in range(min(SHOWN_CELLS, self._length))]
        return f"[{', '.join(shown)}{', ...' if self._length > SHOWN_CELLS else ''}]"

    def _at(self, number: int) -> object:
        try:
            return self._find(number)
        except UNREADABLE:  # codes of no category, arrays of other lengths
            return labelled(UNKNOWN, "?")


class InertLabel(InertObject):
    """Something small that is shown as a text: a period, an interval."""

    def __str__(self) -> str:
        return clean(self.__dict__.get("text", "?"))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


PERIOD = make_type("pandas", "Period", InertLabel)
INTERVAL = make_type("pandas", "Interval", InertLabel)
TIMESTAMP = make_type("pandas", "Timestamp", InertLabel)
UNKNOWN = make_type("pandas", "unknown", InertLabel)


class InertColumnValues(InertCall):
    """Values one after the other, behind `values`."""

    values: Any
    _text: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """How many there are."""
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
    """A column that pandas keeps in a type of its own, or the labels of rows or columns."""

    _inert_name_ = "pandas.Array"

    @property
    def values(self) -> Any:
        """What is in it, empty where that is not understood."""
        try:
            return plain_column(self)
        except UNREADABLE:
            return ()

    def _text(self) -> str:
        try:
            values = plain_column(self)
            shown = [BOUNDED.repr(value) for _, value in zip(range(SHOWN_CELLS), values)]
        except UNREADABLE:
            return BOUNDED.plainly(self)
        return f"<{self._kind()} of {len(values)}: {', '.join(shown)}{', ...' if len(values) > SHOWN_CELLS else ''}>"

    def _kind(self) -> str:
        return type(self).__name__


class InertIndex(InertColumn):
    """The labels of rows or columns."""

    _inert_name_ = "pandas.Index"

    def _kind(self) -> str:
        return "Index"


def is_array(thing: object) -> bool:
    """Tell whether `thing` is an array of numpy's, or what stands for one."""
    return type(thing) is InertArray or hasattr(type(thing), "__array_interface__")


def cell(value: object) -> str:
    """Return one cell as a table shows it."""
    flat = isinstance(value, (str, InertScalar, InertLabel, Moment)) or type(value).__module__ == "numpy"
    text = MIDNIGHT.sub("", clean(str(value))) if flat else BOUNDED.repr(value)
    return text if len(text) <= CELL_CHARS else text[: CELL_CHARS - 3] + "..."


def plain_column(values: Any, row: int = 0) -> Any:
    """Return what can be counted, indexed and iterated, of a block of several columns one; or raise of UNREADABLE."""
    return Reader(row).read(values)


class Reader:
    """Reads one column, which may be made of others, down to arrays."""

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
        raise TypeError("a column of a kind that is not known")

    def _one_dimension(self, array: Any) -> Any:
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
            return tuple(level[code] if code >= 0 else None for level, code in zip(levels, chosen))

        return Cells(len(codes[0]), find)

    def index_of_intervals(self, own: dict[str, Any]) -> Cells:
        """Read the labels of an IntervalIndex."""
        return self._pairs(own["left"], own["right"], own.get("closed"))

    def intervals(self, own: dict[str, Any]) -> Cells:
        """Read a column of intervals."""
        dtype = own.get("_dtype")
        return self._pairs(own["_left"], own["_right"], dtype.__dict__.get("closed") if dtype else own.get("_closed"))

    def _pairs(self, left: object, right: object, closed: object) -> Cells:
        lefts, rights = self.read(left), self.read(right)
        # Not sets, which would hash what a stranger wrote.
        opening = "[" if closed in ("left", "both") else "("
        closing = "]" if closed in ("right", "both") else ")"

        def find(number: int) -> object:
            return labelled(INTERVAL, f"{opening}{cell(lefts[number])}, {cell(rights[number])}{closing}")

        return Cells(len(lefts), find)

    def masked(self, own: dict[str, Any]) -> Cells:
        """Read a column with a mask of what is missing."""
        data, mask = self.read(own["_data"]), self.read(own["_mask"])
        return Cells(len(data), lambda number: None if mask[number] else data[number])

    def arrow(self, own: dict[str, Any]) -> Cells:
        """Read a column that is an array of pyarrow's."""
        return Cells(*read_array(own["_pa_array"]))

    def sparse(self, own: dict[str, Any]) -> Cells:
        """Read a column that has only what is not the same: at places, or in blocks."""
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
                return Cells(len(array), lambda number: labelled(TIMESTAMP, f"{cell(array[number])}Z"))
        return array

    def _categories(self, codes: Any, index: object) -> Cells:
        categories = self.read(index)
        return Cells(len(codes), lambda number: categories[codes[number]] if codes[number] >= 0 else None)


def periods(ordinals: Any, unit: str) -> Cells:
    """Return a column of periods, so many after 1970 each."""
    return Cells(len(ordinals), lambda number: labelled(PERIOD, moment_text(int(ordinals[number]), unit)))


def period_unit(dtype: InertObject) -> str:
    """Return the unit that the periods of a dtype are counted in."""
    arguments = dtype.__dict__.get("_args_")
    frequency = arguments[0] if arguments else ""
    if isinstance(frequency, InertObject):  # as pandas before 2 has it
        return OFFSETS.get(type(frequency).__name__, "periods")
    found = FREQUENCY.fullmatch(frequency) if type(frequency) is str else None
    return PERIODS.get(found[1], "periods") if found else "periods"


def labelled(kind: Any, text: str) -> object:
    """Return something that is shown as a text."""
    made = object.__new__(kind)
    made.__dict__["text"] = text
    return made


READERS: dict[str, Callable[[Reader, dict[str, Any]], Any]] = {
    "step": Reader.range,
    "levels": Reader.levels,
    "left": Reader.index_of_intervals,
    "_left": Reader.intervals,
    "_mask": Reader.masked,
    "_pa_array": Reader.arrow,
    "_sparse_index": Reader.sparse,
    "__state__": Reader.backed,
    "data": lambda reader, own: reader.read(own["data"]),
    "_ndarray": lambda reader, own: reader.read(own["_ndarray"]),
}
