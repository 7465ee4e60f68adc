"""Tables from an untrusted dump, without their library: rows, columns and cells by label and by position.

A table that is not understood is empty and has its parts as attributes, so that looking at it never raises.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tibidi.process.hints import Any, NamedTuple
from tibidi.reading.inert import native, types
from tibidi.reading.inert.columns import (
    SHOWN_CELLS,
    UNREADABLE,
    Cells,
    InertColumnValues,
    cell,
    column_of,
    is_array,
    plain_column,
    plain_number,
)
from tibidi.reading.inert.repr import BOUNDED, clean
from tibidi.words.standins import StandIn

SHOWN_COLUMNS = 8
# Types of labels that compare without any other code.
PLAIN = frozenset({bool, bytes, float, int, str, type(None)})


class Parts(NamedTuple):
    """The parts of a table: columns, their names, the labels of the rows, and these as they are in the dump."""

    columns: list[Any]
    names: Any
    labels: Any
    axis: object


NOT_UNDERSTOOD = Parts([()], (), (), ())


class InertRows(types.InertObject):
    """The base of what has rows: values with labels, or the rows of a table; all names are those of pandas."""

    _is_frame: bool
    _rows: Any
    _text: Any

    index = property(lambda self: self._parts().axis)
    iloc = property(lambda self: Locator(self, by_label=False))
    loc = property(lambda self: Locator(self, by_label=True))

    def head(self, count: int = 5) -> Any:
        """Return the first rows."""
        return self._rows(slice(count))

    def tail(self, count: int = 5) -> Any:
        """Return the last rows."""
        return self._rows(slice(-count, None) if count else slice(0))

    def _parts(self) -> Parts:
        own = self.__dict__
        if "_view_" not in own:
            try:
                described = own if "cells" in own else native.table(own, is_frame=self._is_frame)
                own["_view_"] = parts_of(described, is_frame=self._is_frame)
            except UNREADABLE:
                own["_view_"] = NOT_UNDERSTOOD
        found: Parts = own["_view_"]
        return found

    def __repr__(self) -> str:
        return BOUNDED.apart(self, partial(BOUNDED.plainly, self) if self._parts() is NOT_UNDERSTOOD else self._text)


def parts_of(own: dict[str, Any], *, is_frame: bool) -> Parts:
    """Return the parts of a table that is described; raise one of UNREADABLE for anything else."""
    columns = [column_of(cells) for _, cells in own["cells"]] if is_frame else [own["cells"]]
    if not is_frame and not isinstance(columns[0], StandIn):
        columns = [plain_column(columns[0])]
    count = max((len(each) for each in columns if isinstance(each, (list, range, Cells)) or is_array(each)), default=0)
    index = own.get("index")
    labels = _labels(index, count or None) if index is not None else range(count)
    # A stand-in fills its column.
    columns = [Cells(len(labels), partial(lambda it, _: it, it)) if isinstance(it, StandIn) else it for it in columns]
    if not is_frame:
        return Parts(columns, (), labels, index)
    names = _labels(own["columns"], len(columns)) if "columns" in own else [name for name, _ in own["cells"]]
    return Parts(columns, names, labels, index)


def _labels(index: Any, count: int | None) -> Any:
    """Return `count` labels, numbers if those in the dump are not understood."""
    labels = column_of(index)
    is_read = isinstance(labels, (list, tuple, range, Cells)) or is_array(labels)
    return labels if is_read and count in {None, len(labels)} else range(count or 0)


class InertSeries(InertRows, InertColumnValues):
    """A Series: values with labels."""

    _is_frame = False

    values = property(lambda self: self._parts().columns[0])  # an array where numpy is installed

    def items(self) -> Iterator[tuple[object, object]]:
        """Return labels and values."""
        return zip(self._parts().labels, self.values)

    def tolist(self) -> list[object]:
        """Return the values."""
        return list(map(plain_number, self))

    def to_dict(self) -> dict[object, object]:
        """Return the values by label."""
        return {plain_label(label): plain_number(value) for label, value in self.items()}

    def _rows(self, chosen: slice) -> Any:
        return series_of(self.values[chosen], self._parts().labels[chosen], self.__dict__.get("name"))

    def __getitem__(self, key: Any) -> object:
        if isinstance(key, slice):
            return self._rows(key)
        found = position(self._parts().labels, key)
        if found is None and type(key) is not int:
            raise KeyError(f"no label {shown_key(key)}; {types.INERT}")
        return self.values[key if found is None else found]

    def __getattr__(self, name: str) -> object:
        found = None if name.startswith("_") else position(self._parts().labels, name)
        return super().__getattr__(name) if found is None else self.values[found]

    def _text(self) -> str:
        values = self.values
        shown = [f"{cell(label)}: {cell(value)}" for _, (label, value) in zip(range(SHOWN_CELLS), self.items())]
        shown += ["..."] if len(values) > SHOWN_CELLS else []
        return f"<Series of {len(values)}: {', '.join(shown)} (inert)>"


class InertFrame(InertRows, types.InertCall):
    """A DataFrame: columns by name."""

    _is_frame = True

    columns = property(lambda self: list(self._parts().names))
    shape = property(lambda self: (len(self._parts().labels), len(self._parts().names)))
    dtypes = property(lambda self: series_of(vars(self).get("dtypes", ["?"] * len(self.columns)), self.columns))
    values = property(lambda self: Cells(len(self), self._row))  # the rows

    def items(self) -> Iterator[tuple[object, object]]:
        """Return the columns by name."""
        return ((name, self._column(number)) for number, name in enumerate(self.columns))

    def iterrows(self) -> Iterator[tuple[object, object]]:
        """Return the rows by label."""
        return ((label, self.iloc[number]) for number, label in enumerate(self._parts().labels))

    def to_dict(self, orient: str = "dict") -> Any:
        """Return the cells by column and label; with `records` a dictionary for each row, with `list` lists."""
        names, labels = list(map(plain_label, self.columns)), list(map(plain_label, self._parts().labels))
        rows = [[plain_number(value) for value in self._row(number)] for number in range(len(self))]
        if orient in {"records", "index"}:
            records = [dict(zip(names, row)) for row in rows]
            return records if orient == "records" else dict(zip(labels, records))
        columns = zip(names, zip(*rows) if labels else [()] * len(names))
        return {name: list(column) if orient == "list" else dict(zip(labels, column)) for name, column in columns}

    def to_csv(self, path: str | None = None, sep: str = ",", index: bool = True) -> str | None:
        """Return the table as text, or write it to the file `path`."""
        out = io.StringIO()
        writer = csv.writer(out, delimiter=sep, lineterminator="\n")
        writer.writerow([*([""] if index else []), *map(cell, self.columns)])
        for number, label in enumerate(self._parts().labels):
            cells = [csv_cell(plain_number(value)) for value in self._row(number)]
            writer.writerow([*([cell(label)] if index else []), *cells])
        if path is None:
            return out.getvalue()
        Path(path).write_text(out.getvalue(), encoding="utf-8")
        return None

    def _row(self, row: int) -> Any:
        return [_at(column, row) for column in self._parts().columns[: len(self._parts().names)]]

    def _rows(self, chosen: slice) -> Any:
        parts = self._parts()
        columns, labels = [column[chosen] for column in parts.columns], parts.labels[chosen]
        more = {"dtypes": self.__dict__["dtypes"]} if "dtypes" in self.__dict__ else {}
        return types.instance(type(self), _view_=Parts(columns, parts.names, labels, labels), **more)

    def _column(self, number: int) -> Any:
        """Return a column as a Series."""
        columns, names, labels, axis = self._parts()
        return series_of(columns[number], labels, names[number], axis)

    def __getitem__(self, name: Any) -> object:
        if type(name) is list:
            columns, names, labels, axis = self._parts()
            places = [self._place(each) for each in name]
            parts = Parts([columns[n] for n in places], [names[n] for n in places], labels, axis)
            return types.instance(type(self), _view_=parts)
        return self._rows(name) if isinstance(name, slice) else self._column(self._place(name))

    def _place(self, name: object) -> int:
        found = position(self._parts().names, name)
        if found is None:
            raise KeyError(f"no column {shown_key(name)}; {types.INERT}")
        return found

    def __getattr__(self, name: str) -> object:
        found = None if name.startswith("_") else position(self._parts().names, name)
        return super().__getattr__(name) if found is None else self._column(found)

    def __len__(self) -> int:
        return len(self._parts().labels)

    def __iter__(self) -> Iterator[object]:
        return iter(self.columns)

    def _text(self) -> str:
        columns, names, labels, _ = self._parts()
        lines = [["", *(cell(name) for name, _ in zip(names, range(SHOWN_COLUMNS)))]]
        for row, label in zip(range(SHOWN_CELLS), labels):
            lines.append([cell(label), *(cell(_at(column, row)) for column in columns[:SHOWN_COLUMNS])])
        widths = [max(map(len, words)) for words in zip(*lines)]
        rows = ["  ".join(word.rjust(width) for word, width in zip(line, widths)) for line in lines]
        return "\n".join([*rows, f"[{len(labels)} rows x {len(names)} columns, inert]"])


class Locator:
    """The rows or cells of a table, by position or by label."""

    def __init__(self, table: Any, *, by_label: bool) -> None:
        self._table = table
        self._by_label = by_label

    def __getitem__(self, key: Any) -> object:
        table, labels = self._table, self._table._parts().labels
        if isinstance(table, InertSeries):
            return table[key] if self._by_label or isinstance(key, slice) else table.values[key]
        if type(key) is tuple and len(key) == 2 and not (self._by_label and position(labels, key) is not None):
            row, column = key
            chosen = table._column(table._place(column) if self._by_label else column)
            return chosen if row == slice(None) else (chosen.loc if self._by_label else chosen.iloc)[row]
        if isinstance(key, slice):
            return table._rows(key)
        row = position(labels, key) if self._by_label else range(len(labels))[key]
        if row is None:
            raise KeyError(f"no label {shown_key(key)}; {types.INERT}")
        return series_of(table._row(row), table.columns, labels[row])


def _at(column: Any, row: int) -> object:
    """Return the value of a column in a row, a question mark if it cannot be read."""
    try:
        return column[row]
    except UNREADABLE:
        return "?"


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
    others = ((number, label) for number, label in enumerate(labels) if type(label) is not str)
    if type(key) is int:
        return next((number for number, label in others if type(label).__module__ == "numpy" and label == key), None)
    if type(key) in PLAIN and type(key) is not str:
        return None
    return next((number for number, label in others if cell(label) == str(key)), None)


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
    return types.instance(SERIES, name=name, _view_=Parts([values], (), labels, labels if axis is None else axis))


SERIES = types.make_type("pandas", "Series", InertSeries)
