"""The parts of a table of pandas from an untrusted dump: columns, names and labels.

What the writer of today describes has them by name.  Before 1.1, a DataFrame was
pickled as a manager of blocks, each an array of some columns and their
places; a Series as a manager of one block.  Such pickles of pandas 1.1 to 3 are
understood; any other table is empty and has its parts as attributes, so that
looking at it never raises.
"""

from __future__ import annotations

from functools import partial
from operator import index
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from tibidi.reading.inert import types
from tibidi.reading.inert.columns import UNREADABLE
from tibidi.reading.inert.columns import Cells
from tibidi.reading.inert.columns import is_array
from tibidi.reading.inert.columns import plain_column
from tibidi.words.standins import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable

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


def frame_parts(frame: types.InertCall) -> Parts:
    """Return the parts of a DataFrame; raise one of UNREADABLE for anything else."""
    own = frame.__dict__
    if "_view_" in own or "cells" in own:
        return own["_view_"] if "_view_" in own else described_parts(own, is_frame=True)
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


def series_parts(series: types.InertCall) -> Parts:
    """Return the parts of a Series; raise one of UNREADABLE for anything else."""
    own = series.__dict__
    if "_view_" in own or "cells" in own:
        return own["_view_"] if "_view_" in own else described_parts(own, is_frame=False)
    blocks, axes, is_state = manager(series)
    if is_state:
        blocks, axes = axes, blocks  # the state of a manager of one block has the axes first
    block = blocks[0] if isinstance(blocks, (tuple, list)) else blocks
    values = plain_column(block.__dict__["values"] if isinstance(block, InertBlock) else block)
    index = axes[0] if isinstance(axes, (tuple, list)) else axes
    return Parts([values], (), labels_of(index, len(values)), index)


def described_parts(own: dict[str, Any], *, is_frame: bool) -> Parts:
    """Return the parts of a table that the writer described."""
    columns = [cells for _, cells in own["cells"]] if is_frame else [own["cells"]]
    columns = [column_of(each, 0) for each in columns]
    index = own.get("index")
    counts = [len(each) for each in columns if isinstance(each, (list, Cells)) or is_array(each)]
    count = max(counts, default=None) if index is None else None
    labels = labels_of(index, count) if index is not None else range(count or 0)
    columns = [Cells(len(labels), partial(same, each)) if isinstance(each, StandIn) else each for each in columns]
    if not is_frame:
        return Parts(columns, (), labels, index)
    names = labels_of(own["columns"], len(columns)) if "columns" in own else [name for name, _ in own["cells"]]
    return Parts(columns, names, labels, index)


def same(thing: object, _: int) -> object:
    """Return the stand-in that fills a column."""
    return thing


def manager(table: types.InertCall) -> tuple[Any, Any, bool]:
    """Return the blocks and axes of a table, and True if they were in a state."""
    own = table.__dict__
    made = (own["_mgr"] if "_mgr" in own else own["_data"]).__dict__
    is_state = "_args_" not in made
    blocks, axes, *_ = made["__state__"] if is_state else made["_args_"]
    return blocks, axes, is_state


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


def places(placement: Any) -> Any:
    """Return the places of the columns of a block."""
    return range(placement.start, placement.stop, placement.step or 1) if isinstance(placement, slice) else placement
