"""Tables from an untrusted dump, without their library: rows, columns and cells by label and by position."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from tibidi.reading.inert import types
from tibidi.reading.inert.columns import SHOWN_CELLS
from tibidi.reading.inert.columns import UNREADABLE
from tibidi.reading.inert.columns import Cells
from tibidi.reading.inert.columns import InertColumn
from tibidi.reading.inert.columns import InertColumnValues
from tibidi.reading.inert.columns import InertIndex
from tibidi.reading.inert.columns import cell
from tibidi.reading.inert.columns import plain_number
from tibidi.reading.inert.parts import InertBlock
from tibidi.reading.inert.parts import Parts
from tibidi.reading.inert.parts import at
from tibidi.reading.inert.parts import frame_parts
from tibidi.reading.inert.parts import parts_of
from tibidi.reading.inert.parts import series_parts
from tibidi.reading.inert.repr import BOUNDED
from tibidi.reading.inert.repr import clean

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

SHOWN_COLUMNS = 8
# Types of labels that compare without any other code.
PLAIN = frozenset({bool, bytes, float, int, str, type(None)})


class InertRows(types.InertObject):
    """The base of what has rows: values with labels, or the rows of a table."""

    if TYPE_CHECKING:
        _rows: Callable[[slice], Any]

    @property
    def iloc(self) -> Locator:
        """The rows by position."""
        return Locator(self, by_label=False)

    @property
    def loc(self) -> Locator:
        """The rows by label."""
        return Locator(self, by_label=True)

    def head(self, count: int = 5) -> Any:
        """Return the first rows."""
        return self._rows(slice(count))

    def tail(self, count: int = 5) -> Any:
        """Return the last rows."""
        return self._rows(last(count))


class InertSeries(InertRows, InertColumnValues):
    """A Series: values with labels."""

    @property
    def values(self) -> Any:
        """The values, an array where numpy is installed."""
        return self._parts().columns[0]

    @property
    def index(self) -> object:
        """The labels."""
        return self._parts().axis

    def items(self) -> Iterator[tuple[object, object]]:
        """Return labels and values."""
        parts = self._parts()
        return zip(parts.labels, parts.columns[0])

    def tolist(self) -> list[object]:
        """Return the values."""
        return list(map(plain_number, self))

    def to_dict(self) -> dict[object, object]:
        """Return the values by label."""
        return {plain_label(label): plain_number(value) for label, value in self.items()}

    def _parts(self) -> Parts:
        return parts_of(self, series_parts)

    def _rows(self, chosen: slice) -> Any:
        parts = self._parts()
        return series_of(parts.columns[0][chosen], parts.labels[chosen], self.__dict__.get("name"))

    def __getitem__(self, key: Any) -> object:
        parts = self._parts()
        if isinstance(key, slice):
            return self._rows(key)
        found = position(parts.labels, key)
        if found is None and type(key) is not int:
            raise KeyError(f"no label {shown_key(key)}; {types.INERT}")
        return parts.columns[0][key if found is None else found]

    def __getattr__(self, name: str) -> object:
        found = None if name.startswith("_") else position(self._parts().labels, name)
        return super().__getattr__(name) if found is None else self._parts().columns[0][found]

    def _text(self) -> str:
        try:
            (values,), _, labels, _ = series_parts(self)
            shown = [f"{cell(label)}: {cell(value)}" for _, label, value in zip(range(SHOWN_CELLS), labels, values)]
            shown += ["..."] if len(values) > SHOWN_CELLS else []
            return f"<Series of {len(values)}: {', '.join(shown)} (inert)>"
        except UNREADABLE:
            return BOUNDED.plainly(self)


class InertFrame(InertRows, types.InertCall):
    """A DataFrame: columns by name."""

    @property
    def columns(self) -> list[object]:
        """The names of the columns."""
        return list(self._parts().names)

    @property
    def index(self) -> object:
        """The labels of the rows."""
        return self._parts().axis

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and columns."""
        return len(self._parts().labels), len(self._parts().names)

    @property
    def dtypes(self) -> Any:
        """The types of the columns."""
        return series_of(self.__dict__.get("dtypes", ["?"] * len(self.columns)), self.columns)

    @property
    def values(self) -> Cells:
        """The rows."""
        return Cells(self.shape[0], self._row)

    def _plain_rows(self) -> Iterator[list[object]]:
        return ([plain_number(value) for value in self._row(row)] for row in range(len(self)))

    def items(self) -> Iterator[tuple[object, object]]:
        """Return the columns by name."""
        return ((name, self._column(number)) for number, name in enumerate(self.columns))

    def iterrows(self) -> Iterator[tuple[object, object]]:
        """Return the rows by label."""
        return ((label, self.iloc[number]) for number, label in enumerate(self._parts().labels))

    def to_dict(self, orient: str = "dict") -> Any:
        """Return the cells by column and label; with `records` a dictionary for each row, with `list` lists."""
        names, labels = list(map(plain_label, self.columns)), list(map(plain_label, self._parts().labels))
        if orient == "records":
            return [dict(zip(names, row)) for row in self._plain_rows()]
        if orient == "index":
            return {label: dict(zip(names, row)) for label, row in zip(labels, self._plain_rows())}
        columns = zip(names, zip(*self._plain_rows()) if labels else [()] * len(names))
        return {name: list(column) if orient == "list" else dict(zip(labels, column)) for name, column in columns}

    def to_csv(self, path: str | None = None, sep: str = ",", index: bool = True) -> str | None:
        """Return the table as text, or write it to the file `path`."""
        out = io.StringIO()
        writer = csv.writer(out, delimiter=sep, lineterminator="\n")
        labels = [[cell(label)] if index else [] for label in self._parts().labels]
        writer.writerow([*([""] if index else []), *map(cell, self.columns)])
        writer.writerows([*label, *map(csv_cell, row)] for label, row in zip(labels, self._plain_rows()))
        if path is None:
            return out.getvalue()
        Path(path).write_text(out.getvalue(), encoding="utf-8")
        return None

    def _parts(self) -> Parts:
        return parts_of(self, frame_parts)

    def _row(self, row: int) -> list[object]:
        parts = self._parts()
        return [at(column, row) for column in parts.columns[: len(parts.names)]]

    def _rows(self, chosen: slice) -> Any:
        parts = self._parts()
        columns = [column[chosen] for column in parts.columns]
        return frame_of(type(self), columns, parts.names, parts.labels[chosen], self.__dict__.get("dtypes"))

    def _column(self, number: int) -> Any:
        """Return a column as a Series."""
        parts = self._parts()
        return series_of(parts.columns[number], parts.labels, parts.names[number], parts.axis)

    def __getitem__(self, name: Any) -> object:
        names = self.columns
        if type(name) is list:
            return self._chosen([self._place(each) for each in name])
        if isinstance(name, slice):
            return self._rows(name)
        return self._column(self._place(name, names))

    def _place(self, name: object, names: Any = None) -> int:
        found = position(self.columns if names is None else names, name)
        if found is None:
            raise KeyError(f"no column {shown_key(name)}; {types.INERT}")
        return found

    def _chosen(self, places: list[int]) -> Any:
        parts = self._parts()
        return frame_of(type(self), [parts.columns[n] for n in places], [parts.names[n] for n in places], parts.labels)

    def __getattr__(self, name: str) -> object:
        found = None if name.startswith("_") else position(self._parts().names, name)
        return super().__getattr__(name) if found is None else self._column(found)

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[object]:
        return iter(self.columns)

    def __repr__(self) -> str:
        return BOUNDED.apart(self, self._text)

    def _text(self) -> str:
        try:
            columns, names, labels, _ = frame_parts(self)
            lines = [["", *(cell(name) for name, _ in zip(names, range(SHOWN_COLUMNS)))]]
            for row, label in zip(range(SHOWN_CELLS), labels):
                lines.append([cell(label), *(cell(at(column, row)) for column in columns[:SHOWN_COLUMNS])])
        except UNREADABLE:
            return BOUNDED.plainly(self)
        widths = [max(map(len, words)) for words in zip(*lines)]
        rows = ["  ".join(word.rjust(width) for word, width in zip(line, widths)) for line in lines]
        return "\n".join([*rows, f"[{len(labels)} rows x {len(names)} columns, inert]"])


class Locator:
    """The rows or cells of a table, by position or by label."""

    def __init__(self, table: Any, *, by_label: bool) -> None:
        self._table = table
        self._by_label = by_label

    def __getitem__(self, key: Any) -> object:
        table = self._table
        if isinstance(table, InertSeries):
            return table[key] if self._by_label or isinstance(key, slice) else table.values[key]
        names, labels = table.columns, table._parts().labels
        if type(key) is tuple and len(key) == 2 and not (self._by_label and position(labels, key) is not None):
            row, column = key
            chosen = table._column(table._place(column, names) if self._by_label else column)
            return chosen if row == slice(None) else (chosen.loc if self._by_label else chosen.iloc)[row]
        if isinstance(key, slice):
            return table._rows(key)
        row = position(labels, key) if self._by_label else range(len(labels))[key]
        if row is None:
            raise KeyError(f"no label {shown_key(key)}; {types.INERT}")
        return series_of(table._row(row), names, labels[row])


def last(count: int) -> slice:
    """Return the slice of the last rows."""
    return slice(-count, None) if count else slice(0)


def shown_key(key: object) -> str:
    """Return a key for a message."""
    return clean(key) if isinstance(key, str) else BOUNDED.repr(key)


def position(labels: Any, key: object) -> int | None:
    """Return the place of a label, also of one that is given as its text."""
    if isinstance(labels, range):
        return labels.index(key) if type(key) is int and key in labels else None
    for number, label in enumerate(labels):
        if label is key or (type(label) is type(key) and type(key) in PLAIN and label == key):
            return number
    text = key if isinstance(key, str) else None if type(key) in PLAIN else str(key)
    found = (number for number, label in enumerate(labels) if type(label) is not str)
    if type(key) is int:
        return next(
            (number for number in found if type(labels[number]).__module__ == "numpy" and labels[number] == key), None
        )
    return next((number for number in found if text is not None and cell(labels[number]) == text), None)


def plain_label(label: object) -> object:
    """Return a label that can be a key."""
    label = plain_number(label)
    is_plain = type(label) in PLAIN or (type(label) is tuple and all(type(each) in PLAIN for each in label))
    return label if is_plain else cell(label)


def csv_cell(value: object) -> object:
    """Return a cell for a text: nothing for a missing value."""
    return "" if value is None or value != value else value if type(value) in PLAIN else cell(value)


def series_of(values: Any, labels: Any, name: object = None, axis: object = None) -> Any:
    """Return a Series of these values."""
    parts = Parts([values], (), labels, labels if axis is None else axis)
    return types.instance(SERIES, name=name, _view_=parts)


def frame_of(cls: Any, columns: list[Any], names: Any, labels: Any, dtypes: Any = None) -> Any:
    """Return a table of these columns."""
    extra = {} if dtypes is None else {"dtypes": dtypes}
    return types.instance(cls, _view_=Parts(columns, names, labels, labels), **extra)


def new_index(_kind: object, facts: object, *_: object) -> InertIndex:
    """Make an index, like `pandas.core.indexes.base._new_Index`."""
    return types.instance(InertIndex, **types.text_keys(facts))


def new_column(kind: object, *_: object) -> object:
    """Make a column, like `pandas._libs.arrays.__pyx_unpickle_NDArrayBacked`."""
    names = (kind.__module__, kind.__qualname__) if isinstance(kind, types.InertType) else ("pandas", "Array")
    return types.instance(types.make_type(*names, InertColumn))


def new_block(values: object, placement: object, *_: object) -> object:
    """Make a block, like `pandas._libs.internals._unpickle_block`."""
    return types.instance(InertBlock, values=values, placement=placement)


WORDS: dict[tuple[str, str], Callable[..., object]] = {
    ("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked"): new_column,
    ("pandas._libs.interval", "__pyx_unpickle_IntervalMixin"): new_column,
    ("pandas._libs.internals", "_unpickle_block"): new_block,
    ("pandas.core.indexes.base", "_new_Index"): new_index,
    ("pandas.core.indexes.datetimes", "_new_DatetimeIndex"): new_index,
    ("pandas.core.indexes.interval", "_new_IntervalIndex"): new_index,
    ("pandas.core.indexes.period", "_new_PeriodIndex"): new_index,
    ("pandas.core.indexes.timedeltas", "_new_TimedeltaIndex"): new_index,
}

SERIES = types.make_type("pandas", "Series", InertSeries)

# Arrays with a mask of the missing values, or of those that differ.
COLUMNS = ("Boolean", "Floating", "Integer", "Sparse")

TYPES: dict[tuple[str, str], type[types.InertCall]] = {
    ("pandas", "DataFrame"): InertFrame,
    **{("pandas.arrays", f"{kind}Array"): InertColumn for kind in COLUMNS},
    **{(f"pandas.core.arrays.{kind.lower()}", f"{kind}Array"): InertColumn for kind in COLUMNS},
    ("pandas.core.arrays.sparse.array", "SparseArray"): InertColumn,
    ("pandas", "Series"): InertSeries,
    ("pandas.core.frame", "DataFrame"): InertFrame,
    ("pandas.core.series", "Series"): InertSeries,
}
