"""Tables of pandas from an untrusted dump: their content, without pandas.

A DataFrame is pickled as a manager of blocks, each an array of some columns
and their places; a Series as a manager of one block.  Pickles of pandas 1.1 to
3 are understood; any other table is empty and has its parts as attributes, so
that looking at it never raises.
"""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from tibidi.reading.inert import types
from tibidi.reading.inert.columns import SHOWN_CELLS
from tibidi.reading.inert.columns import UNREADABLE
from tibidi.reading.inert.columns import Cells
from tibidi.reading.inert.columns import InertColumn
from tibidi.reading.inert.columns import InertColumnValues
from tibidi.reading.inert.columns import InertIndex
from tibidi.reading.inert.columns import cell
from tibidi.reading.inert.columns import is_array
from tibidi.reading.inert.columns import plain_column
from tibidi.reading.inert.repr import BOUNDED
from tibidi.reading.inert.repr import clean

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

SHOWN_COLUMNS = 8
MAX_COLUMNS = 100_000


class Parts(NamedTuple):
    """The parts of a table: columns, their names, the labels of the rows, and these as they are in the dump."""

    columns: list[Any]
    names: Any
    labels: Any
    axis: object


class InertBlock(types.InertObject):
    """Some columns of one type, as an array with a row for each."""

    _inert_name_ = "pandas.Block"


class InertSeries(InertColumnValues):
    """A Series: values with labels."""

    @property
    def values(self) -> Any:
        """The values, an array where numpy is installed."""
        return parts_of(self, series_parts).columns[0]

    @property
    def index(self) -> object:
        """The labels."""
        return parts_of(self, series_parts).axis

    def _text(self) -> str:
        try:
            (values,), _, labels, _ = series_parts(self)
            shown = [f"{cell(label)}: {cell(value)}" for _, label, value in zip(range(SHOWN_CELLS), labels, values)]
        except UNREADABLE:
            return BOUNDED.plainly(self)
        return f"<Series of {len(values)}: {', '.join(shown)}{', ...' if len(values) > SHOWN_CELLS else ''} (inert)>"


class InertFrame(types.InertCall):
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
    def values(self) -> Cells:
        """The rows."""
        parts = self._parts()
        return Cells(len(parts.labels), lambda row: [at(column, row) for column in parts.columns[: len(parts.names)]])

    def _parts(self) -> Parts:
        return parts_of(self, frame_parts)

    def __getitem__(self, name: object) -> object:
        parts = self._parts()
        found = next((number for number, known in enumerate(parts.names) if known == name), None)
        if found is None:
            raise KeyError(f"no column {clean(name) if isinstance(name, str) else BOUNDED.repr(name)}; {types.INERT}")
        return parts.columns[found]

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


def at(column: Any, row: int) -> object:
    """Return the value of a column in a row, a question mark if it cannot be read."""
    try:
        return column[row]
    except UNREADABLE:
        return "?"


def parts_of(table: types.InertCall, read: Callable[[types.InertCall], Parts]) -> Parts:
    """Return the parts of a table, empty if it is not understood."""
    try:
        return read(table)
    except UNREADABLE:
        return Parts([()], (), (), ())


def manager(table: types.InertCall) -> tuple[Any, Any, bool]:
    """Return the blocks and axes of a table, and True if they were in a state."""
    own = table.__dict__
    made = (own["_mgr"] if "_mgr" in own else own["_data"]).__dict__
    is_state = "_args_" not in made
    blocks, axes, *_ = made["__state__"] if is_state else made["_args_"]
    return blocks, axes, is_state


def frame_parts(frame: types.InertCall) -> Parts:
    """Return the parts of a DataFrame; raise one of UNREADABLE for anything else."""
    blocks, (names, rows), _ = manager(frame)
    found: dict[int, Any] = {}
    for block in blocks:
        own = block.__dict__
        for row, place in enumerate(places(own["placement"])):
            if len(found) > MAX_COLUMNS:
                raise ValueError("more columns than there can be")
            found[index(place)] = column_of(own["values"], row)
    columns = [found[number] for number in range(len(found))]
    length = next((len(column) for column in columns if is_array(column) or isinstance(column, Cells)), None)
    return Parts(columns, labels_of(names, len(columns)), labels_of(rows, length), rows)


def column_of(values: Any, row: int) -> Any:
    """Return a column of a block, as it is in the dump if it is not understood."""
    try:
        return plain_column(values, row)
    except UNREADABLE:
        return values


def labels_of(index: Any, count: int | None) -> Any:
    """Return `count` labels, numbers if those in the dump are not understood."""
    try:
        labels = plain_column(index)
        if count is None or len(labels) == count:
            return labels
    except UNREADABLE:
        pass
    return range(count or 0)


def series_parts(series: types.InertCall) -> Parts:
    """Return the parts of a Series; raise one of UNREADABLE for anything else."""
    blocks, axes, is_state = manager(series)
    if is_state:
        blocks, axes = axes, blocks  # the state of a manager of one block has the axes first
    block = blocks[0] if isinstance(blocks, (tuple, list)) else blocks
    values = plain_column(block.__dict__["values"] if isinstance(block, InertBlock) else block)
    index = axes[0] if isinstance(axes, (tuple, list)) else axes
    return Parts([values], (), labels_of(index, len(values)), index)


def places(placement: Any) -> Any:
    """Return the places of the columns of a block."""
    return range(placement.start, placement.stop, placement.step or 1) if isinstance(placement, slice) else placement


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
