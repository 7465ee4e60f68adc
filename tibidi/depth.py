"""How deep a thread may go: the limit of recursion, which is that of the whole process."""

# No `from __future__ import annotations` here: at the crash, there may be no way to it before this one is loaded.

import sys

# Needed above a stack that may stand right below the limit.
HEADROOM = 1_000


class Depth:
    """A context in which `levels` of recursion are allowed; the limit of before comes back at its end."""

    def __init__(self, levels: int) -> None:
        self._levels = levels

    def __enter__(self) -> None:
        self._before = sys.getrecursionlimit()
        sys.setrecursionlimit(max(self._before, self._levels))

    def __exit__(self, *_: object) -> None:
        try:
            sys.setrecursionlimit(self._before)
        except RecursionError:  # this very thread is deeper than that by now: the application set it, and will again
            pass


def headroom() -> Depth:
    """Return a context in which more recursion is allowed than the application may have used up."""
    return Depth(sys.getrecursionlimit() + HEADROOM)
