"""Tables of libraries as the writer describes them, by the facts that `tibidi.writing.tables` has for each kind."""

from __future__ import annotations

import operator
from collections.abc import Callable

from tibidi.process.hints import Any
from tibidi.reading.inert import native, plain, types
from tibidi.reading.inert.columns import InertColumn, InertIndex, InertLabel, kind_of
from tibidi.reading.inert.tables import InertFrame, InertSeries


class InertWrapped(types.InertValue):
    """An array of another library, or of a subclass: its array, which is its `values`, and its attributes."""

    values = property(lambda self: self.__dict__.get("_value_"))
    __getitem__ = types.of(operator.getitem, "_value_")
    __len__ = types.of(len, "_value_")
    __iter__ = types.of(iter, "_value_")


class InertSparse(types.InertCall):
    """A sparse matrix: its shape, and the values by row and column."""

    nnz = property(lambda self: len(self.__dict__["cells"]))

    def __getitem__(self, key: Any) -> object:
        own = self.__dict__
        place = tuple(range(size)[at] for size, at in zip(own["shape"], key))
        return sum(value for *at, value in zip(own["row"], own["col"], own["cells"]) if tuple(at) == place)


def make_part(cls: object, array: object, attributes: object) -> object:
    """Return an array of a subclass, with the attributes of the object."""
    name = (cls.__module__, cls.__qualname__) if isinstance(cls, type) else ("numpy", "ndarray")
    known = {key: value for key, value in types.text_keys(attributes).items() if key[:1] != "_"}
    return types.instance(kind_of(*name, InertWrapped), _value_=array, **known)


def make_table(kind: object, known: object, cls: object = None) -> object:
    """Return a table, a column, labels or a scalar of a library from what the writer knew of it."""
    name = plain.expect_text(kind)
    own: dict[str, Any] = types.text_keys(plain.expect(known, dict))
    module, _, short = name.partition(".")
    if name in {"scipy._spbase", "scipy.spmatrix"}:
        module, short = "scipy.sparse", plain.expect_text(own.pop("class"))
    if name == "xarray.Dataset":
        own["_items_"] = _variables(own.pop("variables"))
    if name == "xarray.DataArray":
        own["coords"] = _variables(own["coords"])
    if isinstance(cls, type):  # of the application
        module, short = cls.__module__, cls.__qualname__
        own.update(types.text_keys(own.get("extra")))
    base = CLASSES.get(name, InertColumn)
    return _wrapped(module, short, own) if base is InertWrapped else types.instance(kind_of(module, short, base), **own)


def _variables(known: list[tuple[str, dict[str, Any]]]) -> dict[str, object]:
    return {name: _wrapped("xarray", "Variable", own) for name, own in known}


def _wrapped(module: str, name: str, own: dict[str, Any]) -> Any:
    """Return an array of another library, with what is known of it beside the values."""
    more = {key: value for key, value in types.text_keys(own).items() if key != "cells"}
    return types.instance(kind_of(module, name, InertWrapped), _value_=own["cells"], **more)


CLASSES: dict[str, Any] = {
    "pandas.DataFrame": InertFrame,
    "pandas.Series": InertSeries,
    **dict.fromkeys(("pandas.Index", "pandas.MultiIndex", "pandas.RangeIndex"), InertIndex),
    **{f"pandas.{name}": InertLabel for name in ("Interval", "NAType", "NaTType", "Period", "Timedelta", "Timestamp")},
    **dict.fromkeys(("polars.DataFrame", "pyarrow.RecordBatch", "pyarrow.Table"), InertFrame),
    **dict.fromkeys(("polars.Series", "pyarrow.Array", "pyarrow.ChunkedArray"), InertSeries),
    "pyarrow.Scalar": InertLabel,
    **dict.fromkeys(("scipy._spbase", "scipy.spmatrix"), InertSparse),
    "torch.Tensor": InertWrapped,
    **dict.fromkeys(("xarray.DataArray", "xarray.IndexVariable", "xarray.Variable"), InertWrapped),
    "xarray.Dataset": types.InertMapping,
}
# The same as pandas names them; arrays have a mask of the missing values, or of those that differ.
ARRAYS = ("Boolean", "Floating", "Integer", "Sparse")
TYPES: dict[tuple[str, str], type[types.InertCall]] = {
    ("pandas", "DataFrame"): InertFrame,
    ("pandas", "Series"): InertSeries,
    ("pandas.core.frame", "DataFrame"): InertFrame,
    ("pandas.core.series", "Series"): InertSeries,
    ("pandas.core.arrays.sparse.array", "SparseArray"): InertColumn,
    **{("pandas.arrays", f"{kind}Array"): InertColumn for kind in ARRAYS},
    **{(f"pandas.core.arrays.{kind.lower()}", f"{kind}Array"): InertColumn for kind in ARRAYS},
}
WORDS: dict[tuple[str, str], Callable[..., object]] = {
    **native.WORDS,
    ("tibidi", "_part"): make_part,
    ("tibidi", "_table"): make_table,
}
