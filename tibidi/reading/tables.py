"""Rebuild tables and arrays with the libraries that are here, in whatever version, from their description.

Where a library is missing or refuses, the table is the inert one: its content without the library.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from datetime import tzinfo
from operator import attrgetter
from typing import Any

from tibidi.reading.inert import arrays, described
from tibidi.reading.inert.types import InertObject
from tibidi.words.standins import StandIn, is_missing

Facts = dict[str, Any]


def make_table(kind: str, facts: Facts, cls: Any = None) -> object:
    """Return a table of a library; raise what the library raises, ImportError if it is not here."""
    library = kind.partition(".")[0]
    module = importlib.import_module("scipy.sparse" if library == "scipy" else library)
    if library != "numpy":
        _thaw(list(facts.values()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about calls that the next version will not have
        return BUILDERS[kind](module, facts, cls)


def _thaw(parts: list[Any]) -> None:
    """Make the arrays of a table writable: pandas and others show those that they own as read-only."""
    for part in parts:
        if isinstance(part, (list, tuple)):
            _thaw([each for each in part if type(each).__name__ in {"ndarray", "tuple"}])
        elif type(part).__name__ == "ndarray" and not part.flags.writeable:
            part.flags.writeable = True


# numpy.


def make_array(spec: Any, shape: tuple[int, ...], order: Any, content: Any, is_writable: bool = True) -> Any:
    """Return an array, without numpy an inert one."""
    if arrays.numpy() is None:
        return arrays.make_array(spec, shape, order, content)
    made = _array(make_dtype(spec), shape, order, content)
    if not is_writable:
        made.flags.writeable = False
    return made


def _array(dtype: Any, shape: tuple[int, ...], order: Any, content: Any) -> Any:
    np = arrays.numpy()
    if not isinstance(content, list):
        data = bytearray(content) if isinstance(content, bytes) else content  # so that the array is writable
        return np.frombuffer(data, dtype=dtype).reshape(shape, order=order)
    made = np.empty(len(content), dtype=dtype)
    if dtype.char == "O":
        for number, item in enumerate(content):
            made[number] = item
    elif content:
        made[:] = content
    return made.reshape(shape)


def make_dtype(spec: Any) -> Any:
    """Return a dtype."""
    return arrays.simple_dtype(spec) if isinstance(spec, str) else arrays.finished(arrays.make_dtype(spec))


def make_scalar(spec: Any, data: Any) -> Any:
    """Return a scalar."""
    np = arrays.numpy()
    if np is None:
        return arrays.make_scalar(spec, data)
    return np.str_(data) if isinstance(data, str) else np.frombuffer(data, dtype=make_dtype(spec))[0]


def make_part(cls: Any, array: Any, attributes: dict[str, object]) -> Any:
    """Return an array of a subclass, with the attributes of the object."""
    if not isinstance(cls, type) or is_missing(cls) or isinstance(array, InertObject):
        return described.make_part(cls, array, attributes)
    made = array.view(cls)
    if attributes:
        vars(made).update(attributes)
    return made


# pandas.


def _frame(pd: Any, facts: Facts, cls: Any) -> Any:
    index = facts["index"]
    columns = {number: _filled(pd, cells, index) for number, (_, cells) in enumerate(facts["cells"])}
    made = pd.DataFrame(columns, index=index, copy=False)
    made.columns = facts["columns"]
    return _with_extras(made, facts, cls)


def _filled(pd: Any, cells: Any, index: Any) -> Any:
    """Return a column; a stand-in fills it, and one of a library that is not here has its values as objects."""
    if isinstance(cells, StandIn):
        cells = _objects([cells] * len(index))
    elif isinstance(cells, InertObject) and len(cells) == len(index):  # type: ignore[arg-type]  # a column
        cells = _objects(list(cells))  # type: ignore[call-overload]  # likewise
    return pd.Series(cells, index=index, dtype=getattr(cells, "dtype", None), copy=False)


def _objects(things: list[Any]) -> Any:
    return make_array("|O", (len(things),), "C", things)


def _series(pd: Any, facts: Facts, cls: Any) -> Any:
    made = _filled(pd, facts["cells"], facts["index"])
    made.name = facts["name"]
    return _with_extras(made, facts, cls)


def _with_extras(made: Any, facts: Facts, cls: Any) -> Any:
    """Set attributes and flags, and make it an instance of the application's subclass without its `__init__`."""
    if isinstance(cls, type) and not is_missing(cls):
        base: Any = next(base for base in cls.__mro__ if base.__module__.startswith("pandas"))
        plain, made = made, base.__new__(cls)
        base.__init__(made, plain)
    if "attrs" in facts:
        made.attrs.update(facts["attrs"])
    extra = dict(facts.get("extra", {}))
    if extra.pop("flags", None):
        made.flags.allows_duplicate_labels = False
    for name, value in extra.items():
        object.__setattr__(made, name, value)
    return made


def _index(pd: Any, facts: Facts, _: object) -> Any:
    if facts.get("dtype") == "object":
        return pd.Index(facts["cells"], dtype=object, name=facts["name"])
    made = pd.Index(facts["cells"], name=facts["name"])
    if "freq" in facts and getattr(made, "freq", "") is None:
        made.freq = facts["freq"]
    return made


def _moments(pd: Any, facts: Facts, _: object) -> Any:
    made = pd.array(facts["moments"])
    if "zone" in facts:
        made = made.tz_localize("UTC").tz_convert(_zone(facts))
    if "freq" in facts and hasattr(made, "freq"):
        kind = pd.DatetimeIndex if facts["moments"].dtype.kind == "M" else pd.TimedeltaIndex
        return kind(made, freq=facts["freq"]).array
    return made


def _periods(pd: Any, facts: Facts, _: object) -> Any:
    if hasattr(pd.PeriodIndex, "from_ordinals"):
        return pd.PeriodIndex.from_ordinals(facts["ordinals"], freq=facts["freq"]).array
    return pd.arrays.PeriodArray(facts["ordinals"], freq=facts["freq"])


def _with_mask(pd: Any, facts: Facts, _: object) -> Any:
    kinds = {"b": "BooleanArray", "f": "FloatingArray", "i": "IntegerArray", "u": "IntegerArray"}
    return getattr(pd.arrays, kinds[facts["data"].dtype.kind])(facts["data"], facts["mask"])


def _texts(pd: Any, facts: Facts, _: object) -> Any:
    """Return a column of texts; before pandas 3, one of objects for what has NaN for missing values there."""
    texts = facts["texts"]
    try:
        kind = {"na_value": float("nan")} if facts["is_nan"] else {"storage": facts["storage"]}
        return pd.array(texts, dtype=pd.StringDtype(**kind))
    except (ImportError, TypeError, ValueError):
        if facts["is_nan"]:
            return _objects([float("nan") if each is None else each for each in texts])
        return pd.array(texts, dtype="string")


def _sparse(pd: Any, facts: Facts, _: object) -> Any:
    array = pd.arrays.SparseArray
    if hasattr(array, "from_indices"):  # pandas 3.1
        return array.from_indices(facts["sparse"], facts["places"], facts["length"], facts["fill"])
    index = pd._libs.sparse.IntIndex(facts["length"], facts["places"])
    return array(facts["sparse"], sparse_index=index, fill_value=facts["fill"])


def _any_array(pd: Any, facts: Facts, _: object) -> Any:
    if not isinstance(facts["native"], pd.api.extensions.ExtensionArray):
        raise TypeError("its library is not here")
    return facts["native"]


def _time(made: Any, facts: Facts, _: object = None) -> Any:
    """Return a Timestamp or Timedelta in its unit and zone."""
    if facts["unit"] != "ns" and hasattr(made, "as_unit"):
        made = made.as_unit(facts["unit"])
    return made.tz_convert(_zone(facts)) if "zone" in facts else made


def _zone(facts: Facts) -> Any:
    """Return a time zone of the library that it was of, or its name, for which pandas has one."""
    if isinstance(facts.get("tz"), tzinfo):
        return facts["tz"]
    try:
        library = importlib.import_module(facts["zones"])
        return (library.timezone if facts["zones"] == "pytz" else library.ZoneInfo)(facts["zone"])
    except Exception:  # noqa: BLE001 - no such library, no such zone
        return facts["zone"]


# Others.


def _tensor(torch: Any, facts: Facts, _: object) -> Any:
    made = torch.from_numpy(facts["cells"].copy()).to(getattr(torch, facts["dtype"].partition(".")[2]))
    if "parameter" in facts:
        made = torch.nn.Parameter(made, requires_grad="requires_grad" in facts)
    elif "requires_grad" in facts:
        made.requires_grad_()
    if "grad" in facts:
        made.grad = facts["grad"]
    return made


def _sparse_matrix(sparse: Any, facts: Facts, _: object) -> Any:
    kind = "coo_array" if facts["class"].endswith("array") else "coo_matrix"
    parts = (facts["cells"], (facts["row"], facts["col"]))
    return getattr(sparse, kind)(parts, shape=facts["shape"]).asformat(facts["format"])


def _variables(known: Any) -> dict[str, tuple[Any, ...]]:
    return {name: (each["dims"], each["cells"], each["attrs"]) for name, each in known}


def _dataset(xr: Any, facts: Facts, _: object) -> Any:
    made = xr.Dataset(_variables(facts["variables"]), attrs=facts["attrs"])
    return made.set_coords([name for name in facts["coords"] if name in made.variables])


def _calls(name: str, /, *keys: str, **named: str) -> Callable[[Any, Facts, Any], Any]:
    """Return a builder that calls what a library has under that name, with these facts as arguments."""
    find = attrgetter(name)
    return lambda module, facts, _: find(module)(
        *(facts[key] for key in keys), **{key: facts[fact] for key, fact in named.items()}
    )


def _columns(facts: Facts, fill: Callable[[int, list[str]], Any]) -> list[Any]:
    """Return the columns; `fill` makes one of a stand-in, by its number and a text for each row."""
    columns = [column for _, column in facts["cells"]]
    rows = max((len(each) for each in columns if not isinstance(each, StandIn)), default=0)
    for at, each in enumerate(columns):
        if isinstance(each, StandIn):
            columns[at] = fill(at, [repr(each)] * rows)
    return columns


def _arrow_table(pa: Any, cls: Any, facts: Facts) -> Any:
    types = facts["schema"].types

    def fill(at: int, texts: list[str]) -> Any:
        return pa.array(texts if "string" in str(types[at]) else [None] * len(texts), types[at])

    return cls.from_arrays(_columns(facts, fill), schema=facts["schema"])


def _polars_frame(pl: Any, facts: Facts, _: object) -> Any:
    return pl.DataFrame(_columns(facts, lambda at, texts: pl.Series(facts["cells"][at][0], texts)))


BUILDERS: dict[str, Callable[[Any, Facts, Any], Any]] = {
    "numpy.MaskedArray": _calls("ma.MaskedArray", "data", mask="mask", fill_value="fill_value"),
    "pandas.ArrowExtensionArray": _calls("arrays.ArrowExtensionArray", "arrow"),
    "pandas.ArrowStringArray": _texts,
    "pandas.BaseMaskedArray": _with_mask,
    "pandas.Categorical": _calls("Categorical.from_codes", "codes", categories="categories", ordered="ordered"),
    "pandas.DataFrame": _frame,
    "pandas.DatetimeArray": _moments,
    "pandas.ExtensionArray": _any_array,
    "pandas.Index": _index,
    "pandas.Interval": _calls("Interval", "left", "right", "closed"),
    "pandas.IntervalArray": _calls("arrays.IntervalArray.from_arrays", "left", "right", closed="closed"),
    "pandas.MultiIndex": lambda pd, facts, _: pd.MultiIndex(
        facts["levels"], facts["codes"], names=facts["names"], verify_integrity=False
    ),
    "pandas.NAType": lambda pd, *_: pd.NA,
    "pandas.NaTType": lambda pd, *_: pd.NaT,
    "pandas.Period": _calls("Period", ordinal="ordinal", freq="freq"),
    "pandas.PeriodArray": _periods,
    "pandas.RangeIndex": _calls("RangeIndex", "start", "stop", "step", name="name"),
    "pandas.Series": _series,
    "pandas.SparseArray": _sparse,
    "pandas.StringArray": _texts,
    "pandas.Timedelta": lambda pd, facts, _: _time(pd.Timedelta(facts["value"]), facts),
    "pandas.TimedeltaArray": _moments,
    "pandas.Timestamp": lambda pd, facts, _: _time(
        pd.Timestamp(facts["value"], tz="UTC" if "zone" in facts else None), facts
    ),
    "polars.DataFrame": _polars_frame,
    "polars.Series": _calls("Series", "name", "cells", dtype="type"),
    "pyarrow.Array": _calls("array", "cells", type="type"),
    "pyarrow.ChunkedArray": lambda pa, facts, _: pa.chunked_array([pa.array(facts["cells"], type=facts["type"])]),
    "pyarrow.RecordBatch": lambda pa, facts, _: _arrow_table(pa, pa.RecordBatch, facts),
    "pyarrow.Scalar": _calls("scalar", "value", "type"),
    "pyarrow.Table": lambda pa, facts, _: _arrow_table(pa, pa.Table, facts),
    "scipy._spbase": _sparse_matrix,
    "scipy.spmatrix": _sparse_matrix,
    "torch.Tensor": _tensor,
    "xarray.DataArray": lambda xr, facts, _: xr.DataArray(
        facts["cells"], _variables(facts["coords"]), facts["dims"], facts["name"], facts["attrs"]
    ),
    "xarray.Dataset": _dataset,
    "xarray.IndexVariable": _calls("IndexVariable", "dims", "cells", "attrs"),
    "xarray.Variable": _calls("Variable", "dims", "cells", "attrs"),
}
