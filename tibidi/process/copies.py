"""Private copies of standard modules, for an application that shadows them or comes in an archive."""

# No `from __future__ import annotations` here: it may be shadowed.

import sys
from _frozen_importlib import BuiltinImporter, FrozenImporter, module_from_spec
from _frozen_importlib_external import PathFinder
from _thread import get_ident

from tibidi import TYPE_CHECKING
from tibidi.process import os, program_path, start_path
from tibidi.process.imports import PRIVATE, PrivateImporter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any


# Modules in C take what they import from `sys.modules`, whatever `__import__` returns (Modules/_pickle.c).
IMPORTED_BY_C = {"_pickle": ("copyreg", "_compat_pickle", "codecs", "functools")}
# `object.__reduce_ex__` takes this from there.  It imports nothing, so the application may have it as well.
NEEDED_PUBLICLY = frozenset({"copyreg"})

# Modules that only a `Blank` can stand for.
BLANK = frozenset({"_colorize", "typing"} if sys.version_info >= (3, 12) else {"_colorize"})

# The copies that are being executed: by which thread, and where they are kept.
_unfinished: "dict[str, tuple[int, dict[str, ModuleType]]]" = {}


class Blank(type(sys)):  # type: ignore[misc]  # ModuleType
    """Stands for a module that needs a `typing` in `sys.modules`: its attributes, items and results are all itself.

    That is `_colorize`, which `traceback` asks for themes made by dataclasses, or `typing` itself, whose functions
    types in C look up by that name from Python 3.12 on (Objects/typevarobject.c, call_typing_func_object).
    """

    def __getattr__(self, name: str) -> "Blank":
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, _: object) -> "Blank":
        return self

    def __call__(self, *_: object, **__: object) -> "Blank":
        """Return what any function of it returns."""
        return self

    def __str__(self) -> str:
        return ""


def reset_after_fork() -> None:
    """Forget the copies that threads were executing which do not exist in a child."""
    for name, (ident, modules) in list(_unfinished.items()):
        if ident != get_ident():
            del _unfinished[name], modules[name], sys.modules[PRIVATE + name]


def load_copy(importer: "PrivateImporter", name: str) -> "ModuleType":
    """Load a private copy of a module for `importer`; a module in C that is loaded or built in is returned itself."""
    if name in BLANK:
        return _blank(name)
    parent, _, child = name.rpartition(".")
    package = importer.load(PRIVATE + parent) if parent else None
    spec = find_standard(name, None if package is None else package.__path__)
    if spec is None:
        module = vars(package).get(child) if package else None
        if isinstance(module, type(sys)):  # `collections.abc` has no file from Python 3.14 on
            return module
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    if name in NEEDED_PUBLICLY and getattr(PathFinder.find_spec(name), "origin", None) == spec.origin:
        return importer.load_public(name)
    lent = _lend(importer, IMPORTED_BY_C.get(name, ()))
    try:
        module = _execute(importer, spec, name)
    finally:
        for each, loan in lent.items():
            if loan.__name__.startswith(PRIVATE) and sys.modules.get(each) is loan:
                del sys.modules[each]
    if package is not None:
        setattr(package, child, module)
    return module


def _blank(name: str) -> "Blank":
    module = Blank(PRIVATE + name)
    if name == "typing":
        import _typing  # type: ignore[import-not-found]

        module.__dict__.update(TypeVar=_typing.TypeVar, TYPE_CHECKING=False)  # cloudpickle pickles type variables
    return module


def find_standard(name: str, path: "Sequence[str] | None" = None) -> "ModuleSpec | None":
    """Find a module along the path of the start, or a submodule in the directories of its package."""
    spec = BuiltinImporter.find_spec(name) if path is None else None  # no path shadows one
    spec = spec or PathFinder.find_spec(PRIVATE + name, list(_path()) if path is None else path)
    return spec if spec is not None or path is not None else FrozenImporter.find_spec(name)


def _path() -> "Iterator[str]":
    """Yield the path of the start, then what `site` and the application added, the directory of the program last."""
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    programs = {"", *program_path, os.path.dirname(main) if isinstance(main, str) else ""}
    added = [each for each in sys.path if isinstance(each, str) and each not in start_path]
    yield from start_path
    yield from sorted(added, key=lambda each: each in programs)


def _lend(importer: "PrivateImporter", needed: "Sequence[str]") -> "dict[str, ModuleType]":
    """Put modules that are needed into `sys.modules`, those that are not there."""
    lent = {each: importer.load(each) for each in needed if each not in sys.modules}
    return {each: module for each, module in lent.items() if sys.modules.setdefault(each, module) is module}


def _execute(importer: "PrivateImporter", spec: "ModuleSpec", name: str) -> "ModuleType":
    """Create a module and execute it with our builtins."""
    before: Any = sys.modules.get(name, spec)
    module = module_from_spec(spec)
    if before is not spec:  # a module in C that is initialized in one phase has taken the place (PEP 489)
        sys.modules[name] = before
    module.__dict__["__builtins__"] = importer.builtins
    _unfinished[name] = get_ident(), importer.modules
    importer.modules[name] = sys.modules[PRIVATE + name] = module
    try:
        assert spec.loader is not None
        spec.loader.exec_module(module)
    except BaseException:
        del importer.modules[name], sys.modules[PRIVATE + name]
        raise
    finally:
        del _unfinished[name]
    return module


def names_in_archive(archive: str, names: "Iterable[str]") -> "Iterator[str]":
    """Yield those of the names of modules that the importer of an archive finds there."""
    importer: Any = sys.path_importer_cache.get(archive)
    find: Any = getattr(importer, "find_spec", None) or getattr(importer, "find_module", None)  # zipimport before 3.10
    if find is not None:
        for name in names:
            found = find(name)
            if getattr(found, "loader", found) is not None:
                yield name
