"""The hooks that catch a crash: those of the interpreter itself, all that is installed before a crash comes.

With TIBIDI_ENABLE=1 this is imported at every start, of programs that never
crash.  Finding a module costs 0.15 ms, whatever is in it, so what must be
there before the crash is in this one: the doors of the interpreter itself, a
finder that has the doors of other modules hung when those are imported, the
reserve, and the path that modules came from.  What a crash needs
(`tibidi.hooks.desk`, the dumper, cloudpickle) is imported when it comes.

Rules
-----
What happened before happens first: every door calls what it replaced, so the
normal traceback is out before anything of ours can go wrong, and no exception
of ours leaves a door.  A door only recognises a crash and hands it to
`report()`.
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms at every start.

import atexit
import sys
from _thread import get_ident

from tibidi import TYPE_CHECKING
from tibidi.process import environ
from tibidi.process import os
from tibidi.process import reserve

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from threading import Thread
    from types import FrameType
    from types import ModuleType
    from types import TracebackType
    from typing import Any

    ExceptHook = Callable[[type[BaseException], BaseException, "TracebackType | None"], object]
    UnraisableHook = Callable[["sys.UnraisableHookArgs"], object]

# The doors by name; what crashes come through is told in the dump and decides how long it may take.
EXCEPTHOOK = "excepthook"
THREAD = "thread"
UNRAISABLE = "unraisable"
CHILD = "child"
POOL = "pool"
TASK = "task"
LOGGING = "logging"
LEFTOVER = "leftover"
# Behind these the process ends.
FINAL_HOOKS = (EXCEPTHOOK, CHILD, LEFTOVER)
# name of a module of the application's -> the file in hooks/ with the door that is hung in it
MODULE_HOOKS = {
    "threading": "threads",
    "multiprocessing.process": "children",
    "multiprocessing.pool": "pools",
    "concurrent.futures.process": "pools",
    "asyncio.base_events": "tasks",
    "code": "consoles",
    "uvloop": "tasks",
}
# How a program is asked to end, which is no crash.
ENDS = (KeyboardInterrupt, SystemExit, GeneratorExit)
# Variables that nobody need look at before a crash: any text will do.
NEVER_WRONG = {"TIBIDI_ENABLE", "TIBIDI_DIR", "TIBIDI_KEY_FILE", "TIBIDI_REDACT"}
# Reads `__traceback__` of an exception whose class has its own idea of reading attributes.
traceback_of: "Callable[[BaseException], TracebackType | None]" = vars(BaseException)["__traceback__"].__get__


class Settings:
    """Where a dump goes, and what is said of it.

    `filename` None is the crash directory; with `replace`, our lines stand in
    the place of the traceback; `silent` says nothing at all.
    """

    def __init__(self, filename: "str | None" = None, replace: bool = False, silent: bool = False) -> None:
        self.filename = filename
        self.replace = replace
        self.silent = silent


# What set_excepthook() was told; None: nobody called it.
settings: "Settings | None" = None
_is_installed = False
# What hangs where: owner, name, original, replacement.
_installed: "list[tuple[object, str, Any, Any]]" = []
_awaited: dict[str, str] = {}


def set_excepthook(
    filename: "str | os.PathLike[str] | None" = "traceback.pkl", replace: bool = True, silent: bool = False
) -> None:
    """Dump the exception that ends the program to `filename`, into the crash directory when None.

    With `replace`, one line with the exception stands in the place of the
    traceback; otherwise the hook that was there runs first.  `silent` says
    nothing of the dump.  Called again, it changes these settings; it wins
    over what TIBIDI_ENABLE=1 has set.
    """
    path = None if filename is None else os.fspath(filename)
    install(Settings(path, replace, silent))


def install_all() -> "Sequence[str]":
    """Hang every door, as the start hook does under TIBIDI_ENABLE=1; a second call changes nothing.

    Returns a line for each setting that could not be understood.
    """
    install()
    replace_function(sys, "unraisablehook", _wrap_unraisablehook)
    atexit.unregister(_report_unseen)
    atexit.register(_report_unseen)
    if sys.version_info < (3, 10):
        replace_function(atexit, "register", _wrap_register)
    doors = MODULE_HOOKS
    problems: Sequence[str] = ()
    if environ.keys() - NEVER_WRONG:
        from tibidi import config

        problems = config.problems
        if config.logging_level is not None:
            doors = {**MODULE_HOOKS, "logging": "logs"}
    install_in_modules(doors)
    return problems


def install(told: "Settings | None" = None) -> None:
    """Let crashes in from now on, by the front door at least; what set_excepthook() was told holds from now on."""
    global _is_installed, settings
    _is_installed = True
    settings = told or settings
    reserve.fill()
    replace_function(sys, "excepthook", _wrap_excepthook)


def uninstall() -> None:
    """Let nothing in any more, and take every door down, last first, where nobody hung theirs over ours since."""
    global _is_installed, settings
    _is_installed = False
    settings = None
    reserve.release()
    _awaited.clear()
    if PostImportFinder in sys.meta_path:
        sys.meta_path.remove(PostImportFinder)
    atexit.unregister(_report_unseen)
    while _installed:
        owner, name, original, replacement = _installed.pop()
        if getattr(owner, name, None) is replacement:
            setattr(owner, name, original)


def is_installed() -> bool:
    """Say whether crashes are let in."""
    return _is_installed


def replace_function(owner: object, name: str, wrap: "Callable[[Any], Any]") -> None:
    """Put `wrap(original)` in the place of somebody's function, unless what is there is ours already."""
    original = getattr(owner, name)
    if not is_hook(original):
        replacement = wrap(original)
        setattr(owner, name, replacement)
        _installed.append((owner, name, original, replacement))


def is_hook(function: object) -> bool:
    """Say whether this function is a door of ours."""
    return any(replacement is function for *_, replacement in _installed)


def replaced_by(function: object) -> object:
    """Return what a door of ours was hung over; any other function is returned as it is."""
    return next((original for *_, original, replacement in _installed if replacement is function), function)


def release_reserve_for(exc: object) -> None:
    """Make room for an exception that is about to be printed, and reported after that.

    Printing a traceback where there is no memory at all leaves the
    interpreter damaged: CPython 3.13 loses its table of interned strings.
    """
    if issubclass(type(exc), MemoryError):
        reserve.release()


def is_exception(exc: object) -> bool:
    """Tell an exception without asking it for its `__class__`, which may raise."""
    return issubclass(type(exc), BaseException)


def report(exc: object, door: str, *, thread: "Thread | None" = None, settings: "Settings | None" = None) -> bool:
    """Dump an exception and say so on stderr; tell whether it is in a dump now.

    It is not dumped when it is no crash, or when too many like it were; when
    the dump fails, a line on stderr says why.  `settings` None is what the
    environment says.  Raises nothing, except that what a signal handler raises
    meanwhile reaches an application that lives on.
    """
    # These first of all: importing anything here can make the interpreter forget that it is to end by SIGINT.
    # And `_is_installed` before all: while the last objects go, there is None in the place of everything here.
    if not _is_installed or not is_exception(exc) or issubclass(type(exc), ENDS) or sys.is_finalizing():
        return False
    is_dumped, interrupt = False, None
    try:
        if _is_under_way(sys._getframe(1)):
            return False
        with reserve:
            temporary = _load("tibidi.process.temporary")
            with temporary.Headroom(), temporary.Switching():  # the imports may need both already
                is_dumped, interrupt = _import("desk").receive(exc, door, thread, settings)
    except (KeyboardInterrupt, SystemExit) as error:
        interrupt = error
    except BaseException as error:  # noqa: BLE001 - nothing of ours leaves a door, whatever it is
        if door in FINAL_HOOKS or not _has_handler_raised(error):
            _print_failure(error)
            return False
        interrupt = error
    if interrupt is not None and door not in FINAL_HOOKS:
        raise interrupt
    return bool(is_dumped)


def _has_handler_raised(error: BaseException) -> bool:
    try:
        return bool(_load("tibidi.process.interpreter").has_handler_raised(error))
    except Exception:  # noqa: BLE001 - what has failed is imports
        return False


def _is_under_way(frame: "FrameType | None") -> bool:
    """Say whether this thread is in a report already: a finalizer or a signal handler has failed in the middle of it.

    What is imported for the first one may be half there, so this must be known before anything is.
    """
    while frame is not None:
        if frame.f_code is report.__code__:
            return True
        frame = frame.f_back
    return False


def install_in_modules(doors: "Mapping[str, str]") -> None:
    """Hang doors of modules, by module: now where the module is there, else when the application imports it."""
    _awaited.update(doors)
    if PostImportFinder not in sys.meta_path:
        sys.meta_path.insert(0, PostImportFinder)
    for name in doors:
        module = sys.modules.get(name)
        if module is not None:
            _install_in(name, module)


class PostImportFinder:
    """A finder of nothing, who hears of every module that is imported.

    It stands first in `sys.meta_path`, costs the look-up of a name, lets the
    others find a module, and has that module's own loader call us after it
    has run.  The loader is the original one, of its original type.
    """

    @staticmethod
    def find_spec(
        name: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        """Return the spec that the other finders have for a module where a door is to be hung."""
        if name not in _awaited:
            return None
        for finder in list(sys.meta_path):
            find_spec = None if finder is PostImportFinder else getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = find_spec(name, path, target) if find_spec else None
            if spec is not None:
                _listen(spec.loader)
                return spec
        return None


def _listen(loader: "Any") -> None:
    """Let this one loader call us after it has run its module."""
    if not hasattr(loader, "exec_module") or not hasattr(loader, "__dict__"):
        return

    def exec_module(module: "ModuleType") -> None:
        del loader.exec_module  # the attribute, so that the method is back
        loader.exec_module(module)
        if module.__name__ in _awaited:
            _install_in(module.__name__, module)

    loader.exec_module = exec_module


def _install_in(name: str, module: "ModuleType") -> None:
    """Hang the door that belongs to a module; a module that is not what we know stays without."""
    try:
        _import(_awaited[name]).install(module)
    except Exception:  # noqa: BLE001 - the import is the application's, and works whatever becomes of the door
        from tibidi import config

        if config.debug:
            sys.__excepthook__(*sys.exc_info())


def _import(name: str) -> "Any":
    """Import a file of hooks/ with all that it imports, along the path of the start."""
    return _load("tibidi.process.imports").import_module("tibidi.hooks." + name)


def _load(name: str) -> "Any":
    """Return a module, importing it; not importlib, which is a third of a millisecond at each start."""
    __import__(name)
    return sys.modules[name]


def _wrap_excepthook(previous: "ExceptHook") -> "ExceptHook":
    def excepthook(kind: type[BaseException], exc: BaseException, tb: "TracebackType | None") -> None:
        release_reserve_for(exc)
        if settings is not None and settings.replace and _is_installed:
            if not _report(exc, tb):
                previous(kind, exc, tb)  # no dump: the traceback is all there is
            return
        try:
            previous(kind, exc, tb)
        finally:
            _report(exc, tb)

    return excepthook


def _report(exc: BaseException, tb: "TracebackType | None") -> bool:
    if is_exception(exc) and traceback_of(exc) is None:
        # Somebody called sys.excepthook() with three things of their own; frozen dataclasses refuse assignments.
        BaseException.with_traceback(exc, tb)
    # At the prompt an exception ends nothing, unless somebody asked for its dump.
    return (settings is not None or not hasattr(sys, "ps1")) and report(exc, EXCEPTHOOK, settings=settings)


def _wrap_unraisablehook(previous: "UnraisableHook") -> "UnraisableHook":
    report_it = report  # called also when there is nothing left in this module

    def unraisablehook(unraisable: "sys.UnraisableHookArgs") -> None:
        try:
            previous(unraisable)
        finally:
            # The object is not looked at: it may be half gone, and a reference would revive it.
            report_it(unraisable.exc_value, UNRAISABLE)

    return unraisablehook


def _wrap_register(previous: "Callable[..., object]") -> "Callable[..., Any]":
    """Before Python 3.10 no hook hears of what atexit callbacks raise."""

    def register(function: "Callable[..., object]", *args: object, **options: object) -> object:
        previous(_load("tibidi.hooks.callbacks").watched(function), *args, **options)
        return function

    return register


def _report_unseen() -> None:
    """Report at the exit what no door has seen.

    Rich, IPython and Qt bindings put their own function into
    `sys.excepthook` and call nobody else.  But the interpreter leaves the
    exception in `sys.last_exc` (3.12) or `sys.last_value` before it calls any
    hook, and this runs last, as it was registered first.
    """
    callbacks = sys.modules.get("tibidi.hooks.callbacks")
    for exc in callbacks.raised if callbacks else ():
        report(exc, UNRAISABLE)
    # While the front door is ours, it saw whatever came; at a prompt exceptions end nothing.
    if not is_hook(getattr(sys, "excepthook", None)) and not hasattr(sys, "ps1"):
        report(getattr(sys, "last_exc", None) or getattr(sys, "last_value", None), LEFTOVER)


def _print_failure(error: BaseException) -> None:
    """Say in one line why there is no dump, with whatever can still be imported: nothing."""
    config = sys.modules.get("tibidi.config")  # not there: no variable has set anything
    if config is not None and config.silent:
        return
    try:
        if config is not None and config.debug:
            sys.__excepthook__(type(error), error, error.__traceback__)
        sys.stderr.write(f"tibidi: no dump: {type(error).__name__}: {error}\n")
        sys.stderr.flush()
    except Exception:  # noqa: BLE001 - no stderr, or one that raises
        return


def _forget_unfinished_imports() -> None:
    """Let modules be imported anew that a thread was importing for us which is not there.

    importlib has a lock for each, and would wait for ever for those of that thread.
    """
    locks = getattr(sys.modules["_frozen_importlib"], "_module_locks", {})
    owners = {name: getattr(reference(), "owner", None) for name, reference in list(locks.items())}
    lost = {owner for name, owner in owners.items() if name.startswith("tibidi.")} - {None, get_ident()}
    for name, owner in owners.items():
        if owner in lost:
            locks.pop(name, None)
            sys.modules.pop(name, None)


def _after_fork() -> None:
    """Begin anew in a child: locks may be held by threads that are not there."""
    reserve.reset_after_fork()
    _forget_unfinished_imports()
    for name in ("tibidi.process.imports", "tibidi.hooks.desk"):
        if name in sys.modules:
            sys.modules[name].reset_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
