"""Import at a crash the modules that were installed at the start.

Strategy: tibidi must not import a `json.py` beside the customer's script, and
the script must not get the `json` of the standard library.  So while tibidi
imports, a finder that searches the module path of the start, for this thread
only, is the first one; modules of the application that shadow a name found there
are removed from `sys.modules`; and patches of `os`, `time` and `io` are
reverted.  Afterwards everything is restored.  Our modules keep the references
that they have taken.
"""

# No `from __future__ import annotations` here: at a crash the module path may be unusable before `imports` is loaded.

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
from tibidi.process.temporary import ProcessSetting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any


class StartPathFinder:
    """A finder for the module path of the start, which works in one thread only."""

    def __init__(self) -> None:
        self._thread = get_ident()
        self.path = list(_path())

    def find_spec(
        self, name: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        """Find a top-level module in the path of the start, None in another thread."""
        if path is not None or get_ident() != self._thread:
            return None
        for importer in (BuiltinImporter, FrozenImporter):
            spec = importer.find_spec(name)
            if spec is not None:
                return spec
        return PathFinder.find_spec(name, self.path)


# Never removed: the import system is frozen, but `importlib` has set it up, and a second copy would not be.
NEVER_SHADOWED = {"__main__", "tibidi", "_frozen_importlib", "_frozen_importlib_external"}

# Threads that import at the same time would restore what another one still needs removed.
_lock = RLock()
# Longer than any import takes: the holder of the lock may be waiting for a module that this thread imports.
MAX_WAIT_SECONDS = 2.0


def import_module(name: str) -> "ModuleType":
    """Return a module of tibidi, importing it and what it imports."""
    module = _imported(name)
    if module is not None:
        return module
    lock = _lock
    is_held = lock.acquire(timeout=MAX_WAIT_SECONDS)
    try:
        return _imported(name) or _import(name)  # another thread may have imported it meanwhile
    finally:
        if is_held:
            lock.release()


def reset_after_fork() -> None:
    """Release the lock: in a child of fork() its holder does not exist."""
    global _lock
    _lock = RLock()


def _import(name: str) -> "ModuleType":
    with start_modules():
        __import__(name)
        return sys.modules[name]


class start_modules(ProcessSetting):  # noqa: N801 - read as a statement: with start_modules()
    """A context in which this thread imports modules as they were installed at the start."""

    def change(self) -> None:
        """Remove modules that shadow others, revert patches, and search the path of the start first."""
        self._finder = StartPathFinder()
        self._modules: dict[str, Any] = {each: sys.modules.pop(each, None) for each in list(_shadowing(self._finder))}
        self._patched = list(_patched())
        for module, attribute, original, _ in self._patched:
            setattr(module, attribute, original)
        sys.meta_path.insert(0, self._finder)

    def restore(self) -> None:
        """Restore modules, patches and finders."""
        if self._finder in sys.meta_path:  # False if the application has changed the list meanwhile
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
    """Return a module that is fully imported; importing it waits for a thread that has begun to."""
    module = sys.modules.get(name)
    return None if module is None or getattr(module.__spec__, "_initializing", False) else module


def _path() -> "Iterator[str]":
    """Yield the path of the start, then what `site` and the application added, the directory of the program last."""
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    programs = {"", *program_path, os.path.dirname(main) if isinstance(main, str) else ""}
    added = [each for each in sys.path if isinstance(each, str) and each not in start_path]
    yield from start_path
    yield from sorted(added, key=lambda each: each in programs)


def _shadowing(finder: StartPathFinder) -> "Iterator[str]":
    """Yield modules of the application that shadow one on the path of the start, and their submodules."""
    trusted = set(start_path)
    tops = {name for name in list(sys.modules) if "." not in name and _is_shadowing(name, trusted, finder)}
    for name in list(sys.modules):
        if name.partition(".")[0] in tops:
            yield name


def _is_shadowing(name: str, trusted: set[str], finder: StartPathFinder) -> bool:
    if name in NEVER_SHADOWED:
        return False
    file = None
    module = sys.modules.get(name)
    if module is not None:  # None forbids an import
        try:
            facts = object.__getattribute__(module, "__dict__")  # a lazy module would be loaded by getattr()
        except AttributeError:
            return False
        file = facts.get("__file__")
        if _is_below(file, trusted) if isinstance(file, str) else facts.get("__spec__") is not None:
            return False
    spec = finder.find_spec(name)
    return spec is not None and spec.origin != file


def _is_below(file: str, trusted: set[str]) -> bool:
    """Return True if a module was found on the path of the start: as a file or as a package."""
    folder = os.path.dirname(file)
    return folder in trusted or (os.path.basename(file).startswith("__init__.") and os.path.dirname(folder) in trusted)


late.importer = import_module
