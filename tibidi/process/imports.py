"""Import at a crash what was installed at the start, without touching a module of the application.

Strategy
--------
An application may shadow a module of the standard library (a `json.py` beside its
script), replace or delete one in `sys.modules`, patch its functions, or change
`sys.path`.  tibidi needs the modules of the start, and the application keeps its
own: no thread of it may see a change, not even for a moment.

So the modules of tibidi are executed with builtins whose `__import__` is ours.  (CPython takes it from the builtins of
the frame: Python/ceval.c, import_name.)  It imports as ever, unless the application shadows something.  Then every
module that is not loaded yet is loaded as a private copy from the path of the start, and executed with the same
builtins, since it may import what is shadowed.  A copy of `json` is in `sys.modules` as `tibidi.private.json`: `enum`
and `dataclasses` look up the module of a class there.
"""

# No `from __future__ import annotations` here: before this module is loaded, it may be shadowed.

from _thread import RLock, get_ident

from tibidi import TYPE_CHECKING
from tibidi.process import builtins, importlib, io, os, own_builtins, start_path, sys, time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

# Those of the start: an application that empties `sys.modules` would get others, which are not set up.
external: "Any" = importlib._bootstrap_external
OWN = "tibidi."
PRIVATE = "tibidi.private."
DEPENDENCIES = frozenset({"cloudpickle", "platformdirs"})
# The import system is set up at the start, which a copy would not be.
NEVER_PRIVATE = frozenset({"_frozen_importlib", "_frozen_importlib_external", "builtins", "importlib", "sys"})
MISSING: "Any" = object()
MODULE_SUFFIXES = ("py", "pyc", "pyd", "so")
# Longer than the imports of a first dump take.  The thread that holds the lock may be waiting for a public module that
# this one is importing, which was interrupted by its crash: so the wait must end.
MAX_WAIT_SECONDS = 5.0

_lock = RLock()


def import_module(name: str) -> "ModuleType":
    """Return a module of tibidi, importing it and what it imports."""
    module = _loaded(name)
    if module is not None:
        return module
    lock = _lock
    is_held = lock.acquire(timeout=MAX_WAIT_SECONDS)
    try:
        importer.look_for_shadows()
        return importer.load(name)
    finally:
        if is_held:
            lock.release()


def reset_after_fork() -> None:
    """Release the lock: in a child of fork() the thread that held it does not exist."""
    global _lock
    _lock = RLock()
    importer.reset_after_fork()


class PrivateImporter:
    """Imports for tibidi and for private copies; as a finder, gives the modules of tibidi their builtins."""

    def __init__(self) -> None:
        # What an import statement gets, by name: public modules and private copies of the standard library.
        self.modules: dict[str, ModuleType] = {"io": io, "os": os, "time": time, "sys": sys, "builtins": builtins}
        self.modules.update({"_frozen_importlib": importlib, "_frozen_importlib_external": external})
        self.modules.update({"os.path": os.path, "posixpath" if os.name == "posix" else "ntpath": os.path})
        self._known = standard_names() | DEPENDENCIES
        self._has_shadows = False
        self.builtins = {**own_builtins, "__import__": self.import_, "open": io.open}
        self._threads: list[int] = []  # that are importing modules of tibidi
        self._complete: dict[str, ModuleType] = {}  # modules of tibidi that are no packages

    def reset_after_fork(self) -> None:
        """Forget the imports of threads that do not exist in a child."""
        self._threads = [each for each in self._threads if each == get_ident()]
        if not self._threads and self in sys.meta_path:
            sys.meta_path.remove(self)

    def look_for_shadows(self) -> None:
        """Find out whether the application shadows anything that tibidi might import, loaded or not."""
        self._has_shadows = any(map(self._is_shadowed, self._known)) or self._has_foreign()

    def _has_foreign(self) -> bool:
        """Return True if a directory that was put before those of the start in `sys.path` has a name that shadows."""
        path = [each for each in sys.path if isinstance(each, str)]
        last = max((number for number, each in enumerate(path) if each in start_path), default=0)
        foreign = [each for each in path[:last] if each not in start_path]
        return any(not self._known.isdisjoint(_names_in(folder, self._known)) for folder in foreign)

    def import_(
        self,
        name: str,
        globals: "Mapping[str, Any] | None" = None,
        locals: "Mapping[str, Any] | None" = None,
        fromlist: "Sequence[str] | None" = (),
        level: int = 0,
    ) -> "ModuleType":
        """Execute an import statement of a module of tibidi or of a private copy."""
        if name in self._complete and fromlist and not level:
            return self._complete[name]
        if level:
            package = str((globals or {})["__package__"]).split(".")
            name = ".".join(filter(None, (*package[: len(package) + 1 - level], name)))
        module = self.load(name)
        if not fromlist:
            return module if level else self.load(name.partition(".")[0])
        for attribute in fromlist if hasattr(module, "__path__") else ():
            if attribute not in vars(module) and attribute != "*":
                self._load_submodule(f"{name}.{attribute}")
        return module

    def load(self, name: str) -> "ModuleType":
        """Return the module that this name had at the start, importing it if needed."""
        if name.startswith(PRIVATE):
            name = name[len(PRIVATE) :]
            return self.modules.get(name) or self._load_private(name)
        if name in self.modules:
            return self.modules[name]
        top = name.partition(".")[0]
        if top == "tibidi":
            return _loaded(name) or self._load_own(name)
        if top not in self._known:  # of the application: the C pickler imports with the builtins of its caller
            return _import(name)
        module = self._load_private(name) if self._needs_copy(name, top) else self.load_public(name)
        self.modules[name] = module
        return module

    def find_spec(
        self, name: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        """Return the spec of a module of tibidi, whose loader gives it our builtins.

        And of one of the standard library that is not found on `sys.path`, if this thread imports it for tibidi:
        modules in C import with the builtins of importlib.
        """
        is_own = name.startswith(OWN)
        if not is_own and (get_ident() not in self._threads or name not in self._known):
            return None
        own: ModuleSpec | None = _own_spec(name, path[0]) if is_own and path else None
        if own is not None:
            self._prepare(own.loader)
            return own
        for finder in (external.PathFinder, *sys.meta_path):
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = find(name, path, target) if find else None
            if spec is not None:
                if is_own:
                    self._prepare(spec.loader)
                return spec
        return None if is_own else external.PathFinder.find_spec(name, start_path)

    def _prepare(self, loader: "Any") -> None:
        """Have a loader execute its module with our builtins."""
        if not hasattr(loader, "__dict__"):
            return

        def exec_module(module: "ModuleType") -> None:
            del loader.exec_module  # the instance attribute: the method of the class is visible again
            module.__dict__["__builtins__"] = self.builtins
            loader.exec_module(module)
            vars(loader).pop("get_code", None)

        loader.exec_module = exec_module

    def _load_own(self, name: str) -> "ModuleType":
        """Import a module of tibidi, as `sys.modules` has it; meanwhile, this is the first finder."""
        self._threads.append(get_ident())
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)
        try:
            module = _import(name)
            if not hasattr(module, "__path__") and _loaded(name) is module:
                self._complete[name] = module
            return module
        finally:
            self._threads.remove(get_ident())
            if not self._threads and self in sys.meta_path:
                sys.meta_path.remove(self)

    def _load_submodule(self, name: str) -> None:
        """Load a name of `from package import name`, which may also be no module."""
        try:
            self.load(name)
        except ModuleNotFoundError as error:
            if error.name not in {name, f"{PRIVATE}{name}"}:
                raise

    def load_public(self, name: str) -> "ModuleType":
        """Import a module as the application would."""
        try:
            return _import(name)
        except Exception:  # noqa: BLE001 - something is patched, or missing from sys.path: whatever that raises
            return self._load_private(name)

    def _load_private(self, name: str) -> "ModuleType":
        """Load a private copy of a module; of one in C that is loaded or built in, the one that there is."""
        module: ModuleType = self.load("tibidi.process.copies").load_copy(self, name)
        return module

    def _needs_copy(self, name: str, top: str) -> bool:
        """Return True for a module that is shadowed, or that might import one which is."""
        if top in NEVER_PRIVATE:
            return False
        loaded = self.modules.get(top)
        if loaded is not None and loaded.__name__.startswith(PRIVATE):
            return True
        return self._is_shadowed(top) or (self._has_shadows and _loaded(name) is None)

    def _is_standard(self, top: str) -> bool:
        return self.load("tibidi.process.copies").find_standard(top) is not None

    def _is_shadowed(self, top: str) -> bool:
        """Return True if `sys.modules` has another module than the one on the path of the start."""
        module = sys.modules.get(top, MISSING)
        if module is MISSING or top in NEVER_PRIVATE or top in self.modules:
            return False
        if module is None:  # the application has forbidden to import it
            return self._is_standard(top)
        try:
            facts = object.__getattribute__(module, "__dict__")  # getattr() would load a lazy module
        except AttributeError:
            return False
        file = facts.get("__file__")
        is_foreign = not _is_on_path(file) if isinstance(file, str) else facts.get("__spec__") is None
        return is_foreign and self._is_standard(top)


def _own_spec(name: str, folder: str) -> "Any":
    """Return the spec of a module in a folder: faster than importlib, and without the path hooks of the application."""
    base, tag = os.path.join(folder, name.rpartition(".")[2]), sys.implementation.cache_tag
    for directory, file in ((folder, os.path.basename(base)), (base, "__init__")):
        source = os.path.join(directory, f"{file}.py")
        cached = os.path.join(directory, "__pycache__", f"{file}.{tag}.pyc")
        loader: Any = external.SourceFileLoader(name, source)
        try:
            facts = os.stat(source)
        except (OSError, ValueError):
            continue
        try:
            data = loader.get_data(cached)
        except OSError:
            data = b""
        # Lib/importlib/_bootstrap_external.py, SourceLoader.get_code; flags other than 0 are for its slower checks.
        stamp = (0, int(facts.st_mtime) & 0xFFFFFFFF, facts.st_size & 0xFFFFFFFF)
        if data[:16] == external.MAGIC_NUMBER + b"".join([word.to_bytes(4, "little") for word in stamp]):
            code = external._compile_bytecode(memoryview(data)[16:], name, cached, source)
            loader.get_code = lambda _, code=code: code
        folders = [base] if directory == base else None
        return external.spec_from_file_location(name, source, loader=loader, submodule_search_locations=folders)
    return None


def standard_names() -> "frozenset[str]":
    """Return the names of the modules of the standard library."""
    names: frozenset[str] | None = getattr(sys, "stdlib_module_names", None)  # Python 3.10
    if names is not None:
        return names
    folder = os.path.dirname(os.__file__)
    return frozenset({*_names_in(folder), *_names_in(os.path.join(folder, "lib-dynload")), *sys.builtin_module_names})


def _names_in(folder: str, packages: "frozenset[str] | None" = None) -> "Iterator[str]":
    """Yield the names of modules in a directory, and of packages, if they are in `packages`.

    A folder without `__init__.py` shadows nothing (PEP 420).
    """
    try:
        entries = os.listdir(folder or ".")
    except (OSError, ValueError):  # an archive, or gone
        if packages is not None:
            yield from importer.load("tibidi.process.copies").names_in_archive(folder, packages)
        return
    for entry in entries:
        name, _, suffix = entry.partition(".")
        init = os.path.join(folder, entry, "__init__.py")
        is_package = not suffix and (packages is None or name in packages) and os.path.exists(init)
        if is_package or suffix.endswith(MODULE_SUFFIXES):
            yield name


def _is_on_path(file: str) -> bool:
    """Return True if a module was found on the path of the start: as a file or as a package."""
    folder, name = os.path.split(file)
    return folder in start_path or (name.startswith("__init__.") and os.path.dirname(folder) in start_path)


def _import(name: str) -> "ModuleType":
    own_builtins["__import__"](name)
    return sys.modules[name]


def _loaded(name: str) -> "ModuleType | None":
    """Return a module if it is fully imported, else None: then importing it waits for the thread that does so."""
    module = sys.modules.get(name)
    return None if module is None or getattr(module.__spec__, "_initializing", False) else module


importer = PrivateImporter()
