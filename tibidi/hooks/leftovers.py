"""The net under the front door: what ended the program although `sys.excepthook` is somebody else's.

Rich, IPython, Qt bindings and many applications put their own function there
and call nobody else.  The interpreter leaves the exception in `sys.last_exc`
(3.12) or `sys.last_value` before it calls any hook, so that a callback at the
exit finds it.  It runs last, since it was registered first.
"""

from __future__ import annotations

import atexit
import sys

from tibidi.hooks import gate
from tibidi.hooks import patches


def install() -> None:
    """Hang the net."""
    atexit.unregister(_look)
    atexit.register(_look)


def _look() -> None:
    # While the front door is ours, it saw whatever came; at a prompt exceptions end nothing.
    if patches.is_ours(sys.excepthook) or hasattr(sys, "ps1"):
        return
    gate.report(getattr(sys, "last_exc", None) or getattr(sys, "last_value", None), gate.LEFTOVER)
