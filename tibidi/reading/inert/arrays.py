"""Arrays of numpy from an untrusted dump: real ones if numpy is installed.

numpy's own unpickling trusts its input: a dtype whose fields are outside its
items reads foreign memory.  So it is not used: dtypes are built from their
names, and arrays from bytes that are counted first.  If numpy is not
installed, an array is inert (`ndarray`): shape, dtype, bytes.
"""

from __future__ import annotations

import importlib
import math
import re
import sys
from typing import Any
from typing import Callable

from tibidi.reading.inert import plain
from tibidi.reading.inert.items import MAX_NESTING
from tibidi.reading.inert.loading import REFUSED
from tibidi.reading.inert.ndarray import InertArray
from tibidi.reading.inert.ndarray import InertDtype
from tibidi.reading.inert.ndarray import checked_shape
from tibidi.reading.inert.ndarray import facts
from tibidi.reading.inert.ndarray import make_scalar
from tibidi.reading.inert.types import InertType
from tibidi.reading.inert.types import instance

# One kind of item: byte order, kind, size in bytes (characters for U).
CODE = re.compile(r"[<>|=]?(?:[?bBhHiIlLqQefdFDg]|[biufcSVUaO?][0-9]{0,9}|[mM]8)")


def numpy() -> Any:
    """Return numpy, None if it is not installed."""
    try:
        return sys.modules["numpy"] if "numpy" in sys.modules else importlib.import_module("numpy")
    except ImportError:
        return None


def make_dtype(code: object, *_: object) -> InertDtype:
    """Begin a dtype from its code; the fields of a record come with its state."""
    if isinstance(code, InertType) and code._inert_name_ == "numpy.record":
        code = "V8"
    if not CODE.fullmatch(plain.expect_text(code, 20)):
        raise ValueError("not a kind of item")
    return instance(InertDtype, code=code)


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
        names, kinds, offsets = zip(*own["fields"])
        formats = [real_dtype(np, kind, levels - 1) for kind in kinds]
        return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": own["size"]})
    code = own["code"].lstrip("<>|=")
    return np.dtype(own.get("order", "") + code + own.get("unit", ""))


def from_buffer(buffer: object, kind: object, shape: object, order: object, *_: object) -> object:
    """Make an array from bytes, like `numpy.core.numeric._frombuffer`."""
    data = plain.expect(buffer, bytes, bytearray)
    sizes = checked_shape(shape)
    np = numpy()
    if np is None:
        return facts(kind, sizes, data, "F" if order == "F" else "C")
    dtype = real_dtype(np, kind)
    if dtype.hasobject or math.prod(sizes) * dtype.itemsize != len(data):
        raise ValueError("an array of another size than its bytes")
    if dtype.kind == "U":
        check_characters(np, dtype, data)
    made = np.frombuffer(bytearray(data), dtype=dtype).reshape(sizes, order="F" if order == "F" else "C")
    return frozen(made)


def check_characters(np: Any, dtype: Any, data: object) -> None:
    """Raise ValueError for invalid characters: numpy takes them, and fails each time they are read."""
    codes = np.frombuffer(data, dtype=np.dtype("u4").newbyteorder(dtype.byteorder))
    if codes.size and codes.max() > sys.maxunicode:
        raise ValueError("an invalid character")


def reconstruct(_kind: object, _shape: object, _code: object) -> InertArray:
    """Begin an array that `array_state` finishes, like `numpy.core.multiarray._reconstruct`."""
    return facts(None, (0,), b"")


def finished(thing: object) -> object:
    """Return the array or dtype of numpy for one that is described, `thing` itself for anything else."""
    if type(thing) not in {InertArray, InertDtype}:
        return thing
    np = numpy()
    try:
        return thing if np is None else _finished(np, thing)
    except REFUSED:
        return thing


def _finished(np: Any, thing: Any) -> object:
    if type(thing) is InertDtype:
        return real_dtype(np, thing)
    own = thing.__dict__
    sizes, content = own["shape"], own["data"]
    order = own.get("_order_", "C")
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


def scalar(kind: object, data: object = b"") -> object:
    """Make a scalar, like `numpy.core.multiarray.scalar`."""
    np = numpy()
    if np is None:
        return make_scalar(plain.expect(kind, InertDtype), plain.expect(data, bytes))
    dtype = real_dtype(np, kind)
    if dtype.hasobject or dtype.itemsize != len(plain.expect(data, bytes)):
        raise ValueError("a scalar of another size than its bytes")
    if dtype.kind == "U":
        check_characters(np, dtype, data)
    return np.frombuffer(data, dtype=dtype)[0]


ARRAY_WORDS: dict[tuple[str, str], Callable[..., object]] = {
    (f"numpy.{core}.{module}", name): make
    for core in ("core", "_core")
    for module, name, make in (
        ("multiarray", "_reconstruct", reconstruct),
        ("multiarray", "scalar", scalar),
        ("numeric", "_frombuffer", from_buffer),
    )
}
ARRAY_WORDS["numpy", "dtype"] = make_dtype
