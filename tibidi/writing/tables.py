"""Describe tables and arrays, so that they can be read without their library, and by any other version of it.

Strategy
--------
What a library pickles are its internals, which differ from version to version.
So an array is written as its dtype, shape and bytes, and a table as its
columns with their names, labels and types; both readers know these (`words`
`_array`, `_scalar`, `_dtype`, `_part` and `_table`).  The public interface of the library is
asked for them, and nothing that the application has not imported is imported.
What a library refuses to tell, or computes when it is asked, is pickled as
that library does it.
"""

from __future__ import annotations

import sys
from _pickle import PickleBuffer

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import dictionary, mro, namespace, type_name
from tibidi.look.arrays import is_cut_off
from tibidi.process import os
from tibidi.words import vocabulary as words
from tibidi.writing.calls import call
from tibidi.writing.instances import reduce_with_getattr
from tibidi.writing.stream import TooLarge

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tibidi.writing.pickle_state import PickleState

    Facts = dict[str, object]

HOOKS = frozenset({"__reduce__", "__reduce_ex__", "__setstate__"})
# Subclasses of arrays that pickle nothing beside the array, though they have hooks of their own.
PLAIN_ARRAYS = frozenset({"numpy.memmap", "numpy.recarray", "numpy.rec.recarray", "numpy.matrix"})
# No more values than this are made into Python objects in a process that has crashed.
MOST_OBJECTS = 3_000_000
SHORTER = "the file of a memory map is shorter than the map: reading it would end the process"
CODES: dict[type, str] = {}  # of the types of scalars met so far
ARROW_NUMBERS = frozenset({
    "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float", "double",
})  # fmt: skip
TORCH_TYPES = frozenset(
    f"torch.{name}" for name in ("bool", "float16", "float32", "float64", "int16", "int32", "int64", "int8", "uint8")
)


class Unreadable(Exception):
    """A value that not even its library should read."""


def reducer_for(cls: type, state: PickleState) -> Callable[[Any], Any] | None:
    """Return the reducer for a class of arrays or tables, None for any other class."""
    for base in mro(cls):
        module, _, name = type_name(base).partition(".")
        name = name.rpartition(".")[2]
        if module == "numpy" and name == "generic":
            return _generic
        if module == "numpy" and name in NUMPY:
            return guarded(NUMPY[name], state)
        describe = TABLE.get(f"{module}.{name}")
        if describe is not None:
            own = cls if base is not cls and module == "pandas" and name in {"DataFrame", "Series"} else None
            return guarded(describer(f"{module}.{name}", own, describe), state)
    return None


def describer(kind: str, cls: type | None, describe: Callable[[Any], Facts | None]) -> Callable[[Any], Any]:
    """Return a reducer of tables of a kind; NotImplemented is for its library to pickle."""

    def reduce(thing: Any) -> Any:
        facts = describe(thing)
        return NotImplemented if facts is None else (words._table, (kind, facts, cls))

    return reduce


def guarded(reduce: Callable[[Any], Any], state: PickleState) -> Callable[[Any], Any]:
    """Return a reducer that leaves to the library what cannot be described, and that is watched."""

    def reducer(thing: Any) -> Any:
        if state.has_hung(thing):
            return state.hung(thing)
        try:
            reduced = call(state, thing, reduce, thing)
        except TooLarge:
            raise
        except Unreadable as error:
            return state.failed(thing, error)
        except Exception:  # noqa: BLE001 - a library of another version; it can pickle its own
            reduced = NotImplemented
        return call(state, thing, reduce_with_getattr, thing) if reduced is NotImplemented else reduced

    return reducer


def listed(values: Any, count: int) -> Any:
    """Return what a function lists, unless that would be too many objects."""
    if count > MOST_OBJECTS:
        raise TooLarge(f"{count} values")
    return values()


def facts_of(*names: str, **renamed: str) -> Callable[[Any], Facts]:
    """Return what describes a thing by these attributes, of which some have other names among the facts."""
    sources = {**{name: name for name in names}, **renamed}
    return lambda thing: {fact: getattr(thing, name) for fact, name in sources.items()}


def scalar_facts(*names: str, **renamed: str) -> Callable[[Any], Facts]:
    """Return what describes a scalar by its text and these attributes."""
    describe = facts_of(*names, **renamed)
    return lambda scalar: {"text": str(scalar), **describe(scalar)}


# numpy.


def spec_of(dtype: Any) -> object:
    """Return a dtype as plain data: its code, or the parts of a record or of an array within an item."""
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return "sub", spec_of(base), shape
    if dtype.names is not None:
        parts = [dtype.fields[name][:2] for name in dtype.names]
        kinds, offsets = [spec_of(kind) for kind, _ in parts], [offset for _, offset in parts]
        kind = "record" if dtype.type.__name__ == "record" else "fields"
        return kind, list(dtype.names), kinds, offsets, dtype.itemsize
    if dtype.kind not in "?biufcmMOSUV":
        raise TypeError("a dtype of another library")
    return dtype.str


def _ndarray(array: Any) -> Any:
    base: Any = sys.modules["numpy"].ndarray
    cls = type(array)
    if cls is base and is_cut_off(array):
        raise Unreadable(SHORTER)
    if cls is base:
        return words._array, content_of(array) + (() if array.flags.writeable else (False,))
    own = [each for each in mro(cls)[: mro(cls).index(base)] if not HOOKS.isdisjoint(namespace(each))]
    if own and type_name(cls) not in PLAIN_ARRAYS:
        return NotImplemented
    attributes = {key: value for key, value in dictionary(array).items() if key != "_mmap"}
    if "filename" in attributes and not _is_whole(array, attributes):
        raise Unreadable(SHORTER)
    return words._part, (cls, base.view(array, base), attributes)


def _is_whole(array: Any, attributes: Facts) -> bool:
    """Return True if the file of a memory map has all bytes of the array: those beyond its end raise SIGBUS."""
    size: int = os.stat(str(attributes["filename"])).st_size
    return size >= int(str(attributes.get("offset", 0))) + int(array.nbytes)


def content_of(array: Any) -> tuple[object, ...]:
    """Return dtype, shape, order and content of an array: bytes, or a list of texts or objects."""
    dtype, order = array.dtype, "C"
    spec = spec_of(dtype)
    if dtype.hasobject or dtype.kind == "U":
        return spec, array.shape, order, listed(array.reshape(-1).tolist, array.size)
    if not array.flags.c_contiguous:
        if array.flags.f_contiguous:
            array, order = array.T, "F"
        else:
            array = array.copy(order="C")
    if array.nbytes == 0:
        return spec, array.shape, "C", b""
    shape = array.shape if order == "C" else array.T.shape
    return spec, shape, order, PickleBuffer(array.reshape(-1).view("u1"))


def _masked(array: Any) -> Any:
    facts = {"data": array.data, "mask": sys.modules["numpy"].ma.getmaskarray(array), "fill_value": array.fill_value}
    return words._table, ("numpy.MaskedArray", {**facts, "dtype": str(array.dtype)}, None)


def _generic(scalar: Any) -> Any:
    code = CODES.get(type(scalar))
    if code is not None:
        return words._scalar, (code, scalar.tobytes())
    dtype = scalar.dtype
    if dtype.hasobject:
        return reduce_with_getattr(scalar)
    if dtype.kind in "biufc":  # there may be millions of one type
        CODES[type(scalar)] = dtype.str
    return words._scalar, (spec_of(dtype), scalar.item() if dtype.kind == "U" else scalar.tobytes())


NUMPY: dict[str, Callable[[Any], Any]] = {
    "MaskedArray": _masked,
    "dtype": lambda dtype: (words._dtype, (spec_of(dtype),)),
    "ndarray": _ndarray,
}


# pandas.


def _frame(frame: Any) -> Facts:
    labels = list(frame.columns)
    columns = [(labels[at], frame.iloc[:, at].array) for at in range(len(labels))]
    types = [str(dtype) for dtype in frame.dtypes]
    cells = [(name, _plain(column)) for name, column in columns]
    facts: Facts = {"columns": frame.columns, "cells": cells, "index": frame.index, "dtypes": types}
    return {**facts, **_extras(frame)}


def _series(series: Any) -> Facts:
    facts = {"name": series.name, "cells": _plain(series.array), "index": series.index, "dtype": str(series.dtype)}
    return {**facts, **_extras(series)}


def _extras(table: Any) -> Facts:
    """Return the attributes of a table, those that its class declares, and its flags."""
    extra = {name: getattr(table, name, None) for name in getattr(table, "_metadata", ()) if name != "name"}
    if getattr(getattr(table, "flags", None), "allows_duplicate_labels", True) is False:
        extra["flags"] = {"allows_duplicate_labels": False}
    facts = {"attrs": dict(getattr(table, "attrs", None) or {}), "extra": extra}
    return {name: fact for name, fact in facts.items() if fact}


def _plain(array: Any) -> Any:
    """Return the array of numpy in a wrapper of pandas; any other array as it is."""
    name = type(array).__name__
    return array.to_numpy() if name in {"NumpyExtensionArray", "PandasArray"} else array


def _index(index: Any) -> Facts:
    facts = {"name": index.name, "cells": _plain(index.array), "dtype": str(index.dtype)}
    return {**facts, **_frequency(index)}


def _multi_index(index: Any) -> Facts:
    arrays = [sys.modules["numpy"].asarray(codes) for codes in index.codes]
    return {"levels": list(index.levels), "codes": arrays, "names": list(index.names)}


def _categorical(array: Any) -> Facts:
    codes = sys.modules["numpy"].asarray(array.codes)
    return {"codes": codes, "categories": array.categories, "ordered": array.ordered}


def _datetimes(array: Any) -> Facts:
    zone = array.tz
    naive = array if zone is None else array.tz_convert("UTC").tz_localize(None)
    facts: Facts = {"moments": sys.modules["numpy"].asarray(naive), **_frequency(array)}
    return {**facts, **_zone(zone)}


def _zone(zone: Any) -> Facts:
    """Return a time zone by its name and library, which need not be where the dump is read; any other as it is."""
    if zone is None:
        return {}
    library = type(zone).__module__.partition(".")[0]
    is_named = library in {"pytz", "zoneinfo"} and str(zone).replace("/", "").replace("_", "").isalnum()
    return {"zone": str(zone), **({"zones": library} if is_named else {"tz": zone})}


def _frequency(holder: Any) -> Facts:
    """Return the frequency of times: of an array before pandas 3, of labels since."""
    frequency = getattr(holder, "freq", None)
    return {} if frequency is None else {"freq": frequency.freqstr}


def _with_mask(array: Any) -> Facts:
    kind = array.dtype.numpy_dtype
    return {"data": array.to_numpy(dtype=kind, na_value=kind.type(0)), "mask": array.isna(), "dtype": str(array.dtype)}


def _texts(array: Any) -> Facts:
    texts = listed(lambda: array.to_numpy(dtype=object, na_value=None).tolist(), len(array))
    facts = {"storage": getattr(array.dtype, "storage", "python"), "is_nan": isinstance(array.dtype.na_value, float)}
    return {"texts": texts, **facts, "dtype": str(array.dtype)}


def _sparse(array: Any) -> Facts:
    places = array.sp_index.to_int_index().indices
    facts = {"sparse": array.sp_values, "places": places, "fill": array.fill_value, "length": len(array)}
    return {**facts, "dtype": str(array.dtype)}


def _any_array(array: Any) -> Facts | None:
    """Describe an array of another library, which its own pickle can restore."""
    texts = [str(each) for each in listed(lambda: list(array), len(array))]
    return {"texts": texts, "dtype": str(array.dtype), "native": Native(array)}


def _time(time: Any) -> Facts:
    return {"text": str(time), "value": time.value, "unit": getattr(time, "unit", "ns")}


class Native:
    """An array of another library, to be pickled by it."""

    def __init__(self, thing: object) -> None:
        self.thing = thing

    def __reduce__(self) -> Any:
        return self.thing.__reduce_ex__(words.PROTOCOL)


# polars and pyarrow.


def _polars_frame(frame: Any) -> Facts:
    columns = frame.get_columns()
    return {"cells": [(column.name, column) for column in columns], "dtypes": [str(each.dtype) for each in columns]}


def _polars_series(series: Any) -> Facts:
    facts = {"name": series.name, "dtype": str(series.dtype), "type": series.dtype}
    is_number = series.dtype.is_numeric() and "Decimal" not in str(series.dtype)
    if is_number and not series.null_count() and "numpy" in sys.modules:
        return {**facts, "cells": series.to_numpy()}
    return {**facts, "cells": listed(series.to_list, len(series))}


def _arrow_table(table: Any) -> Facts:
    names, columns = table.schema.names, table.columns
    types = [str(column.type) for column in columns]
    return {"cells": list(zip(names, columns)), "dtypes": types, "schema": table.schema}


def _arrow_array(array: Any) -> Facts:
    facts = {"dtype": str(array.type), "type": array.type}
    if not array.null_count and "numpy" in sys.modules and str(array.type) in ARROW_NUMBERS:
        options = {} if type(array).__name__ == "ChunkedArray" else {"zero_copy_only": False}
        return {**facts, "cells": array.to_numpy(**options)}
    return {**facts, "cells": listed(array.to_pylist, len(array))}


def _arrow_scalar(scalar: Any) -> Facts:
    return {"text": str(scalar.as_py()), "value": scalar.as_py(), "type": scalar.type, "dtype": str(scalar.type)}


# Arrays of other libraries.


def _tensor(tensor: Any) -> Facts | None:
    torch: Any = sys.modules["torch"]
    is_dense = tensor.layout is torch.strided and not tensor.is_quantized and tensor.device.type != "meta"
    if not is_dense or "numpy" not in sys.modules:
        return None
    plain = tensor.detach().cpu().resolve_conj().resolve_neg()
    is_known = plain.dtype.is_complex or str(plain.dtype) in TORCH_TYPES
    facts = {"cells": (plain if is_known else plain.float()).numpy(), "dtype": str(tensor.dtype)}
    if tensor.device.type != "cpu":
        facts["device"] = str(tensor.device)
    more = {"requires_grad": tensor.requires_grad, "grad": tensor.grad if tensor.is_leaf else None}
    more["parameter"] = type(tensor).__name__ == "Parameter"
    return {**facts, **{name: fact for name, fact in more.items() if fact is not None and fact is not False}}


def _sparse_matrix(matrix: Any) -> Facts:
    places = matrix.tocoo()
    facts = {"format": matrix.format, "shape": matrix.shape, "dtype": str(matrix.dtype), "class": type(matrix).__name__}
    return {**facts, "row": places.row, "col": places.col, "cells": places.data}


def _data_array(array: Any) -> Facts | None:
    coordinates = [(name, _labelled(array.coords[name].variable)) for name in array.coords]
    facts = _labelled(array.variable)
    return None if facts is None else {**facts, "name": array.name, "coords": coordinates}


def _labelled(variable: Any) -> Facts:
    """Return the parts of a variable of xarray; raise TypeError if its values would be computed or read."""
    if not isinstance(variable._data, sys.modules["numpy"].ndarray) and type(variable).__name__ != "IndexVariable":
        raise TypeError("values that are not in memory")
    return {"dims": tuple(variable.dims), "cells": variable.values, "attrs": dict(variable.attrs)}


def _dataset(dataset: Any) -> Facts:
    variables = [(name, _labelled(dataset.variables[name])) for name in dataset.variables]
    return {"variables": variables, "coords": list(dataset.coords), "attrs": dict(dataset.attrs)}


TABLE: dict[str, Callable[[Any], Facts | None]] = {
    "pandas.ArrowExtensionArray": lambda array: {"arrow": array.__arrow_array__(), "dtype": str(array.dtype)},
    "pandas.ArrowStringArray": _texts,
    "pandas.BaseMaskedArray": _with_mask,
    "pandas.Categorical": _categorical,
    "pandas.DataFrame": _frame,
    "pandas.DatetimeArray": _datetimes,
    "pandas.ExtensionArray": _any_array,
    "pandas.Index": _index,
    "pandas.Interval": scalar_facts("left", "right", "closed"),
    "pandas.IntervalArray": facts_of("left", "right", "closed"),
    "pandas.MultiIndex": _multi_index,
    "pandas.NAType": lambda _: {"text": "<NA>"},
    "pandas.NaTType": lambda _: {"text": "NaT"},
    "pandas.Period": scalar_facts("ordinal", freq="freqstr"),
    "pandas.PeriodArray": facts_of(ordinals="asi8", freq="freqstr"),
    "pandas.RangeIndex": facts_of("start", "stop", "step", "name"),
    "pandas.Series": _series,
    "pandas.SparseArray": _sparse,
    "pandas.StringArray": _texts,
    "pandas.Timedelta": _time,
    "pandas.TimedeltaArray": lambda array: {"moments": sys.modules["numpy"].asarray(array), **_frequency(array)},
    "pandas.Timestamp": lambda moment: {**_time(moment), **_zone(moment.tz)},
    "polars.DataFrame": _polars_frame,
    "polars.Series": _polars_series,
    "pyarrow.Array": _arrow_array,
    "pyarrow.ChunkedArray": _arrow_array,
    "pyarrow.RecordBatch": _arrow_table,
    "pyarrow.Scalar": _arrow_scalar,
    "pyarrow.Table": _arrow_table,
    "scipy._spbase": _sparse_matrix,
    "scipy.spmatrix": _sparse_matrix,
    "torch.Tensor": _tensor,
    "xarray.DataArray": _data_array,
    "xarray.Dataset": _dataset,
    "xarray.IndexVariable": _labelled,
    "xarray.Variable": _labelled,
}
