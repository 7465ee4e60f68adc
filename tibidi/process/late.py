"""Import what only some crashes need in the way in which everything else was imported at the crash.

The hooks import along the path of the start (`tibidi.process.imports`) and
say so here, as this is far below them.
"""

# No `from __future__ import annotations` here: at the crash, there may be no way to it before this one is loaded.

import sys

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

importer: "Callable[[str], ModuleType] | None" = None
"""What imports a module by its name; None is the import statement."""


def load(name: str) -> "ModuleType":
    """Return a module of ours, importing it with all that it imports."""
    if importer is not None:
        return importer(name)
    __import__(name)
    return sys.modules[name]
