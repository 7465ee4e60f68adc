"""The hook for PyQt, which ends the process by `abort()` after an exception in a slot, unless there is an excepthook.

It takes ours for one of the application, and would go on.  PyQt calls it by
`PyErr_Print()`, which sets `sys.last_value`, while a frame of the application
is running its event loop.
"""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi import hooks
from tibidi.process import os

if TYPE_CHECKING:
    from types import ModuleType
    from types import TracebackType


def install(module: ModuleType) -> None:
    """Install the hook around our excepthook, if that replaced the one of the interpreter; `module` is QtCore."""
    ours = sys.excepthook
    if not hooks.is_hook(ours) or hooks.replaced_by(ours) is not sys.__excepthook__:
        return

    def excepthook(kind: type[BaseException], exc: BaseException, tb: TracebackType | None) -> None:
        ours(kind, exc, tb)
        caller = sys._getframe().f_back
        is_of_c = getattr(sys, "last_value", None) is exc and caller and "excepthook" not in caller.f_code.co_names
        if is_of_c and hooks.settings is None and hooks.is_installed():
            os.abort()

    hooks.set_function(sys, "excepthook", excepthook)
