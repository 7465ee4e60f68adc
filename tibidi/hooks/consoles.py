"""The hook for consoles of the `code` module: exceptions at their prompt are no crashes.

A console writes tracebacks itself only while `sys.excepthook` is that of the
interpreter; a server with consoles for remote clients overrides `write()`.
Another excepthook is called instead, and would print on stderr what was meant
for the client, with the frames of `code` itself.  So `code` gets a `sys` of its
own, with the excepthook that ours replaced.  Replacing `sys.excepthook` for the
time of a call would affect other threads.
"""

from __future__ import annotations

import sys
from types import ModuleType

from tibidi import TYPE_CHECKING
from tibidi import hooks

if TYPE_CHECKING:
    from typing import Any


def install(module: ModuleType) -> None:
    """Install the hook in `code`."""
    hooks.replace_function(module, "sys", lambda _: _Sys("sys"))


class _Sys(ModuleType):
    """The module `sys` without our excepthook, unless the application called set_excepthook()."""

    def __getattribute__(self, name: str) -> Any:
        value = getattr(sys, name)
        return hooks.replaced_by(value) if name == "excepthook" and hooks.settings is None else value

    def __setattr__(self, name: str, value: object) -> None:
        setattr(sys, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(sys, name)
