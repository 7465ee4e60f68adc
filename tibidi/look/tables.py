"""Show what libraries of tables have besides tables: times, intervals, missing values, indexes, types of columns.

And the tables of polars and pyarrow.  As in `arrays`, code of these libraries is called for exact types alone, and
what may be in the map of a file, a table of pyarrow, is shown without its cells.
"""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi.look import times
from tibidi.look.anatomy import is_a, type_name
from tibidi.look.arrays import COLUMNS, HEAD, TAIL, labels

if TYPE_CHECKING:
    from typing import Any

    from tibidi.look.classes import ClassFacts
    from tibidi.look.notation import Show
    from tibidi.look.preview import Walker

SCALARS = ("NA", "NaT", "Period", "Timedelta")  # of pandas, in C
# Zones whose code is that of a library alone, which pandas may call.
ZONE_MODULES = frozenset({"NoneType", "datetime", "dateutil", "pytz", "zoneinfo"})
SEQUENCES = (  # of pandas
    "Categorical", "CategoricalIndex", "DatetimeIndex", "Index", "IntervalIndex", "MultiIndex", "PeriodIndex",
    "RangeIndex", "TimedeltaIndex",
)  # fmt: skip
MAX_TYPE_CHARACTERS = 60
PYARROW = ("ChunkedArray", "Array", "RecordBatch", "Table")


def show_for(facts: ClassFacts, walker: Walker) -> Show | None:
    """Return how to show instances of a class of these libraries, None for one that has no way of its own."""
    cls, library = facts.cls, facts.name.partition(".")[0]
    known = vars(sys.modules.get(library, sys))
    if library == "pandas":
        return _of_pandas(cls, known, walker)
    if library == "polars":
        if cls is known.get("DataFrame"):
            return lambda value: _frame(value, walker)
        return (lambda value: _series(value, walker)) if cls is known.get("Series") else None
    kinds = [name for name in PYARROW if name in known and issubclass(cls, known[name])]
    return (lambda value: _without_cells(value, kinds[0], walker)) if kinds else None


def _of_pandas(cls: type, pandas: dict[str, Any], walker: Walker) -> Show | None:
    if cls is pandas.get("Timestamp"):
        return lambda value: walker.redactor.text(_timestamp(value))
    if cls is pandas.get("Interval"):
        return lambda it: f"Interval({walker.show(it.left)}, {walker.show(it.right)}, closed={it.closed!r})"
    found = [pandas[name] for name in SCALARS if name in pandas]
    if any(cls is (each if is_a(each, type) else type(each)) for each in found):
        return repr
    if any(cls is pandas.get(name) for name in SEQUENCES):
        return lambda value: _sequence(value, walker)
    dtype = getattr(getattr(pandas.get("api"), "extensions", None), "ExtensionDtype", None)
    return (lambda value: f"<{cls.__name__} {_text(value)}>") if dtype and issubclass(cls, dtype) else None


def _timestamp(value: Any) -> str:
    """Show a time of pandas, which asks the zone for its offset: one of an application is not asked."""
    is_harmless = type_name(type(value.tzinfo)).partition(".")[0] in ZONE_MODULES
    return repr(value) if is_harmless else times.number_or_time(frozenset({"datetime.datetime"}), "Timestamp")(value)


def _sequence(value: Any, walker: Walker) -> str:
    """Show the first and last items of an index or an array, with its name."""
    length, names = len(value), [*getattr(value, "names", ())]
    name = f" {', '.join(map(walker.show, names))}" if any(names) else ""
    shown = [_label(each, names, walker) for each in labels(value[:HEAD])]
    if length > HEAD:
        rest = labels(value[max(HEAD, length - TAIL) :])
        shown += ["…"] * (length > HEAD + TAIL) + [_label(each, names, walker) for each in rest]
    return f"<{type(value).__name__}{name}, length {length}, {value.dtype.name}: {', '.join(shown)}>"


def _label(label: Any, names: list[Any], walker: Walker) -> str:
    """Show an item of an index, whose levels may have the names of secrets."""
    if len(names) > 1 and type(label) is tuple:
        return f"({', '.join(walker.entry(name, each, (name,)) for name, each in zip(names, label))})"
    return walker.entry(names[0], label, (names[0],)) if names else walker.show(label)


def _frame(value: Any, walker: Walker) -> str:
    """Show a table of polars as one of pandas, see `arrays`."""
    height, names = value.height, value.columns
    columns = [
        f"{walker.show(name)}: {_cells(value.to_series(at), name, walker)}" for at, name in enumerate(names[:COLUMNS])
    ]
    more = ", …" if height > HEAD else ""
    return f"<DataFrame {_size(height, names, value.dtypes, walker)}: {'; '.join(columns)}{more}>"


def _series(value: Any, walker: Walker) -> str:
    """Show a column of polars."""
    name, length = value.name, len(value)
    more = ", …" if length > HEAD else ""
    return f"<Series {walker.show(name)}, length {length}, {_text(value.dtype)}: {_cells(value, name, walker)}{more}>"


def _cells(column: Any, name: str, walker: Walker) -> str:
    """Show the first cells of a column of polars, but lists and the like, which would be copied whole."""
    if column.dtype.is_nested():
        return "…"
    return ", ".join([walker.entry(name, each, (name,)) for each in column[:HEAD].to_list()])


def _without_cells(value: Any, kind: str, walker: Walker) -> str:
    if kind in {"ChunkedArray", "Array"}:
        return f"<{type(value).__name__} length {len(value)}, {_text(value.type)}>"
    return f"<{kind} {_size(value.num_rows, value.schema.names, value.schema.types, walker)}>"


def _size(rows: int, names: list[str], types: list[Any], walker: Walker) -> str:
    more = f", … +{len(names) - COLUMNS} columns" if len(names) > COLUMNS else ""
    shown = ", ".join([f"{walker.show(name)}: {_text(kind)}" for name, kind in list(zip(names, types))[:COLUMNS]])
    return f"{rows} rows, {len(names)} columns ({shown}{more})"


def _text(kind: object) -> str:
    """Return the text of a type of cells, which may list all categories."""
    text = str(kind)
    return text if len(text) <= MAX_TYPE_CHARACTERS else f"{text[:MAX_TYPE_CHARACTERS]}…"
