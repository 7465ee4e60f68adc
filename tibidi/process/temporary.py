"""Changes to the whole process that hold while a dump is made: collector, limit of recursion, turns of threads.

They are undone at their end, and at once in a child of fork(): there the
thread that would undo them is missing.
"""

# No `from __future__ import annotations` here: at the crash, there may be no way to it before this one is loaded.

import gc
import sys

from tibidi.process import os

# What is allowed above a stack that stands right below the limit of recursion, and what is needed of it.
HEADROOM_LEVELS = 1_000
NEEDED_LEVELS = 500
# Threads take turns every 5 ms, and a dump lets go of the interpreter whenever it reads, compresses or writes: beside
# one that computes it would wait that long each time.
SWITCH_SECONDS = 0.0002


class Temporary:
    """A change, as a context manager: subclasses say how to `change` and how to `undo`; this one changes nothing."""

    def change(self) -> None:
        """Make the change, and remember how it was before."""

    def undo(self) -> None:
        """Have it as it was before."""

    def has_others(self) -> bool:
        """Tell whether another change of this kind is in force."""
        return any(type(each) is type(self) and each is not self for each in _in_force)

    def __enter__(self) -> None:
        self.change()
        _in_force.append(self)

    def __exit__(self, *_: object) -> None:
        if self in _in_force:  # else this is a child
            _in_force.remove(self)
            self.undo()


class Uncollected(Temporary):
    """A context in which no garbage is collected.

    A collection would run finalizers of the application in the middle of a
    dump, and the memo of a million objects sets off one after the other: a
    fifth of the time.
    """

    def change(self) -> None:
        """Stop it."""
        self._was_on = gc.isenabled()
        gc.disable()

    def undo(self) -> None:
        """Start it, if it was on."""
        if self._was_on:
            gc.enable()


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
        self._depth = Depth(limit + HEADROOM_LEVELS) if _is_at_least(limit - NEEDED_LEVELS) else None
        if self._depth is not None:
            self._depth.__enter__()

    def __exit__(self, *error: object) -> None:
        if self._depth is not None:
            self._depth.__exit__(*error)


class Switching(Temporary):
    """A context in which threads take turns every `SWITCH_SECONDS`, also where several threads are in one."""

    before: "float | None" = None  # how it was before the first of them, None where it was less

    def change(self) -> None:
        """Let them."""
        interval = sys.getswitchinterval()
        if interval > SWITCH_SECONDS:
            Switching.before = interval
            sys.setswitchinterval(SWITCH_SECONDS)

    def undo(self) -> None:
        """Have it as it was before, with the last one."""
        if not self.has_others() and Switching.before is not None:
            sys.setswitchinterval(Switching.before)
            Switching.before = None


_in_force: list[Temporary] = []


def undo_all() -> None:
    """Undo what threads have begun that are not in this child of fork()."""
    while _in_force:
        _in_force.pop().undo()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=undo_all)


def _is_at_least(depth: int) -> bool:
    """Tell whether so many frames are on the stack."""
    try:
        return depth <= 0 or sys._getframe(depth) is not None
    except ValueError:  # call stack is not deep enough
        return False
