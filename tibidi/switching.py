"""Threads that take turns more often, so that one that computes does not keep a dump waiting.

The interpreter gives a thread 5 ms before it has to let another one run.  A
dump lets go of the interpreter whenever it compresses or writes, and would
wait that long each time.
"""

# No `from __future__ import annotations` here: at the crash, there may be no way to it before this one is loaded.

import sys

from tibidi.temporary import Temporary

SECONDS = 0.0002


class Switching(Temporary):
    """A context in which threads take turns every `SECONDS`, also where several threads are in one."""

    before: "float | None" = None  # how it was before the first of them, None where it was less

    def change(self) -> None:
        """Let them."""
        interval = sys.getswitchinterval()
        if interval > SECONDS:
            Switching.before = interval
            sys.setswitchinterval(SECONDS)

    def undo(self) -> None:
        """Have it as it was before, with the last one."""
        if not self.has_others() and Switching.before is not None:
            sys.setswitchinterval(Switching.before)
            Switching.before = None
