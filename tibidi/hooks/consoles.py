"""The door for consoles of the `code` module, which is to stay shut: exceptions at a prompt end nothing.

A console writes tracebacks itself, as long as `sys.excepthook` is the
interpreter's; whoever serves one to a remote client overrides `write()`.  A
hook of anybody else is called instead, and says on stderr what was for the
client, with the frames of `code` itself.  So `code` has a `sys` of its own
with the hook below ours.  Its methods cannot be wrapped for that: to put
another hook into `sys` for a while, threads are in each other's way.
"""

from __future__ import annotations

import sys
from types import ModuleType

from tibidi import TYPE_CHECKING
from tibidi import hooks

if TYPE_CHECKING:
    from typing import Any


def install(module: ModuleType) -> None:
    """Hang the door in `code`."""
    hooks.replace_function(module, "sys", lambda _: _Sys("sys"))


class _Sys(ModuleType):
    """The module `sys`, without our hook, unless the application has asked for it by set_excepthook()."""

    def __getattribute__(self, name: str) -> Any:
        value = getattr(sys, name)
        return hooks.replaced_by(value) if name == "excepthook" and hooks.settings is None else value

    def __setattr__(self, name: str, value: object) -> None:
        setattr(sys, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(sys, name)
