"""Find a text in the values of a dump: in texts and bytes, as a number or a date, and in names."""

from __future__ import annotations

import datetime
import decimal
import fractions
import pathlib
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

from tibidi.dump import Dump
from tibidi.reading.inert.repr import BOUNDED
from tibidi.tools.parts import everything

# These are equal to the text, or not: 18 is not found in 2018.
WHOLE = (
    bool, int, float, complex, decimal.Decimal, fractions.Fraction, datetime.date, datetime.time, datetime.timedelta,
    uuid.UUID, pathlib.PurePath,
)  # fmt: skip
MAX_BITS = 4_000  # of a number; the digits of a longer one take quadratic time


class Hit(NamedTuple):
    """Where a text occurs: the path in the dump, and the value in short."""

    path: str
    shown: str


def find(dump: Dump, text: str) -> Iterator[Hit]:
    """Yield each place in an inert dump where `text` is a value, a part of a text, or a part of a name."""
    data = text.encode("utf-8", "surrogatepass")
    for path, value in everything(dump):
        if _has(value, text, data) or text in _name(path):
            yield Hit(path, BOUNDED.repr(value))


def _has(value: Any, text: str, data: bytes) -> bool:
    if isinstance(value, str):
        return text in value
    if isinstance(value, (bytes, bytearray)):
        return data in value
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        return False
    return (value is None and text == "None") or (isinstance(value, WHOLE) and str(value) == text)


def _name(path: str) -> str:
    """Return the last name in a path: of a variable, a key or an attribute; "" for a number."""
    if path.endswith("]"):
        key = path[path.rindex("[") + 1 : -1]
        return key[1:-1] if key[:1] in {"'", '"'} else ""
    return path.rpartition(".")[2]
