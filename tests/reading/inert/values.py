"""Values that the tests of the inert reader share, and what reads them."""

from __future__ import annotations

import copyreg
import enum
import io
import pickle
from typing import Any

from tibidi.reading.inert.unpickler import InertUnpickler


class Cart:
    """A class of an application."""

    def __init__(self) -> None:
        self.items = ["tea"]
        self.total = 3

    def __repr__(self) -> str:
        raise AssertionError


class Slotted:
    """One with slots."""

    __slots__ = ("x",)

    def __init__(self) -> None:
        self.x = 5


class Stateful:
    """One with a state that is no dictionary."""

    def __getstate__(self) -> object:
        return [1, 2]

    def __setstate__(self, state: object) -> None:
        raise AssertionError


class Color(enum.Enum):
    """An enumeration."""

    RED = 1


def dumps(value: object, protocol: int) -> bytes:
    """Pickle `value` as Python does, without what tblib registers for exceptions in other tests."""
    file = io.BytesIO()
    pickler = pickle.Pickler(file, protocol)
    known = copyreg.dispatch_table.items()
    pickler.dispatch_table = {kind: each for kind, each in known if not issubclass(kind, BaseException)}
    pickler.dump(value)
    return file.getvalue()


def loaded(value: object, pickler: Any = dumps) -> Any:
    """Return `value` as an inert unpickler reads it."""
    return InertUnpickler(io.BytesIO(pickler(value, 5)), namespace={}.setdefault).load()
