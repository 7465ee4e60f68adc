"""Redact the secrets in arrays and tables: of numpy, pandas, pyarrow and polars.

Their pickles hold the cells as one block of memory, which no filter of a pickle sees into.  So an array of texts, or
a table with such a column, is replaced by a copy in which the secrets are redacted: cells under the name of a secret,
and texts that are or contain one.  Loaded when such an object is met; the libraries themselves are taken from
`sys.modules`.
"""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import type_name
from tibidi.look.arrays import is_cut_off
from tibidi.model import REDACTED, REDACTED_TEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from tibidi.redaction import Redactor

PROBE = 123456  # a secret under a hard name only
MAX_LEARNT = 1000  # cells of one column
LIBRARIES = frozenset({"numpy", "pandas", "polars", "pyarrow"})
TEXT_KINDS = frozenset("US")
NUMBER_KINDS = frozenset("iu")
TEXT_DTYPES = frozenset("OUST")  # of pandas


def scrubber(cls: type) -> Callable[[Redactor, Any], Any] | None:
    """Return the function that redacts an instance of a class, None if there is none for it."""
    name = type_name(cls)
    if name.partition(".")[0] not in LIBRARIES:
        return None
    if "numpy" in sys.modules and issubclass(cls, sys.modules["numpy"].ndarray):
        return _array
    return SCRUBBERS.get(f"{name.partition('.')[0]}.{name.rpartition('.')[2]}")


def scrubbing(
    cls: type, reducer: Callable[[Any], Any], redactor: Redactor, note: Callable[[object, str, str], None]
) -> Callable[[Any], Any]:
    """Return a reducer that redacts an instance of a class first, and calls `note` with it if that changed anything."""
    scrub = scrubber(cls)
    if scrub is None:
        return reducer

    def reduce(thing: object) -> Any:
        clean = scrub(redactor, thing)
        if clean is not thing:
            note(thing, REDACTED, "secrets in cells")
        return reducer(clean)

    return reduce


def learn(redactor: Redactor, value: Any) -> None:
    """Learn the cells under names of secrets in a table, a column or a structured array."""
    names, cells_of = _columns(value)
    for at, label in enumerate(names):
        name = label[-1] if type(label) is tuple and label else label  # of several levels
        for cell in cells_of(at) if type(name) is str and redactor.is_secret_name(name) else ():
            if redactor.conceals(name, cell):
                redactor.learn(cell)


def cells(column: Any) -> list[Any]:
    """Return the cells of an array or a column."""
    method = next((each for each in ("tolist", "to_list", "to_pylist") if hasattr(column, each)), "")
    found = getattr(column, method)() if method else []
    return found if type(found) is list else []


def _columns(value: Any) -> tuple[Sequence[object], Callable[[int], Iterable[object]]]:
    """Return the names of columns, or of the cells of one column, and what returns the cells under one of them."""
    library, kind = type_name(type(value)).partition(".")[0], type(value).__name__
    if library == "pyarrow":
        return value.schema.names, lambda at: value.column(at)[:MAX_LEARNT].to_pylist()
    if library == "polars":
        columns = [value] if kind == "Series" else value.get_columns()
        return [each.name for each in columns], lambda at: columns[at][:MAX_LEARNT].to_list()
    if kind == "Series":
        head = value.iloc[:MAX_LEARNT]
        return [value.name, *head.index], lambda at: [head.iloc[at - 1]] if at else head
    if hasattr(value, "iloc"):
        head, levels, labels = value.iloc[:MAX_LEARNT], len(value.index.names), (*value.index.names, *value.columns)
        return labels, lambda at: head.index.get_level_values(at) if at < levels else head.iloc[:, at - levels]
    if kind == "Row":  # of a database
        return value.keys() if library == "sqlite3" else value._fields, lambda at: [value[at]]
    names = () if is_cut_off(value) else value.dtype.names or ()
    return names, lambda at: value[names[at]].ravel()[:MAX_LEARNT]


def _cells(redactor: Redactor, name: object, cells: list[Any]) -> list[Any] | None:
    """Return the cells of a column with secrets redacted, None if there are none."""
    cleaned = cells
    if redactor.may_conceal([name]):
        cleaned = [REDACTED_TEXT if redactor.conceals(name, cell) else cell for cell in cells]
    texts = {cell for cell in cleaned if type(cell) is str}
    data = {cell for cell in cleaned if type(cell) is bytes}
    whole = "\n".join([*texts, b"\n".join(data).decode("utf-8", "replace")])
    if redactor.text(whole) is not whole:  # once for all, as most columns have no secrets
        cleaned = [redactor.text(cell) if type(cell) is str else cell for cell in cleaned]
        cleaned = [redactor.data(cell) if type(cell) is bytes else cell for cell in cleaned]
    if cleaned is cells or all(new is old for new, old in zip(cleaned, cells)):
        return None
    return [cell.encode() if type(old) is bytes and type(cell) is str else cell for cell, old in zip(cleaned, cells)]


def _array(redactor: Redactor, array: Any) -> Any:
    if is_cut_off(array):  # nothing of it is written, either
        return array
    if array.dtype.names:
        return _records(redactor, array)
    cells = _cells(redactor, "", array.ravel().tolist()) if array.dtype.kind in TEXT_KINDS else None
    return array if cells is None else sys.modules["numpy"].array(cells).reshape(array.shape)


def _records(redactor: Redactor, array: Any) -> Any:
    copy = array
    for name in array.dtype.names:
        field = array[name].ravel()
        cells = _cells(redactor, name, field.tolist()) if field.dtype.kind in TEXT_KINDS else None
        if field.dtype.kind in NUMBER_KINDS and any(redactor.conceals(name, int(cell)) for cell in field[:MAX_LEARNT]):
            cells = [0] * len(field)
        if cells is not None:
            copy = array.copy() if copy is array else copy
            copy[name] = sys.modules["numpy"].array(cells, dtype=field.dtype).reshape(array.shape)
    return copy


def _frame(redactor: Redactor, frame: Any) -> Any:
    copy = frame
    for at, (name, dtype) in enumerate(zip(frame.columns.tolist(), frame.dtypes.tolist())):
        if dtype.kind in TEXT_DTYPES or redactor.conceals(name, PROBE):
            column = frame.iloc[:, at]
            if scrubber(type(column.array)) is not None and not redactor.may_conceal([name]):
                continue  # the texts of such an array are searched when it is pickled itself
            cells = _cells(redactor, name, column.tolist())
            if cells is not None:
                copy = frame.copy(deep=False) if copy is frame else copy
                copy.isetitem(at, sys.modules["pandas"].Series(cells, index=frame.index, dtype=object))
    return copy


def _series(redactor: Redactor, series: Any) -> Any:
    if series.dtype.kind not in TEXT_DTYPES:
        return series
    cells = old = series.tolist()
    if series.index.dtype.kind in TEXT_DTYPES and redactor.may_conceal(series.index.tolist()):
        cells = [REDACTED_TEXT if redactor.conceals(label, cell) else cell for label, cell in zip(series.index, old)]
    cells = _cells(redactor, series.name, cells) or cells
    if all(new is before for new, before in zip(cells, old)):
        return series
    return sys.modules["pandas"].Series(cells, index=series.index, name=series.name, dtype=object)


def _index(redactor: Redactor, index: Any) -> Any:
    cells = _cells(redactor, index.name, index.tolist())
    return index if cells is None else sys.modules["pandas"].Index(cells, name=index.name, dtype=object)


def _string_array(redactor: Redactor, array: Any) -> Any:
    cells = _cells(redactor, "", array.tolist())
    return array if cells is None else type(array)._from_sequence(cells, dtype=array.dtype)


def _arrow(redactor: Redactor, table: Any) -> Any:
    pyarrow = sys.modules["pyarrow"]
    for at, name in enumerate(table.schema.names):
        is_text = "string" in str(table.schema.field(at).type)
        cells = _cells(redactor, name, table.column(at).to_pylist()) if is_text else None
        if cells is not None:
            table = table.set_column(at, name, pyarrow.array(cells, type=table.schema.field(at).type))
    return table


def _arrow_array(redactor: Redactor, array: Any) -> Any:
    cells = _cells(redactor, "", array.to_pylist()) if "string" in str(array.type) else None
    if cells is None:
        return array
    pyarrow = sys.modules["pyarrow"]
    is_chunked = hasattr(array, "chunks")
    return pyarrow.chunked_array([cells], type=array.type) if is_chunked else pyarrow.array(cells, type=array.type)


def _polars(redactor: Redactor, frame: Any) -> Any:
    polars = sys.modules["polars"]
    columns = [frame] if type(frame) is polars.Series else frame.get_columns()
    clean = [_cells(redactor, each.name, each.to_list()) if each.dtype == polars.String else None for each in columns]
    made = [each if cells is None else polars.Series(each.name, cells) for each, cells in zip(columns, clean)]
    if not any(clean):
        return frame
    return made[0] if type(frame) is polars.Series else polars.DataFrame(made)


SCRUBBERS: dict[str, Callable[[Redactor, Any], Any]] = {
    "pandas.DataFrame": _frame,
    "pandas.Index": _index,
    "pandas.Series": _series,
    "pandas.ArrowStringArray": _string_array,
    "pandas.StringArray": _string_array,
    "polars.DataFrame": _polars,
    "polars.Series": _polars,
    "pyarrow.ChunkedArray": _arrow_array,
    "pyarrow.RecordBatch": _arrow,
    "pyarrow.StringArray": _arrow_array,
    "pyarrow.Table": _arrow,
}
