"""Whether a pickle is read at the moment: only then do inert classes and objects answer calls."""

from __future__ import annotations

from collections.abc import Callable

from tibidi.process.hints import Any, ClassVar
from tibidi.reading.inert.repr import clean
from tibidi.words.standins import Dummy

Call = Callable[[Any, "tuple[object, ...]"], object]

# Raised by makers for untrusted arguments; the result is a stand-in.
REFUSED = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError)


class Loading:
    """A context in which a pickle is read; `call` answers its calls of what has no maker of its own."""

    calls: ClassVar[list[Call]] = []

    def __init__(self, call: Call) -> None:
        self._call = call

    def __enter__(self) -> None:
        Loading.calls.append(self._call)

    def __exit__(self, *_: object) -> None:
        Loading.calls.pop()


def refused(name: str, arguments: tuple[object, ...], error: Exception) -> Dummy:
    """Return a stand-in for an object that could not be made."""
    return Dummy(clean(name), clean(f"{type(error).__name__}: {error}"), arguments)
