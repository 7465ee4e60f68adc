"""Show arrays and tables in one line: type, shape, dtype, first and last items.

numpy and pandas are only looked up in `sys.modules`.  An exact `numpy.ndarray` is read by C code; of a subclass, which
may compute its items or read them from a file, only shape and dtype are read, by the descriptors of `numpy.ndarray`.
"""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import is_a
from tibidi.model import REDACTED_TEXT, Table

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tibidi.look.preview import Walker

ROWS = 5  # of a table
HEAD = 3  # items, rows
TAIL = 3
COLUMNS = 8
MIDNIGHT = " 00:00:00"
KINDS = {"b": "bool", "i": "int", "u": "uint", "f": "float", "c": "complex", "M": "datetime64", "m": "timedelta64"}
PLAIN_KINDS = frozenset("biufc")
TEXT_KINDS = frozenset("USMmO")
TIME_KINDS = frozenset("Mm")
MOST_TEXTS = 1_000


def summary(value: Any, names: frozenset[str], walker: Walker) -> str:
    """Return the summary of an array or a table; `names` are those of its bases."""
    show = walker.show
    if "numpy.dtype" in names:
        return f"dtype({show(str(value))})"
    if "numpy.ndarray" in names:
        return _array(value, walker)
    if "numpy.generic" in names:
        return _scalar(value, walker)
    if "pandas.core.frame.DataFrame" in names or "pandas.DataFrame" in names:
        return _table(value, walker)
    return _column(value, walker)


def table_of(value: Any, walker: Walker) -> Table | None:
    """Return the first rows of a table, or of an array with two dimensions; None for any other value."""
    ndarray, pandas = sys.modules["numpy"].ndarray, sys.modules.get("pandas")
    if type(value) is ndarray and value.ndim == 2 and value.dtype.kind in PLAIN_KINDS and not is_cut_off(value):
        head = value[:ROWS, :COLUMNS]
        title = f"ndarray, shape {value.shape}, {_dtype(value.dtype)}"
        names: list[Any] = list(range(head.shape[1]))
        rows = [(str(number), *map(walker.show, row)) for number, row in enumerate(head.tolist())]
    elif pandas is not None and type(value) is pandas.DataFrame:
        head = value.iloc[:ROWS, :COLUMNS]
        types = ", ".join(dtype.name for dtype in head.dtypes)
        title = f"DataFrame, {value.shape[0]} rows x {value.shape[1]} columns ({types})"
        names = list(head.columns)
        columns = [head.iloc[:, at].tolist() for at in range(head.shape[1])]
        cells = [[_entry(walker, name, cell) for cell in column] for name, column in zip(names, columns)]
        rows = list(zip([_cell(walker.show, label) for label in labels(head.index)], *cells))
    else:
        return None
    header = ("", *(_cell(walker.show, name) for name in names))
    more = [("…",) * len(header)] if value.shape[0] > ROWS else []
    return Table(title, (header, *rows, *more))


def labels(index: Any) -> list[Any]:
    """Return the labels of a short index; `tolist` of one with levels converts whole levels, even of a slice."""
    if type(index) is not sys.modules["pandas"].MultiIndex:
        return index.tolist()  # type: ignore[no-any-return]  # of pandas
    generic = sys.modules["numpy"].generic
    rows = [index[at] for at in range(len(index))]
    return [tuple([each.item() if is_a(each, generic) else each for each in row]) for row in rows]


def _entry(walker: Walker, name: object, value: object) -> str:
    return _cell(lambda each: walker.entry(name, each, (name,)), value)


def _cell(show: Callable[[object], str], value: object) -> str:
    """Show a value without the quotes of a text, which a table does not need, and a time as pandas does."""
    shown = show(value)
    if shown.startswith("Timestamp('") and type(value) is sys.modules["pandas"].Timestamp:  # not redacted
        return str(value).removesuffix(MIDNIGHT)
    return shown[1:-1] if type(value) is str and shown[:1] in {"'", '"'} and shown[-1:] == shown[:1] else shown


def _array(value: Any, walker: Walker) -> str:
    ndarray, show = sys.modules["numpy"].ndarray, walker.show
    shape = ndarray.shape.__get__(value)
    dtype = ndarray.dtype.__get__(value)
    words = f"shape {shape}, {_dtype(dtype)}"
    size = ndarray.size.__get__(value)
    if type(value) is ndarray and dtype.kind in TEXT_KINDS and size <= MOST_TEXTS and not is_cut_off(value):
        # As a list, whole: a text may be the name of the secret that comes next.  Times are finer than those of Python.
        items = ndarray.tolist(ndarray.astype(value, "U") if dtype.kind in TIME_KINDS else value)
        return f"<ndarray {words}: {show(items)}>"
    if type(value) is ndarray and dtype.names and not is_cut_off(value):
        rows = ", ".join([_record(row, walker) for row in ndarray.flat.__get__(value)[:HEAD]])
        return f"<ndarray {words}: {rows}{', …' if size > HEAD else ''}>"
    if type(value) is not ndarray or dtype.kind not in PLAIN_KINDS or is_cut_off(value):
        return f"<{type(value).__name__} {words}>"
    flat = ndarray.flat.__get__(value)
    if size <= HEAD + TAIL:
        return f"<ndarray {words}: {show(ndarray.tolist(value))}>"
    items = ", ".join([*map(show, flat[:HEAD].tolist()), "…", *map(show, flat[size - TAIL : size].tolist())])
    return f"<ndarray {words}: {items}>"


def is_cut_off(array: Any) -> bool:
    """Return True for an array in a map of a file that is shorter now: reading what is beyond its end raises SIGBUS."""
    ndarray, mmap = sys.modules["numpy"].ndarray, getattr(sys.modules.get("mmap"), "mmap", None)
    owner = array
    while is_a(owner, ndarray) or type(owner) is memoryview:
        owner = owner.obj if type(owner) is memoryview else ndarray.base.__get__(owner)
    try:
        return mmap is not None and type(owner) is mmap and mmap.size(owner) < mmap.__len__(owner)
    except (OSError, ValueError):  # it has no descriptor of the file
        return False


def _record(row: Any, walker: Walker) -> str:
    """Show a row of an array of records by the names of its fields, which may be those of secrets."""
    pairs = zip(row.dtype.names, row.item())
    return f"({', '.join([f'{name}={walker.entry(name, each, (name,))}' for name, each in pairs])})"


def _scalar(value: Any, walker: Walker) -> str:
    generic = sys.modules["numpy"].generic
    name, kind = type(value).__name__, generic.dtype.__get__(value).kind
    if kind in TIME_KINDS:  # which Python shows in less detail; no class derives from these
        return repr(value).partition(".")[2]
    if type(value) is sys.modules["numpy"].void and value.dtype.names:
        return f"{name}{_record(value, walker)}"
    if kind not in PLAIN_KINDS | {"U", "S"}:
        return f"<numpy.{name}>"
    item = generic.item(value)
    if type(item) is type(value):  # a longdouble, for which Python has no type
        item = float(value) if generic.dtype.__get__(value).kind == "f" else complex(value)
    return f"{name}({walker.show(item)})"


def _dtype(dtype: Any) -> str:
    if dtype.kind in KINDS:
        return KINDS[dtype.kind] + (str(dtype.itemsize * 8) if dtype.kind in PLAIN_KINDS - {"b"} else "")
    return {"O": "object", "U": "str", "S": "bytes", "V": "void"}.get(dtype.kind, "custom type")


def _table(value: Any, walker: Walker) -> str:
    show = walker.show
    pandas = sys.modules["pandas"]
    if type(value) is not pandas.DataFrame:
        return f"<{type(value).__name__}>"
    rows, columns = value.shape
    head = value.iloc[:HEAD, :COLUMNS]
    types = ", ".join(f"{show(name)}: {dtype.name}" for name, dtype in zip(head.columns, head.dtypes))
    shown = "; ".join(f"{show(name)}: {_items(head.iloc[:, at], name, walker)}" for at, name in enumerate(head.columns))
    more = "" if columns <= COLUMNS else f", … +{columns - COLUMNS} columns"
    return f"<DataFrame {rows} rows, {columns} columns ({types}{more}): {shown}{', …' if rows > HEAD else ''}>"


def _column(value: Any, walker: Walker) -> str:
    pandas = sys.modules["pandas"]
    if type(value) is not pandas.Series:
        return f"<{type(value).__name__}>"
    length = value.shape[0]
    items = _items(value.iloc[:HEAD], value.name, walker)
    tail = "" if length <= HEAD else f", …, {_items(value.iloc[max(HEAD, length - TAIL) :], value.name, walker)}"
    return f"<Series {walker.show(value.name)}, length {length}, {value.dtype.name}: {items}{tail}>"


def _items(column: Any, name: object, walker: Walker) -> str:
    """Show the cells of a column, unless its name or the label of the row is that of a secret."""
    shown = []
    for label, cell in zip(labels(column.index), column.tolist()):
        is_secret = walker.redactor.conceals(label, cell)
        shown.append(walker.entry(name, REDACTED_TEXT if is_secret else cell, (name,)))
    return ", ".join(shown)
