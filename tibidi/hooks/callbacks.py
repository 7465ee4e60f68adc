"""The hook for atexit callbacks before Python 3.10, where no other hook is called for their exceptions.

The interpreter prints the traceback and goes on.  So each callback is registered in a wrapper that keeps its exception
for the exit handler of tibidi.  The wrapper equals the callback, since `atexit.unregister()` compares them.  Imported
when the application registers its first callback.
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms.

import sys

from tibidi import TYPE_CHECKING
from tibidi.process import traceback_of

if TYPE_CHECKING:
    from collections.abc import Callable

# Exceptions of callbacks.
_raised: list[BaseException] = []


def unseen() -> list[BaseException]:
    """Return the exceptions of callbacks, once, for the exit handler that runs last: none may outlive the program."""
    raised, _raised[:] = _raised[:], []
    return raised


class _Callback:
    """A callback of the application."""

    def __init__(self, function: "Callable[..., object]") -> None:
        self._function = function

    def __call__(self, *args: object, **options: object) -> object:
        """Call the callback, and keep its exception."""
        try:
            return self._function(*args, **options)
        except Exception:  # without `as`, whose clean-up would set the traceback once more
            _keep(sys.exc_info()[1])
            raise

    def __eq__(self, other: object) -> bool:
        return bool(self._function == other)

    def __hash__(self) -> int:
        return hash(self._function)


def watched(function: "Callable[..., object]") -> "Callable[..., object]":
    """Return a wrapper of a callback; anything that is not callable is left for `atexit` to refuse."""
    return _Callback(function) if callable(function) else function


def _keep(exc: "BaseException | None") -> None:
    """Keep an exception, and remove our frame from the traceback that is printed."""
    tb = None if exc is None else traceback_of(exc)
    if exc is not None and tb is not None:
        BaseException.with_traceback(exc, tb.tb_next)  # frozen dataclasses refuse assignments
        _raised.append(exc)
