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
    if sys.version_info < (3, 10):
        from tibidi.hooks import callbacks

        callbacks.install()


def _look() -> None:
    if sys.version_info < (3, 10):
        from tibidi.hooks import callbacks

        for exc in callbacks.raised:
            gate.report(exc, gate.UNRAISABLE)
    # While the front door is ours, it saw whatever came; at a prompt exceptions end nothing.
    if not patches.is_ours(sys.excepthook) and not hasattr(sys, "ps1"):
        gate.report(getattr(sys, "last_exc", None) or getattr(sys, "last_value", None), gate.LEFTOVER)
