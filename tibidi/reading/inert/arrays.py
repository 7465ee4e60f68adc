"""Arrays of numpy from an untrusted dump: real ones if numpy is installed.

numpy's own unpickling trusts its input: a dtype whose fields are outside its items reads foreign memory.  So it is not
used: dtypes are built from their names, and arrays from bytes that are counted first.  If numpy is not installed, an
array is inert (`ndarray`): shape, dtype, bytes.

A dtype that numpy pickled comes in two steps.  The writer describes one as plain
data: a code, or the parts of a record or of an array within an item.
"""

from __future__ import annotations

import importlib
import math
import re
import sys
from collections.abc import Callable
from functools import lru_cache

from tibidi.process.hints import Any
from tibidi.reading.inert import plain, types
from tibidi.reading.inert.items import MAX_NESTING
from tibidi.reading.inert.loading import REFUSED
from tibidi.reading.inert.ndarray import InertArray, InertDtype, checked_shape, facts
from tibidi.reading.inert.ndarray import make_scalar as make_inert_scalar

# One kind of item: byte order, kind, size in bytes (characters for U), unit of time.
CODE = re.compile(r"([<>|=]?)([?a-zA-Z][0-9]{0,9})(\[[0-9]{0,9}[A-Za-z]{1,7}\])?")
MOST_PADDING = 64  # characters of an array of texts for each that it has


def numpy() -> Any:
    """Return numpy, None if it is not installed."""
    return sys.modules["numpy"] if "numpy" in sys.modules else _imported()


@lru_cache(maxsize=1)
def _imported() -> Any:
    """Look for numpy once: there may be millions of scalars."""
    try:
        return importlib.import_module("numpy")
    except ImportError:
        return None


def make_dtype(spec: object, *_: object, levels: int = MAX_NESTING) -> InertDtype:
    """Return a dtype from its description, or its beginning from the code that `numpy.dtype` takes."""
    if levels == 0:
        raise ValueError("a dtype of too many levels")
    if type(spec) is tuple and spec[:1] == ("sub",):
        _, base, shape = spec
        parts = (make_dtype(base, levels=levels - 1), checked_shape(shape))
        return types.instance(InertDtype, code="V", subarray=parts)
    if type(spec) is tuple and spec[:1] in (("fields",), ("record",)):
        kind, *columns, size = spec
        fields = [
            (plain.expect_text(name), make_dtype(kind, levels=levels - 1), plain.expect(at, int))
            for name, kind, at in zip(*(plain.expect(column, list) for column in columns))
        ]
        code = f"V{plain.expect(size, int)}"
        return types.instance(InertDtype, code=code, fields=fields, size=size, is_record=kind == "record")
    if isinstance(spec, types.InertType) and spec._inert_name_ == "numpy.record":
        spec = "V8"
    found = CODE.fullmatch(plain.expect_text(spec, 40))
    if found is None:
        raise ValueError("not a kind of item")
    order, code, unit = found.groups()
    made = types.instance(InertDtype, code=code, **({"unit": unit} if unit else {}))
    if order in {"<", ">"}:
        made.__dict__["order"] = order
    return made


@lru_cache(maxsize=100)
def simple_dtype(code: str) -> Any:
    """Return the dtype with this code; there are few, but maybe millions of scalars."""
    return finished(make_dtype(code))


def real_dtype(np: Any, made: object, levels: int = MAX_NESTING) -> Any:
    """Return the dtype that `made` describes, checked by numpy like one in source code."""
    if isinstance(made, np.dtype):
        return made
    if levels == 0:  # probably a part of itself
        raise ValueError("not a dtype")
    own = plain.expect(made, InertDtype).__dict__
    if "subarray" in own:
        base, shape = own["subarray"]
        return np.dtype((real_dtype(np, base, levels - 1), checked_shape(shape if type(shape) is tuple else (shape,))))
    if "fields" in own:
        names, kinds, offsets = zip(*own["fields"]) if own["fields"] else ((), (), ())
        formats = [real_dtype(np, kind, levels - 1) for kind in kinds]
        found = np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": own["size"]})
        return np.dtype((np.record, found)) if own.get("is_record") is True else found
    return np.dtype(own.get("order", "") + own["code"] + own.get("unit", ""))


def make_array(spec: object, shape: object, order: object, content: object, is_writable: object = True) -> object:
    """Return an array of these bytes, or of this list of texts or objects."""
    made = _filled(spec, shape, order, content)
    if is_writable is False and FROZEN and FROZEN[-1] is made:
        FROZEN.pop()
    return made


def _filled(spec: object, shape: object, order: object, content: object) -> object:
    kind, sizes, np = make_dtype(spec), checked_shape(shape), numpy()
    if type(content) is not list:
        return from_buffer(content, kind, sizes, order)
    # Objects come later, and texts that would take far more memory than they do in the file are left in their list.
    chars = int(kind.__dict__["code"][1:] or 1) if kind.__dict__["code"][:1] == "U" else None
    if np is None or chars is None or any(type(each) is not str for each in content):
        return facts(kind, sizes, content)
    if chars * len(content) > MOST_PADDING * (len(content) + sum(map(len, content))):
        return facts(kind, sizes, content)
    return frozen(np.array(content, dtype=real_dtype(np, kind)).reshape(sizes))


def from_buffer(buffer: object, kind: object, shape: object, order: object, *_: object) -> object:
    """Make an array from bytes, like `numpy.core.numeric._frombuffer`."""
    data = plain.expect(buffer, bytes, bytearray)
    sizes, np = checked_shape(shape), numpy()
    if np is None:
        return facts(kind, sizes, data, "F" if order == "F" else "C")
    made = _items(np, kind, bytearray(data), math.prod(sizes))
    return frozen(made.reshape(sizes, order="F" if order == "F" else "C"))


def _items(np: Any, kind: object, data: bytes | bytearray, count: int) -> Any:
    """Return so many items; raise ValueError for others, and for characters that numpy takes, but cannot read."""
    dtype = real_dtype(np, kind)
    if dtype.hasobject or count * dtype.itemsize != len(data):
        raise ValueError("an array of another size than its bytes")
    if dtype.kind == "U":
        codes = np.frombuffer(data, dtype=np.dtype("u4").newbyteorder(dtype.byteorder))
        if codes.size and codes.max() > sys.maxunicode:
            raise ValueError("an invalid character")
    return np.frombuffer(data, dtype=dtype)


def make_scalar(spec: object, data: object) -> object:
    """Return a scalar of these bytes; a text comes as it is."""
    return data if type(data) is str else scalar(simple_dtype(spec) if type(spec) is str else make_dtype(spec), data)


def scalar(kind: object, data: object = b"") -> object:
    """Make a scalar, like `numpy.core.multiarray.scalar`."""
    np = numpy()
    if np is None:
        return make_inert_scalar(plain.expect(kind, InertDtype), plain.expect(data, bytes))
    return _items(np, kind, plain.expect(data, bytes), 1)[0]


def reconstruct(cls: object = None, *_: object) -> InertArray:
    """Begin an array that its state finishes, like `numpy.core.multiarray._reconstruct`; `cls` may be a subclass."""
    made = facts(None, (0,), b"")
    if isinstance(cls, types.InertType) and cls.__module__.partition(".")[0] != "numpy":
        made.__class__ = types.make_type(cls.__module__, cls.__qualname__, InertArray)
    return made


def finished(thing: object) -> object:
    """Return the array or dtype of numpy for one that is described, `thing` itself for anything else."""
    np = numpy() if type(thing) in {InertArray, InertDtype} else None
    try:
        return thing if np is None else _finished(np, thing)
    except REFUSED:
        return thing


def _finished(np: Any, thing: Any) -> object:
    if type(thing) is InertDtype:
        return real_dtype(np, thing)
    own = thing.__dict__
    sizes, content, order = own["shape"], own["data"], own["_view_"][-1]
    if type(content) is not list:
        return from_buffer(content, own["dtype"], sizes, order)
    dtype = real_dtype(np, own["dtype"])
    if dtype != np.dtype("O") or len(content) != math.prod(sizes):
        raise ValueError("an array of another size than its objects")
    array = np.empty(len(content), dtype=dtype)
    for number, item in enumerate(content):
        array[number] = item
    return array.reshape(sizes, order=order)


# Arrays that cannot be changed until their pickle has been read: numpy would ask what is assigned for memory to read.
FROZEN: list[Any] = []


def frozen(made: Any) -> Any:
    """Return an array that cannot be changed until `thaw`."""
    made.flags.writeable = False
    FROZEN.append(made)
    return made


def thaw() -> None:
    """Make the arrays of a pickle that was read writable."""
    for array in FROZEN:
        array.flags.writeable = True
    FROZEN.clear()


CORES = ("core", "_core")  # since numpy 2
WORDS: dict[tuple[str, str], Callable[..., object]] = {
    ("numpy", "dtype"): make_dtype,
    ("tibidi", "_array"): make_array,
    ("tibidi", "_dtype"): make_dtype,
    ("tibidi", "_scalar"): make_scalar,
    **{(f"numpy.{core}.multiarray", "_reconstruct"): reconstruct for core in CORES},
    **{(f"numpy.{core}.multiarray", "scalar"): scalar for core in CORES},
    **{(f"numpy.{core}.numeric", "_frombuffer"): from_buffer for core in CORES},
}
