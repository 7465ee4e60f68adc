"""Tables and arrays as the writer describes them: dtype, shape and content; columns with names, labels and types.

The facts of each kind are those of `tibidi.writing.tables`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from typing import Any

from tibidi.reading.inert import arrays
from tibidi.reading.inert import plain
from tibidi.reading.inert import tables
from tibidi.reading.inert import types
from tibidi.reading.inert.columns import InertColumn
from tibidi.reading.inert.columns import InertIndex
from tibidi.reading.inert.columns import InertLabel
from tibidi.reading.inert.items import MAX_NESTING
from tibidi.reading.inert.ndarray import InertDtype
from tibidi.reading.inert.ndarray import checked_shape
from tibidi.reading.inert.ndarray import facts

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_PADDING = 64  # characters of an array of texts for each that it has
CODE = re.compile(r"(?P<order>[<>|=]?)(?P<code>[?a-zA-Z][0-9]{0,9})(?P<unit>\[[0-9]{0,9}[A-Za-z]{1,7}\])?")


class InertWrapped(types.InertValue):
    """An array of another library, or of a subclass: its array and its attributes."""

    @property
    def values(self) -> Any:
        """The array."""
        return self.__dict__.get("_value_")

    def __getitem__(self, key: Any) -> object:
        return self.values[key]

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Any:
        return iter(self.values)


class InertSparse(types.InertCall):
    """A sparse matrix: its shape, and the values by row and column."""

    @property
    def nnz(self) -> int:
        """The number of values."""
        return len(self.__dict__["cells"])

    def __getitem__(self, key: Any) -> object:
        own = self.__dict__
        row, column = (range(size)[at] for size, at in zip(own["shape"], key))
        return sum(
            value for at, along, value in zip(own["row"], own["col"], own["cells"]) if (at, along) == (row, column)
        )


def make_dtype(spec: object, levels: int = MAX_NESTING) -> InertDtype:
    """Return a dtype from plain data: its code, or the parts of a record or of an array within an item."""
    if levels == 0:
        raise ValueError("a dtype of too many levels")
    if type(spec) is tuple and spec[:1] == ("sub",):
        _, base, shape = spec
        return types.instance(InertDtype, code="V", subarray=(make_dtype(base, levels - 1), checked_shape(shape)))
    if type(spec) is tuple and spec[:1] == ("fields",):
        _, names, kinds, offsets, size = spec
        parts = zip(plain.expect(names, list), plain.expect(kinds, list), plain.expect(offsets, list))
        fields = [
            (plain.expect_text(name), make_dtype(kind, levels - 1), plain.expect(at, int)) for name, kind, at in parts
        ]
        return types.instance(InertDtype, code=f"V{plain.expect(size, int)}", fields=fields, size=size)
    found = CODE.fullmatch(plain.expect_text(spec, 40))
    if found is None:
        raise ValueError("not a kind of item")
    made = types.instance(InertDtype, code=found["code"], unit=found["unit"] or "")
    if found["order"] in {"<", ">"}:
        made.__dict__["order"] = found["order"]
    return made


def make_array(spec: object, shape: object, order: object, content: object) -> object:
    """Return an array of these bytes, or of this list of texts or objects."""
    kind, sizes = make_dtype(spec), checked_shape(shape)
    if type(content) is list:
        return texts(kind, sizes, content) if kind.__dict__["code"][:1] == "U" else facts(kind, sizes, content, "C")
    return arrays.from_buffer(content, kind, sizes, order)


def texts(kind: InertDtype, sizes: tuple[int, ...], content: list[Any]) -> object:
    """Return an array of texts, an inert one if it took far more memory than they do."""
    np, chars = arrays.numpy(), int(kind.__dict__["code"][1:] or 1)
    if np is None or any(type(each) is not str for each in content):
        return facts(kind, sizes, content, "C")
    if chars * len(content) > MOST_PADDING * (len(content) + sum(map(len, content))):
        return facts(kind, sizes, content, "C")
    made = np.array(content, dtype=arrays.real_dtype(np, kind)).reshape(sizes)
    return arrays.frozen(made)


def make_scalar(spec: object, data: object) -> object:
    """Return a scalar of these bytes; a text comes as it is."""
    if type(data) is str:
        return data
    return arrays.scalar(_simple(spec) if type(spec) is str else make_dtype(spec), data)


@lru_cache(maxsize=100)
def _simple(code: str) -> Any:
    """Return the dtype with this code; there are few, but maybe millions of scalars."""
    made, np = make_dtype(code), arrays.numpy()
    return made if np is None else arrays.real_dtype(np, made)


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
        own["_items_"] = {each: wrapped("xarray.Variable", known) for each, known in own.pop("variables")}
    if "coords" in own and name == "xarray.DataArray":
        own["coords"] = {each: wrapped("xarray.Variable", known) for each, known in own["coords"]}
    base = CLASSES.get(name, InertColumn)
    if isinstance(cls, type):  # of the application
        module, short = cls.__module__, cls.__qualname__
        own.update(types.text_keys(own.get("extra")))
    return wrapped(name, own) if base is InertWrapped else types.instance(kind_of(module, short, base), **own)


def wrapped(name: str, own: dict[str, Any]) -> Any:
    """Return an array of another library, with what is known of it beside the values."""
    module, _, short = name.partition(".")
    more = {key: value for key, value in own.items() if key != "cells"}
    return types.instance(kind_of(module, short, InertWrapped), _value_=own["cells"], **types.text_keys(more))


@lru_cache(maxsize=1_000)
def kind_of(module: str, name: str, base: type) -> Any:
    """Return the inert class of that name; there are few, but maybe millions of scalars."""
    return types.make_type(module, name, base)


CLASSES: dict[str, Any] = {
    "numpy.MaskedArray": InertColumn,
    "pandas.DataFrame": tables.InertFrame,
    "pandas.Series": tables.InertSeries,
    **dict.fromkeys(("pandas.Index", "pandas.MultiIndex", "pandas.RangeIndex"), InertIndex),
    **{f"pandas.{name}": InertLabel for name in ("Interval", "NAType", "NaTType", "Period", "Timedelta", "Timestamp")},
    **dict.fromkeys(("polars.DataFrame", "pyarrow.RecordBatch", "pyarrow.Table"), tables.InertFrame),
    **dict.fromkeys(("polars.Series", "pyarrow.Array", "pyarrow.ChunkedArray"), tables.InertSeries),
    "pyarrow.Scalar": InertLabel,
    **dict.fromkeys(("scipy._spbase", "scipy.spmatrix"), InertSparse),
    **dict.fromkeys(("torch.Tensor", "xarray.DataArray"), InertWrapped),
    "xarray.Dataset": types.InertMapping,
}

WORDS: dict[tuple[str, str], Callable[..., object]] = {
    ("tibidi", "_array"): make_array,
    ("tibidi", "_dtype"): make_dtype,
    ("tibidi", "_part"): make_part,
    ("tibidi", "_scalar"): make_scalar,
    ("tibidi", "_table"): make_table,
}
