"""The hooks for libraries that treat `sys.excepthook` in their own way: the consoles of `code`, PyQt, and coverage.

Exceptions at the prompt of a console are no crashes.  A console writes tracebacks itself only while `sys.excepthook` is
that of the interpreter; a server with consoles for remote clients overrides `write()`.  Another excepthook is called
instead, and would print on stderr what was meant for the client.  So `code` gets a `sys` of its own, with the
excepthook that ours replaced.  Replacing `sys.excepthook` for the time of a call would affect other threads.

PyQt ends the process by `abort()` after an exception in a slot, unless there is an excepthook.  It takes ours for one
of the application, and would go on.  It calls it by `PyErr_Print()`, which sets `sys.last_value`, while a frame of the
application is running its event loop.

`coverage run` calls `sys.excepthook` itself.  If that hook does not call ours, as
that of Rich does not, nothing else reports the exception.
"""

from __future__ import annotations

import sys
from types import ModuleType, TracebackType

from tibidi import TYPE_CHECKING, hooks
from tibidi.process import os

if TYPE_CHECKING:
    from typing import Any


def install(module: ModuleType) -> None:
    """Install the hook for `code`, `coverage` or PyQt; for PyQt only if ours replaced the hook of the interpreter."""
    if module.__name__ == "code":
        hooks.replace_function(module, "sys", lambda _: _Sys("sys"))
        return
    if module.__name__ == "coverage.execfile":
        hooks.replace_function(module, "sys", lambda _: _ReportingSys("sys"))
        return
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


class _Sys(ModuleType):
    """The module `sys` without our excepthook, unless the application called set_excepthook()."""

    def __getattribute__(self, name: str) -> Any:
        value = getattr(sys, name)
        return hooks.replaced_by(value) if name == "excepthook" and hooks.settings is None else value

    def __setattr__(self, name: str, value: object) -> None:
        setattr(sys, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(sys, name)


class _ReportingSys(_Sys):
    """The module `sys` with an excepthook that calls the present one, and reports what that has not reported."""

    def __getattribute__(self, name: str) -> Any:
        value = getattr(sys, name)
        return _reporting(value) if name == "excepthook" else value


def _reporting(previous: Any) -> Any:
    def excepthook(kind: type[BaseException], exc: BaseException, tb: TracebackType | None) -> None:
        try:
            previous(kind, exc, tb)
        finally:
            hooks.report(exc, hooks.LEFTOVER, settings=hooks.settings)

    return excepthook
