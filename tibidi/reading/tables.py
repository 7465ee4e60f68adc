"""Rebuild tables and arrays with the libraries that are here, in whatever version, from their description.

Where a library is missing or refuses, the table is the inert one: its content
without the library.
"""

from __future__ import annotations

import importlib
import warnings
from datetime import tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING
from typing import Any

from tibidi.reading.inert import described
from tibidi.reading.inert.types import InertObject
from tibidi.words.standins import StandIn
from tibidi.words.standins import is_missing

if TYPE_CHECKING:
    from collections.abc import Callable

    Facts = dict[str, Any]


def make_table(kind: str, facts: Facts, cls: Any = None) -> object:
    """Return a table of a library; raise what the library raises, ImportError if it is not here."""
    library = kind.partition(".")[0]
    module = importlib.import_module(MODULES.get(library, library))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about calls that the next version will not have
        return BUILDERS[kind](module, facts, cls)


# Importable names of the libraries whose tables are in a package of theirs.
MODULES = {"scipy": "scipy.sparse"}


# numpy.


def _kind(spec: Any) -> Any:
    """Return what `numpy.dtype` takes for a dtype as the writer describes it."""
    if isinstance(spec, str):
        return spec
    if spec[0] == "sub":
        return _kind(spec[1]), spec[2]
    _, names, kinds, offsets, size = spec
    return {"names": names, "formats": [_kind(each) for each in kinds], "offsets": offsets, "itemsize": size}


def make_array(spec: Any, shape: tuple[int, ...], order: str, content: Any) -> Any:
    """Return an array, without numpy an inert one."""
    try:
        import numpy as np
    except ImportError:
        return described.make_array(spec, shape, order, content)
    dtype = np.dtype(_kind(spec))
    if not isinstance(content, list):
        data = bytearray(content) if isinstance(content, bytes) else content  # so that the array is writable
        return np.frombuffer(data, dtype=dtype).reshape(shape, order=order)  # type: ignore[call-overload]  # from a file
    made = np.empty(len(content), dtype=dtype)
    if dtype.char == "O":
        for number, item in enumerate(content):
            made[number] = item
    elif content:
        made[:] = content
    return made.reshape(shape)


def make_dtype(spec: Any) -> Any:
    """Return a dtype."""
    try:
        return importlib.import_module("numpy").dtype(_kind(spec))
    except ImportError:
        return described.make_dtype(spec)


def make_scalar(spec: Any, data: Any) -> Any:
    """Return a scalar."""
    try:
        import numpy as np
    except ImportError:
        return described.make_scalar(spec, data)
    if isinstance(data, str):
        return np.str_(data)
    return np.frombuffer(data, dtype=_simple(spec) if isinstance(spec, str) else np.dtype(_kind(spec)))[0]


@lru_cache(maxsize=100)
def _simple(code: str) -> Any:
    """Return the dtype with this code; there are few, but maybe millions of scalars."""
    return importlib.import_module("numpy").dtype(code)


def make_part(cls: Any, array: Any, attributes: dict[str, object]) -> Any:
    """Return an array of a subclass, with the attributes of the object."""
    if not isinstance(cls, type) or is_missing(cls) or isinstance(array, InertObject):
        return described.make_part(cls, array, attributes)
    made = array.view(cls)
    if attributes:
        vars(made).update(attributes)
    return made


def _masked(np: Any, facts: Facts, _: object) -> Any:
    return np.ma.MaskedArray(facts["data"], mask=facts["mask"], fill_value=facts["fill_value"])


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
        cells = described_objects(pd, [cells] * len(index))
    elif isinstance(cells, InertObject) and len(cells) == len(index):  # type: ignore[arg-type]  # a column
        cells = described_objects(pd, list(cells))  # type: ignore[call-overload]  # likewise
    dtype = getattr(cells, "dtype", None)
    return pd.Series(cells, index=index, dtype=dtype, copy=False)


def described_objects(pd: Any, things: list[Any]) -> Any:
    """Return an array of objects."""
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
    cells = facts["cells"]
    if facts.get("dtype") == "object":
        return pd.Index(cells, dtype=object, name=facts["name"])
    made = pd.Index(cells, name=facts["name"])
    if "freq" in facts and getattr(made, "freq", "") is None:
        made.freq = facts["freq"]
    return made


def _range_index(pd: Any, facts: Facts, _: object) -> Any:
    return pd.RangeIndex(facts["start"], facts["stop"], facts["step"], name=facts["name"])


def _multi_index(pd: Any, facts: Facts, _: object) -> Any:
    return pd.MultiIndex(facts["levels"], facts["codes"], names=facts["names"], verify_integrity=False)


def _categorical(pd: Any, facts: Facts, _: object) -> Any:
    return pd.Categorical.from_codes(facts["codes"], categories=facts["categories"], ordered=facts["ordered"])


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


def _intervals(pd: Any, facts: Facts, _: object) -> Any:
    return pd.arrays.IntervalArray.from_arrays(facts["left"], facts["right"], closed=facts["closed"])


def _with_mask(pd: Any, facts: Facts, _: object) -> Any:
    kinds = {"b": "BooleanArray", "f": "FloatingArray", "i": "IntegerArray", "u": "IntegerArray"}
    return getattr(pd.arrays, kinds[facts["data"].dtype.kind])(facts["data"], facts["mask"])


def _texts(pd: Any, facts: Facts, _: object) -> Any:
    """Return a column of texts; before pandas 3, one of objects for what has NaN for missing values there."""
    texts = facts["texts"]
    if facts["is_nan"]:
        try:
            return pd.array(texts, dtype=pd.StringDtype(na_value=float("nan")))
        except TypeError:
            return described_objects(pd, [float("nan") if each is None else each for each in texts])
    try:
        return pd.array(texts, dtype=pd.StringDtype(facts["storage"]))
    except (ImportError, TypeError, ValueError):
        return pd.array(texts, dtype="string")


def _sparse(pd: Any, facts: Facts, _: object) -> Any:
    array = pd.arrays.SparseArray
    if hasattr(array, "from_indices"):  # pandas 3.1
        return array.from_indices(facts["sparse"], facts["places"], facts["length"], facts["fill"])
    index = pd._libs.sparse.IntIndex(facts["length"], facts["places"])
    return array(facts["sparse"], sparse_index=index, fill_value=facts["fill"])


def _arrow(pd: Any, facts: Facts, _: object) -> Any:
    return pd.arrays.ArrowExtensionArray(facts["arrow"])


def _any_array(pd: Any, facts: Facts, _: object) -> Any:
    if not isinstance(facts["native"], pd.api.extensions.ExtensionArray):
        raise TypeError("its library is not here")
    return facts["native"]


def _timestamp(pd: Any, facts: Facts, _: object) -> Any:
    made = pd.Timestamp(facts["value"], tz="UTC" if "zone" in facts else None)
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


def _timedelta(pd: Any, facts: Facts, _: object) -> Any:
    made = pd.Timedelta(facts["value"])
    return made.as_unit(facts["unit"]) if facts["unit"] != "ns" and hasattr(made, "as_unit") else made


# polars, pyarrow and others.


def _polars_series(pl: Any, facts: Facts, _: object) -> Any:
    return pl.Series(facts["name"], facts["cells"], dtype=facts["type"])


def _arrow_array(pa: Any, facts: Facts, _: object) -> Any:
    return pa.array(facts["cells"], type=facts["type"])


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


def _data_array(xr: Any, facts: Facts, _: object) -> Any:
    coords = {name: (each["dims"], each["cells"], each["attrs"]) for name, each in facts["coords"]}
    return xr.DataArray(facts["cells"], coords, facts["dims"], facts["name"], facts["attrs"])


def _dataset(xr: Any, facts: Facts, _: object) -> Any:
    variables = {name: (each["dims"], each["cells"], each["attrs"]) for name, each in facts["variables"]}
    made = xr.Dataset(variables, attrs=facts["attrs"])
    return made.set_coords([name for name in facts["coords"] if name in made.variables])


BUILDERS: dict[str, Callable[[Any, Facts, Any], Any]] = {
    "numpy.MaskedArray": _masked,
    "pandas.ArrowExtensionArray": _arrow,
    "pandas.ArrowStringArray": _texts,
    "pandas.BaseMaskedArray": _with_mask,
    "pandas.Categorical": _categorical,
    "pandas.DataFrame": _frame,
    "pandas.DatetimeArray": _moments,
    "pandas.ExtensionArray": _any_array,
    "pandas.Index": _index,
    "pandas.Interval": lambda pd, facts, _: pd.Interval(facts["left"], facts["right"], facts["closed"]),
    "pandas.IntervalArray": _intervals,
    "pandas.MultiIndex": _multi_index,
    "pandas.NAType": lambda pd, *_: pd.NA,
    "pandas.NaTType": lambda pd, *_: pd.NaT,
    "pandas.Period": lambda pd, facts, _: pd.Period(ordinal=facts["ordinal"], freq=facts["freq"]),
    "pandas.PeriodArray": _periods,
    "pandas.RangeIndex": _range_index,
    "pandas.Series": _series,
    "pandas.SparseArray": _sparse,
    "pandas.StringArray": _texts,
    "pandas.Timedelta": _timedelta,
    "pandas.TimedeltaArray": _moments,
    "pandas.Timestamp": _timestamp,
    "polars.DataFrame": lambda pl, facts, _: pl.DataFrame([column for _, column in facts["cells"]]),
    "polars.Series": _polars_series,
    "pyarrow.Array": _arrow_array,
    "pyarrow.ChunkedArray": lambda pa, facts, _: pa.chunked_array([_arrow_array(pa, facts, None)]),
    "pyarrow.RecordBatch": lambda pa, facts, _: pa.RecordBatch.from_arrays(
        [each for _, each in facts["cells"]], schema=facts["schema"]
    ),
    "pyarrow.Scalar": lambda pa, facts, _: pa.scalar(facts["value"], facts["type"]),
    "pyarrow.Table": lambda pa, facts, _: pa.Table.from_arrays(
        [each for _, each in facts["cells"]], schema=facts["schema"]
    ),
    "scipy._spbase": _sparse_matrix,
    "scipy.spmatrix": _sparse_matrix,
    "torch.Tensor": _tensor,
    "xarray.DataArray": _data_array,
    "xarray.Dataset": _dataset,
}
