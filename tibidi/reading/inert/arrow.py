"""Arrays of Apache Arrow, without pyarrow: texts, numbers, booleans and dictionaries of them, from their buffers.

pandas uses them for texts since version 3, among them the names of columns.
pyarrow pickles an array as a call with its type, its length, its offset in the
buffers, and the buffers: a bit for each value that is not null, and the bytes
of the values; of texts first the end of each.

Layout: https://arrow.apache.org/docs/format/Columnar.html
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING
from typing import Any

from tibidi.reading.inert import plain
from tibidi.reading.inert.types import InertObject

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence

    # The number of values, and a function that finds one.
    Found = tuple[int, Callable[[int], object]]
    Find = Callable[[int], Any]

MODULE = "pyarrow.lib"
# The letters of `struct` by the names of types in pyarrow.
NUMBERS = {
    "int8": "b", "int16": "h", "int32": "i", "int64": "q", "uint8": "B", "uint16": "H", "uint32": "I", "uint64": "Q",
    "halffloat": "e", "float": "f", "double": "d",
}  # fmt: skip
# Likewise, of the ends of texts or data.
ENDS = {"string": "i", "large_string": "q", "binary": "i", "large_binary": "q"}


def read_array(array: object) -> Found:
    """Return the values of an array or of its chunks; raise TypeError, ValueError or LookupError for anything else."""
    function, arguments = _call(array)
    if function == "chunked_array":
        return _joined([read_array(chunk) for chunk in plain.expect(arguments[0], list)])
    if function != "_restore_array":
        raise TypeError("not an array")
    return _restored(arguments[0])


def _restored(parts: object) -> Found:
    """Return the values of an array of these parts; the last has the parts of its dictionary."""
    kind, length, _, offset, buffers, _, dictionary = plain.expect(parts, tuple)
    if min(plain.expect(length, int), plain.expect(offset, int)) < 0:
        raise ValueError("not the place of an array")
    is_there, *content = [each and plain.expect(_call(each)[1][0], bytes, bytearray) for each in buffers]
    find = _finder(kind, content, dictionary)

    def at(number: int) -> object:
        place = number + offset
        return find(place) if is_there is None or _bit(is_there, place) else None

    return length, at


def _call(made: object) -> tuple[str, tuple[Any, ...]]:
    """Return the name and the arguments of the function of pyarrow that made an object."""
    arguments = made.__dict__.get("_args_") if isinstance(made, InertObject) else None
    if type(arguments) is not tuple or not arguments or type(made).__module__ != MODULE:
        raise TypeError("not an object of pyarrow")
    return type(made).__qualname__, arguments


def _finder(kind: object, content: list[Any], dictionary: object) -> Find:
    """Return a function that finds the value at a place, also if it is null."""
    function, arguments = _call(kind)
    if function == "dictionary":
        _, values = _restored(dictionary)
        index = _finder(arguments[0], content, None)
        return lambda place: values(index(place))
    name = plain.expect_text(arguments[0])
    if name in NUMBERS:
        return _numbers(NUMBERS[name], content[0])
    if name == "bool":
        return lambda place: _bit(content[0], place)
    ends = _numbers(ENDS[name], content[0])
    if name.endswith("binary"):
        return lambda place: bytes(content[1][ends(place) : ends(place + 1)])
    return lambda place: content[1][ends(place) : ends(place + 1)].decode("utf-8", "replace")


def _numbers(letter: str, data: bytes) -> Find:
    one = struct.Struct(f"<{letter}")

    def find(place: int) -> object:
        start = place * one.size
        if start + one.size > len(data):
            raise IndexError("beyond the end of a buffer")
        return one.unpack_from(data, start)[0]

    return find


def _bit(data: bytes, place: int) -> bool:
    return bool(data[place >> 3] >> (place & 7) & 1)


def _joined(chunks: Sequence[Found]) -> Found:
    starts = [0, *accumulate(length for length, _ in chunks)]

    def find(number: int) -> object:
        chunk = bisect_right(starts, number) - 1
        return chunks[chunk][1](number - starts[chunk])

    return starts[-1], find
