"""Arrays, scalars and dtypes of numpy without numpy: they can be read and printed.

An array is bytes, or a list of objects, with a shape.  A part of it is a view
of the same bytes: nothing is copied, and an item is read when it is used.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import accumulate, zip_longest
from operator import index, mul

from tibidi.process.hints import Any
from tibidi.reading.inert import layouts, plain, types
from tibidi.reading.inert import repr as printing
from tibidi.reading.inert.items import Item, Moment, item_of
from tibidi.reading.inert.loading import REFUSED
from tibidi.reading.inert.repr import BOUNDED, MAX_TEXT_CHARS, clean

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
# The names of scalars, and the types of Python that they are built on.
SCALARS: dict[str, tuple[str, tuple[type, ...]]] = {
    "b": ("bool_", (int,)), "i": ("int", (int,)), "u": ("uint", (int,)), "f": ("float", (float,)),
    "c": ("complex", (complex,)), "U": ("str_", (str,)), "S": ("bytes_", (bytes,)), "V": ("void", ()),
}  # fmt: skip


class InertDtype(types.InertObject):
    """A dtype: its parts are read in two steps, so it is made when it is used."""

    _inert_name_ = "numpy.dtype"

    def _inert_absorb_(self, state: Any) -> None:
        """Take (version, byte order, subarray, names, fields, size, alignment, flags[, metadata])."""
        own: dict[str, Any] = self.__dict__
        try:
            own.update(_dtype_facts(own["code"], state))
        except REFUSED:
            own["__state__"] = state

    def __repr__(self) -> str:
        own = self.__dict__
        if "fields" not in own:
            return f"dtype({dtype_text(self)!r})"
        shown = [(clean(name), dtype_text(kind)) for name, kind, _ in own["fields"][:MAX_SHOWN_FIELDS]]
        return f"dtype({shown!r})" if len(own["fields"]) <= MAX_SHOWN_FIELDS else f"dtype([{str(shown)[1:-1]}, ...])"


def _dtype_facts(code: str, state: object) -> dict[str, object]:
    _, order, subarray, names, fields, size, *rest = plain.expect(state, tuple)
    found: dict[str, object] = {"order": order} if order in ("<", ">") else {}
    if subarray is not None:
        found["subarray"] = plain.expect(subarray, tuple)
    if names:
        known = [plain.expect_text(name) for name in names[:MAX_FIELDS]]
        found["fields"] = [(name, *plain.expect(fields[name], tuple)[:2]) for name in known]
        found["size"] = plain.expect(size, int)
    if code[-2:] in {"m8", "M8"} and len(rest) > 2:
        _, (unit, count, *_rest) = plain.expect(rest[2], tuple)
        is_known = UNIT.fullmatch(plain.expect(unit, bytes)) and unit != b"generic"
        found["unit"] = f"[{plain.expect(count, int) if count != 1 else ''}{unit.decode()}]" if is_known else ""
    return found


def _reduced(function: Callable[[list[Any]], Any]) -> Any:
    """Return a method that returns what the numbers of an array or a column come to; missing ones are left out."""

    def method(thing: Any) -> Any:
        pending, found = [iter(thing)], []
        while pending:
            for each in pending.pop():
                if isinstance(each, InertArray):
                    pending.append(iter(each))
                elif each is not None and each == each:
                    found.append(each)
        return function(found)

    return method


class Reductions(types.InertObject):
    """What has numbers."""

    max = _reduced(max)
    mean = _reduced(lambda numbers: sum(numbers) / len(numbers))
    min = _reduced(min)
    sum = _reduced(sum)


class InertArray(Reductions):
    """An array without numpy, or one that numpy refused to make."""

    _inert_name_ = "numpy.ndarray"

    def _inert_absorb_(self, state: Any) -> None:
        """Take (version, shape, dtype, is Fortran, bytes or list of objects), with what a subclass adds to it."""
        try:
            whole = plain.expect(state, tuple)
            inner, more = whole if len(whole) == 2 else (whole[:5], whole[5:])
            _, shape, kind, is_fortran, content = plain.expect(inner, tuple)
            describe(self, kind, checked_shape(shape), content, "F" if is_fortran is True else "C")
        except REFUSED:
            more = state
        added = types.text_keys(more) if type(more) is dict else {"__state__": more} if more else {}
        self.__dict__.update({**added, **self.__dict__})

    ndim = property(lambda self: len(self.__dict__["shape"]))
    size = property(lambda self: math.prod(self.__dict__["shape"]))

    def tolist(self) -> Any:
        """Return the items in lists."""
        return [part.tolist() if type(part) is InertArray else part for part in self] if self.ndim else self[()]

    def __len__(self) -> int:
        self._check()  # before list() makes room
        return int(self.__dict__["shape"][0]) if self.ndim else 0

    def __bool__(self) -> bool:
        return bool(self.size)

    def __iter__(self) -> Iterator[object]:
        self._check()
        return (_part(self, (number,)) for number in range(len(self)))

    def __getitem__(self, key: Any) -> object:
        if type(key) is str:
            return self._field(key)
        keys = tuple(map(_position, key if type(key) is tuple else (key,)))
        if len(keys) > self.ndim:
            raise IndexError(f"{len(keys)} indices for {self.ndim} dimensions")
        if not all(type(each) in {int, slice} for each in keys):
            raise TypeError("an array takes numbers and slices only where numpy is not installed")
        self._check()
        return _part(self, keys)

    def _check(self) -> None:
        if self.__dict__["_view_"][0] is None:
            raise TypeError("the items of this array cannot be read without numpy")

    def _field(self, key: str) -> object:
        """Return a field of all items, as a list."""
        names = [name for name, *_ in vars(self.__dict__["dtype"]).get("fields", ())]
        if key not in names:
            raise IndexError(f"no field {clean(key)}")
        items: Iterator[Any] = iter(self)
        return [each[names.index(key)] for each in items]

    def __repr__(self) -> str:
        if self.__dict__["_view_"][0] is None:
            return BOUNDED.plainly(self)
        if type(self) is InertArray:
            return _array_text(self)
        more = {name: value for name, value in types.visible(self).items() if name not in {"data", "dtype", "shape"}}
        name = type(self)._inert_name_
        return BOUNDED.apart(self, lambda: printing.describe(f"{name} {_array_text(self)}", (), more, 2))


def checked_shape(shape: object) -> tuple[int, ...]:
    """Return the shape if it is a tuple of a few integers of moderate size."""
    sizes: tuple[int, ...] = plain.expect(shape, tuple)
    if len(sizes) > MAX_DIMENSIONS or any(not 0 <= plain.expect(size, int) < 1 << 40 for size in sizes):
        raise ValueError("not a shape")
    return sizes


def facts(kind: object, shape: tuple[int, ...], data: object, order: str = "C") -> InertArray:
    """Return an inert array."""
    return describe(types.instance(InertArray), kind, shape, data, order)


def describe(made: InertArray, kind: object, shape: tuple[int, ...], data: object, order: str) -> InertArray:
    """Set shape, dtype, data and layout of an array: the way to read an item, the first, and the steps between them."""
    sizes = shape if order == "F" else shape[::-1]
    steps = tuple(accumulate((1, *sizes[:-1]), mul))[: len(sizes)]
    view = (_readable(kind, shape, data), 0, steps if order == "F" else steps[::-1], order)
    made.__dict__.update(shape=shape, dtype=kind, data=data, _view_=view)
    return made


def _readable(kind: object, shape: tuple[int, ...], data: Any) -> Item | None:
    """Return the way to read an item of an array, None if it is not understood, or the data are incomplete."""
    count = math.prod(shape)
    try:
        item = Item(1, lambda data, at: data[at]) if type(data) is list else item_of(kind)
    except (ValueError, TypeError):
        return None
    size = len(data) if type(data) in CONTENTS else -1
    return item if (size == count * item.size if count else max(shape) <= MAX_EMPTY) else None


def _position(key: Any) -> Any:
    """Return a number of numpy as one of Python, any other key as it is."""
    return index(key) if type(key).__module__ == "numpy" and hasattr(type(key), "__index__") else key


def _part(array: InertArray, keys: tuple[Any, ...]) -> object:
    """Return an item, or the array of some rows and columns."""
    own = array.__dict__
    item, offset, steps, order = own["_view_"]
    new_shape: tuple[int, ...] = ()
    new_steps: tuple[int, ...] = ()
    whole: Any = slice(None)
    for size, step, key in zip_longest(own["shape"], steps, keys, fillvalue=whole):
        chosen = range(size)[key]
        if type(chosen) is range:
            offset += chosen.start * step if len(chosen) else 0
            new_shape, new_steps = (*new_shape, len(chosen)), (*new_steps, step * chosen.step)
        else:
            offset += chosen * step
    if not new_shape:
        return item.read(own["data"], offset * item.size)
    view = (item, offset, new_steps, order)
    return types.instance(InertArray, shape=new_shape, dtype=own["dtype"], data=own["data"], _view_=view)


def _array_text(array: InertArray) -> str:
    """Return the repr of an array, similar to that of numpy."""
    shape, dtype = array.__dict__["shape"], array.__dict__["dtype"]
    is_cut = array.size > MAX_SHOWN
    text = _nested(array, is_cut, [MAX_SHOWN]) if shape else BOUNDED.repr(array[()])
    if len(text) > MAX_TEXT_CHARS:
        text = text[: MAX_TEXT_CHARS - 3] + "..."
    words = [text] if array.size or shape == (0,) else ["[]"]
    words += [f"shape={shape}"] if is_cut or (not array.size and shape != (0,)) else []
    kind = repr(dtype)[6:-1] if type(dtype) is InertDtype else repr(dtype)  # a StringDType is a call
    words += [f"dtype={kind}"] if dtype_text(dtype) not in PLAIN_KINDS or not array.size else []
    return f"array({', '.join(words)})"


def _nested(array: InertArray, is_cut: bool, left: list[int]) -> str:
    """Return the items of an array in brackets, at most `left` of them."""
    numbers: Any = range(len(array))
    if is_cut and len(array) > 2 * EDGE:
        numbers = [*numbers[:EDGE], None, *numbers[-EDGE:]]
    words = []
    for number in numbers:
        if number is None or left[0] <= 0:
            words.append("...")
            if number is not None:
                break
            continue
        left[0] -= 1
        part = _part(array, (number,))
        words.append(_nested(part, is_cut, left) if type(part) is InertArray and part.ndim else BOUNDED.repr(part))
    return f"[{', '.join(words)}]"


def dtype_text(dtype: object) -> str:
    """Return a dtype as source code, without its parts."""
    own = dtype.__dict__ if isinstance(dtype, types.InertObject) else {}
    code = own.get("code")
    if code is None:
        return clean(dtype)
    order = ">" if own.get("order") == ">" else ""
    return "object" if code[:1] == "O" else f"{order}{code}{own.get('unit', '')}"


class InertScalar(types.InertObject):
    """A number or text of numpy that is also one of Python."""

    item = types.of(layouts.atomic, "_value_")
    __str__ = types.of(str, "_value_")

    def __repr__(self) -> str:
        value = self.__dict__["_value_"]
        name = type(self).__name__
        return f"np.{bool(value)}_" if name == "bool_" else f"np.{name}({BOUNDED.repr(value)})"


def make_scalar(kind: InertDtype, data: bytes) -> object:
    """Return a scalar; raise ValueError if its size is not that of its bytes."""
    item = item_of(kind)
    if item.size != len(data):
        raise ValueError("a scalar of another size than its bytes")
    value = item.read(data, 0)
    if isinstance(value, Moment):
        return value
    cls, new = scalar_type(kind.__dict__["code"].lstrip("<>|=")[0], item.size)
    made = new(cls, value) if new is not object.__new__ else new(cls)
    made.__dict__.update(dtype=kind, _value_=value)
    return made


@lru_cache
def scalar_type(letter: str, size: int) -> tuple[Any, Any]:
    """Return the class of scalars of a kind, and what makes one; there are a dozen, but maybe millions of scalars."""
    name, bases = SCALARS[letter]
    made = types.make_type("numpy", f"{name}{8 * size if letter in 'iufc' else ''}", InertScalar, *bases)
    return made, bases[0].__new__ if bases else object.__new__
