"""Estimate how large objects are, and summarize those that are too large."""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import dictionary, exact_type, type_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

WORD = 8  # bytes that an item of a container takes at least in memory, and roughly in a pickle
SHOWN_ITEMS = 5
SHOWN_CHARS = 60
SHOWN_COLUMNS = 20

BYTES_PER_ITEM: dict[type, int] = {
    bytearray: 1, bytes: 1, dict: 2 * WORD, frozenset: WORD, list: WORD, set: WORD, str: 1, tuple: WORD,
}  # fmt: skip
LIBRARIES = frozenset({"polars", "pyarrow", "scipy", "torch", "xarray"})
SEQUENCES = (bytearray, bytes, list, str, tuple)


def measure(thing: object) -> int:
    """Return about how many bytes an object takes by itself, without the objects that it refers to."""
    per_item = BYTES_PER_ITEM.get(exact_type(thing))
    if per_item is not None:
        return per_item * len(thing)  # type: ignore[arg-type]  # one of the types above
    if _is_array(thing):
        return int(sys.modules["numpy"].ndarray.nbytes.__get__(thing))
    return _table_bytes(thing) or _library_bytes(thing)


def summary(thing: object, text: Callable[[str], str]) -> dict[str, object]:
    """Return length, shape, dtype, head and tail of an object as plain data; `text` redacts secrets in texts."""
    if _is_array(thing):
        return _array(sys.modules["numpy"].ndarray, thing)
    if exact_type(thing) in SEQUENCES:
        return _sequence(thing, text)
    if exact_type(thing) in BYTES_PER_ITEM:
        return {"length": len(thing)}  # type: ignore[arg-type]  # one of the types above
    try:
        return _table(thing, text) if measure(thing) else {}
    except Exception:  # noqa: BLE001 - another version of a library: the summary is the type alone
        return {}


def _sequence(thing: Any, text: Callable[[str], str]) -> dict[str, object]:
    shown = SHOWN_CHARS if isinstance(thing, (str, bytes, bytearray)) else SHOWN_ITEMS
    head, tail = thing[:shown], thing[-shown:]
    if isinstance(thing, str):
        return {"length": len(thing), "head": text(head), "tail": text(tail)}
    if isinstance(thing, (bytes, bytearray)):
        return {"length": len(thing), "head": _plain(bytes(head), text), "tail": _plain(bytes(tail), text)}
    return {
        "length": len(thing),
        "head": [_plain(item, text) for item in head],
        "tail": [_plain(item, text) for item in tail],
    }


def _plain(item: object, text: Callable[[str], str]) -> object:
    """Return a small plain item as it is, the name of the type of any other."""
    if exact_type(item) in {int, float, complex, bool, type(None)}:
        return item
    if type(item) is str:
        return text(item[:SHOWN_CHARS])
    if type(item) is bytes:
        cleaned = text(item[:SHOWN_CHARS].decode("latin-1"))
        return cleaned.encode("latin-1", "replace")
    return f"<{type(item).__name__}>"


def _array(ndarray: Any, thing: Any) -> dict[str, object]:
    facts: dict[str, object] = {"shape": ndarray.shape.__get__(thing), "dtype": str(ndarray.dtype.__get__(thing))}
    # Not of a memory map, whose file may be shorter by now.
    if type(thing) is ndarray and ndarray.dtype.__get__(thing).kind in "biufc" and ndarray.ndim.__get__(thing):
        flat = ndarray.flat.__get__(thing)
        facts["head"] = [number.item() for number in flat[:SHOWN_ITEMS]]
        facts["tail"] = [number.item() for number in flat[-SHOWN_ITEMS:]]
    return facts


def _is_array(thing: object) -> bool:
    """Return True for an array of numpy."""
    ndarray = getattr(sys.modules.get("numpy"), "ndarray", None)
    return type(ndarray) is type and issubclass(type(thing), ndarray)


def _table_bytes(thing: object) -> int:
    """Return the size of the columns of a DataFrame or Series, 0 for anything else."""
    manager: Any = dictionary(thing).get("_mgr")
    if not type_name(type(manager)).startswith("pandas."):
        return 0
    return sum(int(getattr(block.values, "nbytes", 0)) for block in manager.blocks)


def _library_bytes(thing: Any) -> int:
    """Return the size of a table or array of another library, 0 for anything else."""
    cls = exact_type(thing)
    if type_name(cls).partition(".")[0] not in LIBRARIES:
        return 0
    try:
        return int(thing.estimated_size() if hasattr(cls, "estimated_size") else getattr(thing, "nbytes", 0))
    except Exception:  # noqa: BLE001 - a library of any version
        return 0


def _table(thing: Any, text: Callable[[str], str]) -> dict[str, object]:
    """Return shape and types of a table, and its first and last rows as tables."""
    facts: dict[str, object] = {"shape": thing.shape} if hasattr(thing, "shape") else {"length": len(thing)}
    dtypes = getattr(thing, "dtypes", None)
    if dtypes is None:
        facts["dtype"] = text(str(getattr(thing, "dtype", getattr(thing, "type", ""))))
    elif hasattr(dtypes, "items"):
        facts["dtype"] = {text(str(name)): str(dtype) for name, dtype in [*dtypes.items()][:SHOWN_COLUMNS]}
    rows = getattr(thing, "iloc", thing)
    return {**facts, "head()": rows[:SHOWN_ITEMS], "tail()": rows[-SHOWN_ITEMS:]}
