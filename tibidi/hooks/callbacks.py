"""The door for atexit callbacks before Python 3.10, where no hook hears of what they raise.

The interpreter prints the traceback and goes on.  So each callback is
registered in a wrapping that keeps what it raises for the end.  The wrapping
equals the callback, as `atexit.unregister()` compares them.  Imported when
the application registers the first one.
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms.

import sys

from tibidi import TYPE_CHECKING
from tibidi import hooks

if TYPE_CHECKING:
    from collections.abc import Callable

# What callbacks have raised, for the net that runs last.
raised: list[BaseException] = []


class _Callback:
    """A callback of the application's."""

    def __init__(self, function: "Callable[..., object]") -> None:
        self._function = function

    def __call__(self, *args: object, **options: object) -> object:
        """Call the callback, and let what it raises pass."""
        try:
            return self._function(*args, **options)
        except Exception:  # no `as`: its clean-up would set the traceback once more
            _keep(sys.exc_info()[1])
            raise

    def __eq__(self, other: object) -> bool:
        return bool(self._function == other)

    def __hash__(self) -> int:
        return hash(self._function)


def watched(function: "Callable[..., object]") -> "Callable[..., object]":
    """Return a callback that keeps what this one raises; what is no function is for `atexit` to refuse."""
    return _Callback(function) if callable(function) else function


def _keep(exc: "BaseException | None") -> None:
    """Keep an exception, and take our frame out of the traceback that is printed; another one grows as it goes on."""
    tb = None if exc is None else hooks.traceback_of(exc)
    if exc is not None and tb is not None:
        BaseException.with_traceback(exc, tb.tb_next)  # frozen dataclasses refuse assignments
        raised.append(exc)
