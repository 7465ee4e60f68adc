"""Import a module that only some crashes need.

`tibidi.process.imports`, which imports from the module path of the start, sets
itself here; an explicit `dump_exception()` uses the import statement.
"""

# No `from __future__ import annotations` here: at a crash the module path may be unusable before `imports` is loaded.

import sys

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

importer: "Callable[[str], ModuleType] | None" = None
"""Imports a module by its name; None is the import statement."""


def load(name: str) -> "ModuleType":
    """Return a module, importing it and what it imports."""
    if importer is not None:
        return importer(name)
    __import__(name)
    return sys.modules[name]
