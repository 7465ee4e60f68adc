"""Import at the crash what was installed at the start.

Strategy: a `json.py` beside the customer's script must not become ours, and
the standard library's `json` must not become theirs.  So while we import, a
finder stands first that looks along the path of the start, for this thread
only, and modules of the application that have the name of one found there
step aside.  Afterwards `sys.modules` is as it was; our modules keep the
references that they have taken.
"""

from __future__ import annotations

import sys
from _frozen_importlib import BuiltinImporter
from _frozen_importlib import FrozenImporter
from _frozen_importlib_external import PathFinder
from _thread import get_ident

from tibidi.hooks import gate
from tibidi.pristine import os

TYPE_CHECKING = False  # as typing's, which the application may not have loaded
if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


class StartPathFinder:
    """A finder that knows the path of the start, and serves one thread."""

    def __init__(self) -> None:
        self._thread = get_ident()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a top-level module along the path of the start; leave all others to others."""
        if path is not None or get_ident() != self._thread:
            return None
        for importer in (BuiltinImporter, FrozenImporter):
            spec = importer.find_spec(name)
            if spec is not None:
                return spec
        return PathFinder.find_spec(name, [*gate.start_path, *gate.program_path])


def import_module(name: str) -> ModuleType:
    """Import a module of ours with all that it imports."""
    if name in sys.modules:
        return sys.modules[name]
    finder = StartPathFinder()
    aside = {each: sys.modules.pop(each) for each in list(_strangers(finder))}
    sys.meta_path.insert(0, finder)
    try:
        __import__(name)
        return sys.modules[name]
    finally:
        sys.meta_path.remove(finder)
        tops = {each.partition(".")[0] for each in aside}
        for each in [each for each in sys.modules if each.partition(".")[0] in tops]:
            del sys.modules[each]
        sys.modules.update(aside)


def _strangers(finder: StartPathFinder) -> Iterator[str]:
    """Yield modules of the application that hide one of that name on the path of the start, and their submodules."""
    trusted = {os.path.realpath(entry) for entry in gate.start_path}
    tops = {name for name in sys.modules if "." not in name and _is_strange(name, trusted, finder)}
    for name in list(sys.modules):
        if name.partition(".")[0] in tops:
            yield name


def _is_strange(name: str, trusted: set[str], finder: StartPathFinder) -> bool:
    if name in {"__main__", "tibidi"}:
        return False
    module = sys.modules[name]
    if module is not None:  # None: an import that somebody has forbidden
        try:
            facts = object.__getattribute__(module, "__dict__")  # a lazy module would load for less
        except AttributeError:
            return False
        file = facts.get("__file__")
        if _is_below(file, trusted) if isinstance(file, str) else facts.get("__spec__") is not None:
            return False
    return finder.find_spec(name) is not None


def _is_below(file: str, trusted: set[str]) -> bool:
    """Say whether a module was found along the path of the start: as a file or as a package."""
    folder = os.path.dirname(os.path.realpath(file))
    return folder in trusted or (os.path.basename(file).startswith("__init__.") and os.path.dirname(folder) in trusted)
