"""The door for exceptions that nobody can catch: `sys.unraisablehook`.

They come from `__del__`, from callbacks of weak references, and from atexit
callbacks (before Python 3.10 the interpreter prints those itself).
"""

from __future__ import annotations

import sys

from tibidi.hooks import gate
from tibidi.hooks import patches

TYPE_CHECKING = False  # as typing's, which is too dear to import at every start
if TYPE_CHECKING:
    from collections.abc import Callable

    Hook = Callable[["sys.UnraisableHookArgs"], object]


def install() -> None:
    """Hang the door."""
    patches.replace(sys, "unraisablehook", _wrap)


def _wrap(previous: Hook) -> Hook:
    def unraisablehook(unraisable: sys.UnraisableHookArgs) -> None:
        try:
            previous(unraisable)
        finally:
            # The object is not looked at: it may be half gone, and a reference would revive it.
            gate.report(unraisable.exc_value, gate.UNRAISABLE)

    return unraisablehook
