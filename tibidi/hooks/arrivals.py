"""Hang a door in a module when the application imports that module, not before.

Strategy: a finder that stands first in `sys.meta_path`, and costs the look-up
of a name, lets the others find the module and has its own loader call us
after it has run.  The loader is the original one, of its original type.
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms at every start.

import sys

TYPE_CHECKING = False  # as typing's, which is too dear to import at every start
if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

_doors: dict[str, str] = {}


class Arrivals:
    """A finder of nothing, who hears of every module that is imported."""

    @staticmethod
    def find_spec(
        name: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        """Return the spec that the other finders have for a module where a door is to be hung."""
        if name not in _doors:
            return None
        for finder in list(sys.meta_path):
            find_spec = None if finder is Arrivals else getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = find_spec(name, path, target) if find_spec else None
            if spec is not None:
                _listen(spec.loader)
                return spec
        return None


def expect(doors: "Mapping[str, str]") -> None:
    """Hang these doors, by module: now where the module is there, else when it comes."""
    _doors.update(doors)
    if Arrivals not in sys.meta_path:
        sys.meta_path.insert(0, Arrivals)
    for name in doors:
        module = sys.modules.get(name)
        if module is not None:
            hang(name, module)


def forget() -> None:
    """Expect nothing any more."""
    _doors.clear()
    if Arrivals in sys.meta_path:
        sys.meta_path.remove(Arrivals)


def hang(name: str, module: "ModuleType") -> None:
    """Hang the door that belongs to a module; a module that is not what we know stays without."""
    try:
        from tibidi.hooks import startpath  # not at the start: many programs import none of these modules

        startpath.import_module("tibidi.hooks." + _doors[name]).install(module)
    except Exception:  # noqa: BLE001 - the import is the application's, and works whatever becomes of the door
        from tibidi import config

        if config.debug:
            sys.__excepthook__(*sys.exc_info())


def _listen(loader: "Any") -> None:
    """Let this one loader call us after it has run its module."""
    if not hasattr(loader, "exec_module") or not hasattr(loader, "__dict__"):
        return

    def exec_module(module: "ModuleType") -> None:
        del loader.exec_module  # the attribute, so that the method is back
        loader.exec_module(module)
        if module.__name__ in _doors:
            hang(module.__name__, module)

    loader.exec_module = exec_module
