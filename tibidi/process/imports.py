"""Import at the crash what was installed at the start.

Strategy: a `json.py` beside the customer's script must not become ours, and
the standard library's `json` must not become theirs.  So while we import, a
finder stands first that looks along the path of the start, for this thread
only, and modules of the application that have the name of one found there
step aside, as does what tests of the application have patched in `os`, `time` and
`io`.  Afterwards all is as it was; our modules keep the references that they
have taken.
"""

# No `from __future__ import annotations` here: at the crash, there may be no way to it before this one is loaded.

import builtins
import sys
from _frozen_importlib import BuiltinImporter
from _frozen_importlib import FrozenImporter
from _frozen_importlib_external import PathFinder
from _thread import RLock
from _thread import get_ident

from tibidi import TYPE_CHECKING
from tibidi.process import io
from tibidi.process import late
from tibidi.process import os
from tibidi.process import program_path
from tibidi.process import start_path
from tibidi.process import time
from tibidi.process.temporary import Temporary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any


class StartPathFinder:
    """A finder that knows the path of the start, and serves one thread."""

    def __init__(self) -> None:
        self._thread = get_ident()
        self.path = list(_path())

    def find_spec(
        self, name: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        """Find a top-level module along the path of the start; leave all others to others."""
        if path is not None or get_ident() != self._thread:
            return None
        for importer in (BuiltinImporter, FrozenImporter):
            spec = importer.find_spec(name)
            if spec is not None:
                return spec
        return PathFinder.find_spec(name, self.path)


# The import system itself is frozen, but `importlib` has told it of files; whoever imports it must not get another.
NEVER_STRANGE = {"__main__", "tibidi", "_frozen_importlib", "_frozen_importlib_external"}

# Threads that crash at the same moment would take back what another one still needs.
_turn = RLock()
# Longer than any import takes: whoever has the turn may be waiting for what this thread imports.
MAX_WAIT_SECONDS = 2.0


def import_module(name: str) -> "ModuleType":
    """Import a module of ours with all that it imports."""
    there = _imported(name)
    if there is not None:
        return there
    turn = _turn
    has_turn = turn.acquire(timeout=MAX_WAIT_SECONDS)
    try:
        return _imported(name) or _import(name)  # another thread may have while this one waited
    finally:
        if has_turn:
            turn.release()


def reset_after_fork() -> None:
    """Let no thread be at it: in a child of fork() the one that was is not there."""
    global _turn
    _turn = RLock()


def _import(name: str) -> "ModuleType":
    with Aside():
        __import__(name)
        return sys.modules[name]


class Aside(Temporary):
    """Has what is the application's step aside, while this thread imports."""

    def change(self) -> None:
        """Hide modules, take patches back, and find modules along the path of the start."""
        self._finder = StartPathFinder()
        self._modules: dict[str, Any] = {each: sys.modules.pop(each, None) for each in list(_strangers(self._finder))}
        self._patched = list(_patched())
        for module, attribute, original, _ in self._patched:
            setattr(module, attribute, original)
        sys.meta_path.insert(0, self._finder)

    def undo(self) -> None:
        """Have it all as it was."""
        if self._finder in sys.meta_path:  # else an import of the application has changed the list meanwhile
            sys.meta_path.remove(self._finder)
        tops = {each.partition(".")[0] for each in self._modules}
        for each in [each for each in list(sys.modules) if each.partition(".")[0] in tops]:
            sys.modules.pop(each, None)
        sys.modules.update(self._modules)
        for module, attribute, _, replacement in self._patched:
            setattr(module, attribute, replacement)


def _patched() -> "Iterator[tuple[ModuleType, str, object, object]]":
    """Yield functions that were replaced since the start: module, name, original, replacement."""
    for copy in (os, os.path, time, io):
        module = sys.modules[copy.__name__]
        for name, original in list(vars(copy).items()):
            replacement = getattr(module, name, None)
            if callable(original) and replacement is not original:
                yield module, name, original, replacement
    if builtins.open is not io.open:
        yield builtins, "open", io.open, builtins.open


def _imported(name: str) -> "ModuleType | None":
    """Return a module that is there; one that another thread is importing is not: to wait for it, import it as well."""
    module = sys.modules.get(name)
    return None if module is None or getattr(module.__spec__, "_initializing", False) else module


def _path() -> "Iterator[str]":
    """Yield the path of the start, then what `site` and the application have added, the program's directory last."""
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    programs = {"", *program_path, os.path.dirname(main) if isinstance(main, str) else ""}
    added = [each for each in sys.path if isinstance(each, str) and each not in start_path]
    yield from start_path
    yield from sorted(added, key=lambda each: each in programs)


def _strangers(finder: StartPathFinder) -> "Iterator[str]":
    """Yield modules of the application that hide one of that name on the path of the start, and their submodules."""
    trusted = set(start_path)
    tops = {name for name in list(sys.modules) if "." not in name and _is_strange(name, trusted, finder)}
    for name in list(sys.modules):
        if name.partition(".")[0] in tops:
            yield name


def _is_strange(name: str, trusted: set[str], finder: StartPathFinder) -> bool:
    if name in NEVER_STRANGE:
        return False
    file = None
    module = sys.modules.get(name)
    if module is not None:  # None: an import that somebody has forbidden
        try:
            facts = object.__getattribute__(module, "__dict__")  # a lazy module would load for less
        except AttributeError:
            return False
        file = facts.get("__file__")
        if _is_below(file, trusted) if isinstance(file, str) else facts.get("__spec__") is not None:
            return False
    spec = finder.find_spec(name)
    return spec is not None and spec.origin != file


def _is_below(file: str, trusted: set[str]) -> bool:
    """Say whether a module was found along the path of the start: as a file or as a package."""
    folder = os.path.dirname(file)
    return folder in trusted or (os.path.basename(file).startswith("__init__.") and os.path.dirname(folder) in trusted)


late.importer = import_module
