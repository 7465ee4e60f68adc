"""Where the threads are, for as long as it is safe to ask.

From Python 3.12 on, interpreters in one process may have memory of their own
each.  `sys._current_frames()` returns the frames of all of them, and to hold
one of another interpreter for a moment ends the process by an abort.
"""

from __future__ import annotations

import _thread
import sys

from tibidi import TYPE_CHECKING
from tibidi import late

if TYPE_CHECKING:
    from types import FrameType

OWN_MEMORY = (3, 12)
MODULES = ("_interpreters", "_xxsubinterpreters")  # from Python 3.13 on, and before


def frames() -> dict[int, FrameType]:
    """Return the innermost frame of each thread, of the current one alone where there are other interpreters."""
    return sys._current_frames() if is_alone() else {_thread.get_ident(): sys._getframe(1)}


def is_alone() -> bool:
    """Say whether no other interpreter is in this process."""
    if sys.version_info < OWN_MEMORY:
        return True
    for name in MODULES:
        try:
            return len(late.load(name).list_all()) == 1
        except (ImportError, AttributeError):
            continue
    return True
