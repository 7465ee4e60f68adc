"""How deep a thread may go: the limit of recursion, which is that of the whole process."""

# No `from __future__ import annotations` here: at the crash, there may be no way to it before this one is loaded.

import sys

from tibidi.temporary import Temporary

# What is allowed above a stack that stands right below the limit, and what is needed of it.
HEADROOM = 1_000
NEEDED = 500


class Depth(Temporary):
    """A context in which `levels` of recursion are allowed; the limit of before comes back at its end."""

    def __init__(self, levels: int) -> None:
        self._levels = levels

    def change(self) -> None:
        """Raise the limit."""
        self._before = sys.getrecursionlimit()
        sys.setrecursionlimit(max(self._before, self._levels))

    def undo(self) -> None:
        """Set it back."""
        try:
            sys.setrecursionlimit(self._before)
        except RecursionError:  # this very thread is deeper than that by now: the application set it, and will again
            pass


class Headroom:
    """A context in which more recursion is allowed than the application has used up.

    Elsewhere than at the bottom of a recursion nothing is touched, as threads
    that crash at the same moment would undo each other's changes.
    """

    def __enter__(self) -> None:
        limit = sys.getrecursionlimit()
        self._depth = Depth(limit + HEADROOM) if _is_at_least(limit - NEEDED) else None
        if self._depth is not None:
            self._depth.__enter__()

    def __exit__(self, *error: object) -> None:
        if self._depth is not None:
            self._depth.__exit__(*error)


def _is_at_least(depth: int) -> bool:
    """Tell whether so many frames are on the stack."""
    try:
        return depth <= 0 or sys._getframe(depth) is not None
    except ValueError:  # call stack is not deep enough
        return False
