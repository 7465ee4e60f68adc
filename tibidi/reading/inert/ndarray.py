"""Arrays, scalars and dtypes of numpy without numpy: they can be read and printed.

An array is bytes, or a list of objects, with a shape.  A part of it is a view
of the same bytes: nothing is copied, and an item is read when it is used.
"""

from __future__ import annotations

import itertools
import math
import re
from functools import lru_cache
from operator import index
from typing import TYPE_CHECKING
from typing import Any

from tibidi.reading.inert import plain
from tibidi.reading.inert.items import Item
from tibidi.reading.inert.items import Moment
from tibidi.reading.inert.items import item_of
from tibidi.reading.inert.loading import REFUSED
from tibidi.reading.inert.repr import BOUNDED
from tibidi.reading.inert.repr import MAX_TEXT_CHARS
from tibidi.reading.inert.repr import clean
from tibidi.reading.inert.types import InertObject
from tibidi.reading.inert.types import instance
from tibidi.reading.inert.types import make_type

if TYPE_CHECKING:
    from collections.abc import Iterator

UNIT = re.compile(rb"(?:Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as|generic)")
MAX_DIMENSIONS = 32
MAX_FIELDS = 1_000
# Larger arrays show their first and last items only.
MAX_SHOWN = 200
EDGE = 3
# Along each side of an array without items.
MAX_EMPTY = 1 << 20
MAX_SHOWN_FIELDS = 20
CONTENTS = frozenset({bytearray, bytes, list})
# Kinds of which numpy does not print the dtype.
PLAIN_KINDS = frozenset({"b1", "i8", "f8", "c16"})
SCALARS = {"b": "bool_", "i": "int", "u": "uint", "f": "float", "c": "complex", "U": "str_", "S": "bytes_", "V": "void"}
BASES: dict[str, type] = {"b": int, "i": int, "u": int, "f": float, "c": complex, "U": str, "S": bytes}


class InertDtype(InertObject):
    """A dtype: its parts are read in two steps, so it is made when it is used."""

    _inert_name_ = "numpy.dtype"

    def _inert_absorb_(self, state: Any) -> None:
        """Take (version, byte order, subarray, names, fields, size, alignment, flags[, metadata])."""
        own: dict[str, Any] = self.__dict__
        try:
            own.update(dtype_facts(own["code"], state))
        except REFUSED:
            own["__state__"] = state

    def __repr__(self) -> str:
        own = self.__dict__
        if "fields" not in own:
            return f"dtype({dtype_text(self)!r})"
        shown = [(clean(name), dtype_text(kind)) for name, kind, _ in own["fields"][:MAX_SHOWN_FIELDS]]
        return f"dtype({shown!r})" if len(own["fields"]) <= MAX_SHOWN_FIELDS else f"dtype([{str(shown)[1:-1]}, ...])"


class Reductions(InertObject):
    """What the numbers of an array or a column come to; missing ones are left out."""

    def _numbers(self) -> list[Any]:
        pending, found = [iter(self)], []  # type: ignore[call-overload]  # the classes below have items
        while pending:
            for each in pending.pop():
                if isinstance(each, InertArray):
                    pending.append(iter(each))
                elif each is not None and each == each:
                    found.append(each)
        return found

    def min(self) -> Any:
        """Return the smallest item."""
        return min(self._numbers())

    def max(self) -> Any:
        """Return the largest item."""
        return max(self._numbers())

    def sum(self) -> Any:
        """Return the sum."""
        return sum(self._numbers())

    def mean(self) -> Any:
        """Return the mean."""
        numbers = self._numbers()
        return sum(numbers) / len(numbers)


class InertArray(Reductions):
    """An array without numpy, or one that numpy refused to make."""

    _inert_name_ = "numpy.ndarray"

    def _inert_absorb_(self, state: Any) -> None:
        """Take (version, shape, dtype, is Fortran, bytes or list of objects)."""
        try:
            _, shape, kind, is_fortran, content = plain.expect(state, tuple)
            describe(self, kind, checked_shape(shape), content, "F" if is_fortran is True else "C")
        except REFUSED:
            self.__dict__["__state__"] = state

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.__dict__["shape"])

    @property
    def size(self) -> int:
        """The number of items."""
        return math.prod(self.__dict__["shape"])

    def tolist(self) -> Any:
        """Return the items in lists."""
        return [part.tolist() if type(part) is InertArray else part for part in self] if self.ndim else self[()]

    def __len__(self) -> int:
        shape, data = self.__dict__["shape"], self.__dict__["data"]
        if not shape or (shape[0] > MAX_EMPTY and (type(data) not in CONTENTS or shape[0] > len(data))):
            return 0  # no data for this size: list() would allocate memory for it
        return int(shape[0])

    def __bool__(self) -> bool:
        return self.size > 0

    def __iter__(self) -> Iterator[object]:
        item = readable(self)
        return iter(()) if item is None else (_part(self, item, (number,)) for number in range(len(self)))

    def __getitem__(self, key: Any) -> object:
        if type(key) is str:
            return self._field(key)
        keys = tuple(map(_position, key if type(key) is tuple else (key,)))
        if len(keys) > self.ndim:
            raise IndexError(f"{len(keys)} indices for {self.ndim} dimensions")
        if not all(type(each) in {int, slice} for each in keys):
            raise TypeError("an array takes numbers and slices only where numpy is not installed")
        item = readable(self)
        if item is None:
            raise TypeError("the items of this array cannot be read without numpy")
        return _part(self, item, keys)

    def _field(self, key: str) -> object:
        """Return a field of all items, as a list."""
        names = [name for name, *_ in vars(self.__dict__["dtype"]).get("fields", ())]
        if key not in names:
            raise IndexError(f"no field {clean(key)}")
        items: Iterator[Any] = iter(self)
        return [each[names.index(key)] for each in items]

    def __repr__(self) -> str:
        item = readable(self)
        return BOUNDED.plainly(self) if item is None else array_text(self, item)


class InertScalar(InertObject):
    """A number or text of numpy that is also one of Python."""

    def item(self) -> object:
        """Return the value as one of Python."""
        return self.__dict__["_value_"]

    def __repr__(self) -> str:
        value = self.__dict__["_value_"]
        name = type(self).__name__
        return f"np.{bool(value)}_" if name == "bool_" else f"np.{name}({BOUNDED.repr(value)})"

    def __str__(self) -> str:
        return str(self.__dict__["_value_"])


def dtype_facts(code: str, state: object) -> dict[str, object]:
    """Return what the state of a dtype says."""
    _, order, subarray, names, fields, size, *rest = plain.expect(state, tuple)
    found: dict[str, object] = {}
    if type(order) is str and order in "<>":
        found["order"] = order
    if subarray is not None:
        found["subarray"] = plain.expect(subarray, tuple)
    if names:
        known = [plain.expect_text(name) for name in names[:MAX_FIELDS]]
        found["fields"] = [(name, *plain.expect(fields[name], tuple)[:2]) for name in known]
        found["size"] = plain.expect(size, int)
    if code[-2:] in {"m8", "M8"} and len(rest) > 2:
        found["unit"] = time_unit(rest[2])
    return found


def time_unit(metadata: object) -> str:
    """Return the unit of a datetime64, as `[ns]`."""
    _, (unit, count, *_rest) = plain.expect(metadata, tuple)
    if not UNIT.fullmatch(plain.expect(unit, bytes)) or unit == b"generic":
        return ""
    return f"[{plain.expect(count, int) if count != 1 else ''}{unit.decode()}]"


def checked_shape(shape: object) -> tuple[int, ...]:
    """Return the shape if it is a tuple of a few integers of moderate size."""
    sizes: tuple[int, ...] = plain.expect(shape, tuple)
    if len(sizes) > MAX_DIMENSIONS or any(not 0 <= plain.expect(size, int) < 1 << 40 for size in sizes):
        raise ValueError("not a shape")
    return sizes


def facts(kind: object, shape: tuple[int, ...], data: object, order: str = "C") -> InertArray:
    """Return an inert array."""
    made = instance(InertArray)
    describe(made, kind, shape, data, order)
    return made


def describe(made: InertArray, kind: object, shape: tuple[int, ...], data: object, order: str = "C") -> None:
    """Set shape, dtype, data and layout of an array."""
    sizes = shape if order == "F" else shape[::-1]
    steps = [1, *itertools.accumulate(sizes, lambda one, other: one * other)][: len(shape)]
    made.__dict__.update(shape=shape, dtype=kind, data=data)
    made.__dict__["_view_"] = (0, tuple(steps if order == "F" else steps[::-1]), math.prod(shape))


def make_scalar(kind: InertDtype, data: bytes) -> object:
    """Return a scalar; raise ValueError if its size is not that of its bytes."""
    item = item_of(kind)
    if item.size != len(data):
        raise ValueError("a scalar of another size than its bytes")
    value = item.read(data, 0)
    if isinstance(value, Moment):
        return value
    code = kind.__dict__["code"].lstrip("<>|=")
    cls = scalar_type(code[0], str(8 * item.size) if code[0] in "iufc" else "")
    made: Any = BASES[code[0]].__new__(cls, value) if code[0] in BASES else cls.__new__(cls)
    made.__dict__.update(dtype=kind, _value_=value)
    return made


@lru_cache
def scalar_type(letter: str, bits: str) -> Any:
    """Return the class of scalars of a kind; there are a dozen, but maybe millions of scalars."""
    return make_type("numpy", SCALARS[letter] + bits, InertScalar, *([BASES[letter]] if letter in BASES else []))


def readable(array: InertArray) -> Item | None:
    """Return the reader for the items of an array, None if they are not understood or incomplete."""
    own = array.__dict__
    data = own["data"]
    count = own["_view_"][2]
    try:
        item = Item(1, lambda data, at: data[at]) if type(data) is list else item_of(own["dtype"])
        size = len(data) if type(data) in CONTENTS else -1
    except (ValueError, TypeError):
        return None
    is_sound = size == count * item.size if count else max(own["shape"], default=0) <= MAX_EMPTY
    return item if is_sound else None


def _position(key: Any) -> Any:
    """Return a number of numpy as one of Python, any other key as it is."""
    return index(key) if type(key).__module__ == "numpy" and hasattr(type(key), "__index__") else key


def _part(array: InertArray, item: Item, keys: tuple[Any, ...]) -> object:
    """Return an item, or the array of some rows and columns."""
    own = array.__dict__
    offset, steps, count = own["_view_"]
    shape, new_shape, new_steps = own["shape"], [], []
    for number, size in enumerate(shape):
        key = keys[number] if number < len(keys) else slice(None)
        if type(key) is slice:
            chosen = range(size)[key]
            offset += chosen.start * steps[number] if len(chosen) else 0
            new_shape.append(len(chosen))
            new_steps.append(steps[number] * chosen.step)
        else:
            offset += range(size)[key] * steps[number]
    if not new_shape:
        return item.read(own["data"], offset * item.size)
    made = facts(own["dtype"], tuple(new_shape), own["data"])
    made.__dict__["_view_"] = (offset, tuple(new_steps), count)
    return made


def array_text(array: InertArray, item: Item) -> str:
    """Return the repr of an array, similar to that of numpy."""
    shape, dtype = array.__dict__["shape"], array.__dict__["dtype"]
    is_cut = array.size > MAX_SHOWN
    text = _nested(array, item, is_cut, [MAX_SHOWN]) if shape else BOUNDED.repr(array[()])
    if len(text) > MAX_TEXT_CHARS:
        text = text[: MAX_TEXT_CHARS - 3] + "..."
    words = [text] if array.size or shape == (0,) else ["[]"]
    words += [f"shape={shape}"] if is_cut or (not array.size and shape != (0,)) else []
    words += [f"dtype={repr(dtype)[6:-1]}"] if dtype_text(dtype) not in PLAIN_KINDS or not array.size else []
    return f"array({', '.join(words)})"


def _nested(array: InertArray, item: Item, is_cut: bool, left: list[int]) -> str:
    """Return the items of an array in brackets, at most `left` of them."""
    length = len(array)
    cut = is_cut and length > 2 * EDGE
    words = []
    for number in (*range(EDGE), *range(length - EDGE, length)) if cut else range(length):
        if left[0] <= 0:
            words.append("...")
            break
        part = _part(array, item, (number,))
        left[0] -= 1
        words.append(
            _nested(part, item, is_cut, left) if type(part) is InertArray and part.ndim else BOUNDED.repr(part)
        )
        if cut and number == EDGE - 1:
            words.append("...")
    return f"[{', '.join(words)}]"


def dtype_text(dtype: object) -> str:
    """Return a dtype as source code, without its parts."""
    own = dtype.__dict__ if isinstance(dtype, InertObject) else {}
    code = own.get("code")
    if code is None:
        return clean(dtype)
    order = ">" if own.get("order") == ">" else ""
    return "object" if code[:1] == "O" else f"{order}{code}{own.get('unit', '')}"
