"""Describe tables and columns as pandas and pyarrow pickle them, in the way in which the writer describes them.

Before tibidi 1.1, and in pickles of others, a DataFrame is a manager of blocks, each an array of some columns and their
places; a Series is a manager of one block.  Such pickles of pandas 1.1 to 3 are understood.

Arrays of pyarrow, which pandas has for texts since version 3, are calls with a type, a length, an offset in the
buffers, and the buffers: a bit for each value that is not null, and the bytes of the values; of texts first the end of
each.  Layout: https://arrow.apache.org/docs/format/Columnar.html
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate, islice
from operator import index

from tibidi.process.hints import Any
from tibidi.reading.inert import columns, plain, types

Find = Callable[[int], Any]

MAX_COLUMNS = 100_000
# The letters of `struct` by the names of types in pyarrow.
NUMBERS = {
    "int8": "b", "int16": "h", "int32": "i", "int64": "q", "uint8": "B", "uint16": "H", "uint32": "I", "uint64": "Q",
    "halffloat": "e", "float": "f", "double": "d",
}  # fmt: skip
# Likewise, of the ends of texts or data.
ENDS = {"string": "i", "large_string": "q", "binary": "i", "large_binary": "q"}


class InertBlock(types.InertObject):
    """Some columns of one type, as an array with a row for each."""

    _inert_name_ = "pandas.Block"


def table(own: dict[str, Any], *, is_frame: bool) -> dict[str, Any]:
    """Describe a table; raise one of UNREADABLE for anything else."""
    made = (own["_mgr"] if "_mgr" in own else own["_data"]).__dict__
    is_state = "_args_" not in made
    blocks, axes, *_ = made["__state__"] if is_state else made["_args_"]
    if not is_frame:
        if is_state:
            blocks, axes = axes, blocks  # the state of a manager of one block has the axes first
        block, labels = (each[0] if isinstance(each, (tuple, list)) else each for each in (blocks, axes))
        return {"cells": block.__dict__["values"] if isinstance(block, InertBlock) else block, "index": labels}
    found: dict[int, Any] = {}
    for each in blocks:
        for row, place in enumerate(_places(each.__dict__["placement"])):
            if len(found) > MAX_COLUMNS:
                raise ValueError("more columns than there can be")
            found[index(place)] = columns.column_of(each.__dict__["values"], row)
    names, rows = axes
    return {"cells": [(None, found[number]) for number in range(len(found))], "columns": names, "index": rows}


def _places(placement: Any) -> Any:
    return range(placement.start, placement.stop, placement.step or 1) if isinstance(placement, slice) else placement


def column(own: dict[str, Any]) -> dict[str, Any]:
    """Describe a column or labels; return what is described already as it is."""
    return next((describe(own) for key, describe in COLUMNS.items() if key in own), own)


def _intervals(own: dict[str, Any]) -> dict[str, Any]:
    dtype = own.get("_dtype")
    closed = dtype.__dict__.get("closed") if dtype else own.get("_closed")
    return {"left": own["_left"], "right": own["_right"], "closed": closed}


def _sparse(own: dict[str, Any]) -> dict[str, Any]:
    """Describe a column that has only the values that differ from one, by places or in blocks."""
    length, starts, *sizes = own["_sparse_index"].__dict__["_args_"]
    values, fill = own["_sparse_values"], own["_dtype"].__dict__.get("_fill_value")
    blocks = zip(starts, sizes[0]) if sizes else ((start, 1) for start in starts)
    places = (int(start) + number for start, size in blocks for number in range(size))
    return {"sparse": values, "places": list(islice(places, len(values))), "fill": fill, "length": length}


def _backed(own: dict[str, Any]) -> dict[str, Any]:
    """Describe a column whose state is an array and its dtype: categories, periods, times."""
    state = own["__state__"]
    if len(state) == 1 and type(state[0]) is dict:
        return _intervals(state[0])
    array = next(part for part in (*state, None) if columns.is_array(part) or part is None)
    for dtype in (part for part in state if isinstance(part, types.InertObject) and not columns.is_array(part)):
        if "categories" in dtype.__dict__:
            return {"codes": array, "categories": dtype.__dict__["categories"]}
        if type(dtype).__name__ == "PeriodDtype":
            frequency = (dtype.__dict__.get("_args_") or ("",))[0]
            is_class = isinstance(frequency, types.InertObject)  # before pandas 2
            return {"ordinals": array, "freq": type(frequency).__name__ if is_class else frequency}
        if type(dtype).__name__ == "DatetimeTZDtype":
            return {"moments": array, "zone": None}
    return {"cells": array}


COLUMNS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "_left": _intervals,
    "_mask": lambda own: {"data": own["_data"], "mask": own["_mask"]},
    "_pa_array": lambda own: {"cells": columns.Cells(*_arrow(own["_pa_array"]))},
    "_sparse_index": _sparse,
    "__state__": _backed,
    "mask": lambda own: own,
    "data": lambda own: {"cells": own["data"]},
    "_ndarray": lambda own: {"cells": own["_ndarray"]},
}


def _arrow(array: object) -> tuple[int, Find]:
    """Return the number of values of an array or of its chunks, and a function that finds one."""
    function, arguments = _call(array)
    if function != "chunked_array":
        plain.expect({"_restore_array": arguments[0]}[function], tuple)
        return _restored(*arguments[0])
    chunks = [_arrow(chunk) for chunk in plain.expect(arguments[0], list)]
    starts = [0, *accumulate(length for length, _ in chunks)]

    def find(number: int) -> object:
        chunk = bisect_right(starts, number) - 1
        return chunks[chunk][1](number - starts[chunk])

    return starts[-1], find


def _restored(kind: object, length: Any, _: object, offset: Any, buffers: Any, *more: Any) -> tuple[int, Find]:
    """Return the values of an array of these parts; the last has the parts of its dictionary."""
    if min(plain.expect(length, int), plain.expect(offset, int)) < 0:
        raise ValueError("not the place of an array")
    is_there, *content = [each and plain.expect(_call(each)[1][0], bytes, bytearray) for each in buffers]
    find = _finder(kind, content, more[1])
    return length, lambda at: find(at + offset) if is_there is None or _bit(is_there, at + offset) else None


def _call(made: object) -> tuple[str, tuple[Any, ...]]:
    """Return the name and the arguments of the function of pyarrow that made an object."""
    arguments = made.__dict__.get("_args_") if isinstance(made, types.InertObject) else None
    if type(arguments) is not tuple or not arguments or type(made).__module__ != "pyarrow.lib":
        raise TypeError("not an object of pyarrow")
    return type(made).__qualname__, arguments


def _finder(kind: object, content: list[Any], dictionary: Any) -> Find:
    """Return a function that finds the value at a place, also if it is null."""
    function, arguments = _call(kind)
    if function == "dictionary":
        values, code = _restored(*dictionary)[1], _finder(arguments[0], content, None)
        return lambda place: values(code(place))
    name = plain.expect_text(arguments[0])
    if name == "bool":
        return lambda place: _bit(content[0], place)
    one = struct.Struct(f"<{NUMBERS.get(name) or ENDS[name]}")

    def number(place: int) -> Any:
        return one.unpack_from(content[0], place * one.size)[0]

    def data(place: int) -> bytes:
        return bytes(content[1][number(place) : number(place + 1)])

    if name in NUMBERS:
        return number
    return data if name.endswith("binary") else lambda place: data(place).decode("utf-8", "replace")


def _bit(data: bytes, place: int) -> bool:
    return bool(data[place >> 3] >> (place & 7) & 1)


def new_column(kind: object, *_: object) -> object:
    """Make a column, like `pandas._libs.arrays.__pyx_unpickle_NDArrayBacked`."""
    name = (kind.__module__, kind.__qualname__) if isinstance(kind, types.InertType) else ("pandas", "Array")
    return types.instance(types.make_type(*name, columns.InertColumn))


def new_index(_kind: object, facts: object, *_: object) -> object:
    """Make an index, like `pandas.core.indexes.base._new_Index`."""
    return types.instance(columns.InertIndex, **types.text_keys(facts))


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
