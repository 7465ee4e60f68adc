"""The hooks that catch a crash: those of the interpreter itself, and a finder that installs the others.

The others are hooks in modules such as `logging`, which the finder installs
when the application imports the module.  What a crash needs (`handling`, the dumper,
cloudpickle) is imported at the crash.

With TIBIDI_ENABLE=1 the start hook only installs placeholders where it can.
They import this module at the first crash, or before an import of a module
that may have hooks: a small program that does not crash never needs it.

Rules
-----
Every hook first calls the function that it replaced, so that the normal
traceback is printed before tibidi can fail, and no exception of tibidi leaves
a hook.  A hook only recognises a crash and passes it to `report()`.
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms at every start.

from tibidi import TYPE_CHECKING, process
from tibidi.process import atexit, dump_threads, get_ident, load_own, monitoring, os, placeholders, reserve, sys
from tibidi.process.watch import Watch, is_inside_dump, runs_a_dump

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from threading import Thread
    from types import ModuleType, TracebackType
    from typing import Any

    ExceptHook = Callable[[type[BaseException], BaseException, "TracebackType | None"], object]
    UnraisableHook = Callable[["sys.UnraisableHookArgs"], object]

# The hooks by name; the hook that caught a crash decides how long its dump may take.
EXCEPTHOOK = "excepthook"
THREAD = "thread"
UNRAISABLE = "unraisable"
CHILD = "child"
POOL = "pool"
TASK = "task"
LOGGING = "logging"
PRINTED = "printed"
CELL = "cell"
EXIT = "exit"
LEFTOVER = "leftover"
# The process ends after these.
FINAL_HOOKS = (EXCEPTHOOK, CHILD, EXIT, LEFTOVER)
# file in hooks/ -> the modules that it installs hooks in; what they have in common is in that file
_FILES = {
    "catchers": "threading asyncio.base_events uvloop logging socketserver wsgiref.handlers tkinter gevent.hub"
    " eventlet.hubs.hub sphinx._cli.util.errors sphinx.cmd.build twisted.logger._logger twisted.python.log"
    " cheroot.server falcon.request bottle werkzeug.debug.tbtools litestar.middleware._internal.exceptions.middleware"
    " cleo.application _pytest.config multiprocessing.queues multiprocess.queues"
    " IPython.core.interactiveshell marimo._runtime.runner.cell_runner textual.app"
    " streamlit.error_util doit.exceptions behave.model_core robot.running.status"
    " awslambdaric.bootstrap",
    "children": "multiprocessing.process multiprocess.process billiard.process",
    "pools": "concurrent.futures._base concurrent.futures.process multiprocessing.pool multiprocessing.managers"
    " multiprocess.pool multiprocess.managers billiard.einfo pebble.common.types mpire.worker xmlrpc.client"
    " loky.process_executor joblib.externals.loky.process_executor dask.multiprocessing distributed.core"
    " ray.exceptions pyspark.util pyspark.worker_util concurrent.interpreters._queues",
    "servers": "gunicorn.glogging gunicorn.workers.base",
    "excepthooks": "code PyQt5.QtCore PyQt6.QtCore coverage.execfile",
    "notebooks": "papermill.execute",
    "unittests": "unittest.loader unittest.result nose2.result",
    "tail": "loguru._handler structlog._base warnings",
}
MODULE_HOOKS = {name: file for file, names in _FILES.items() for name in names.split()}
MODULE_HOOKS["logging"] += " tail"
# Installed with TIBIDI_LOGGING.
_LOGS = "logging loguru._handler structlog._base traceback concurrent.futures._base"
LOG_HOOKS = dict.fromkeys(_LOGS.split(), "logs")
# These ask a program to end, and are no crash.
ENDS = (KeyboardInterrupt, SystemExit, GeneratorExit)
process.packages.update({_name: sys.modules[_name] for _name in ("tibidi", __name__)})


class Settings:
    """Where a dump goes, and what is printed about it.

    `filename` None is the crash directory; with `replace`, our lines replace
    the traceback; with `silent`, nothing is printed.
    """

    def __init__(self, filename: "str | None" = None, replace: bool = False, silent: bool = False) -> None:
        self.filename = filename
        self.replace = replace
        self.silent = silent


# The arguments of set_excepthook(); None if it was not called.
settings: "Settings | None" = None
_is_installed = False
# Replaced functions: owner, name, original, replacement.
_installed: "list[tuple[object, str, Any, Any]]" = []
# The modules that PostImportFinder waits for -> the files in hooks/, separated by spaces.
_awaited: dict[str, str] = {}


def set_excepthook(
    filename: "str | os.PathLike[str] | None" = "traceback.pkl", replace: bool = True, silent: bool = False
) -> None:
    """Dump the exception that ends the program to `filename`, into the crash directory when None.

    With `replace`, one line with the exception replaces the traceback;
    otherwise the previous hook runs first.  With `silent`, nothing is printed
    about the dump.  Another call changes these settings; they have priority
    over the environment under TIBIDI_ENABLE=1.  Raises TypeError if `filename`
    is no path.

    >>> tibidi.set_excepthook("crash.pkl", replace=False)
    """
    install(Settings(None if filename is None else os.fspath(filename), replace, silent))


def install_all() -> "Sequence[str]":
    """Install every hook, as the start hook does under TIBIDI_ENABLE=1; a second call changes nothing.

    Returns a line for each setting that could not be understood.
    """
    if placeholders:
        _fill_in_placeholders()
    else:
        install()
        replace_function(sys, "unraisablehook", _wrap_unraisablehook)
        atexit.unregister(report_unseen)
        atexit.register(report_unseen)
    if sys.version_info < (3, 10):
        replace_function(atexit, "register", _wrap_register)
    problems: Sequence[str] = ()
    if process.environ.keys() - process.NEVER_WRONG:
        from tibidi import config

        problems = config.problems
    install_in_modules(MODULE_HOOKS)
    apply_settings()  # `config` may not have been imported before
    return problems


def _fill_in_placeholders() -> None:
    """Install the hooks in the placeholders of the start hook, which the application may have replaced since."""
    global _is_installed
    _is_installed = True
    reserve.fill()
    wraps: Any = {"excepthook": _wrap_excepthook, "unraisablehook": _wrap_unraisablehook}
    wraps.update(use_tool_id=wrap_use_tool_id, report_unseen=lambda _: report_unseen)
    for owner, name, previous, placeholder, target in placeholders:
        target[0] = wraps[name](previous)
        _installed.append((owner, name, previous, placeholder))


def install(given: "Settings | None" = None) -> None:
    """Install `sys.excepthook`, with the settings of set_excepthook() if there are any."""
    global _is_installed, settings
    _is_installed, settings = True, given or settings
    reserve.fill()
    replace_function(sys, "excepthook", _wrap_excepthook)
    apply_settings()


def apply_settings() -> None:
    """Install the hooks that settings ask for; called again when the application changes them."""
    if _is_installed and setting("logging_level", None) is not None:
        install_in_modules(LOG_HOOKS)
    for name, file in (("exits", "exits"), ("snapshot_signal", "snapshots"), ("hang_seconds", "hangs")):
        if _is_installed and setting(name, None):
            load_own("tibidi.process.imports").import_module(f"tibidi.hooks.{file}").install()
    for name in {"tibidi.hooks.tail", "tibidi.hooks.swallowed"} & sys.modules.keys():
        sys.modules[name].apply_settings()


def uninstall() -> None:
    """Uninstall every hook; one that somebody else has wrapped stays, and only calls the previous function.

    >>> tibidi.uninstall()
    """
    global _is_installed, settings
    _is_installed, settings = False, None
    reserve.drop()
    _awaited.clear()
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not PostImportFinder]
    atexit.unregister(report_unseen)
    if monitoring:
        load_own("tibidi.hooks.swallowed").uninstall()
    while _installed:
        owner, name, original, replacement = _installed.pop()
        if getattr(owner, name, None) is replacement:
            _set(owner, name, original)


def is_installed() -> bool:
    """Return True between install() and uninstall()."""
    return _is_installed


def replace_function(owner: object, name: str, wrap: "Callable[[Any], Any]") -> None:
    """Replace `owner.name` with `wrap(original)`, unless it is already our hook; a hook of `tail` may be wrapped."""
    original = getattr(owner, name)
    if not is_hook(original) or getattr(original, "tail", None) is original:
        set_function(owner, name, wrap(original))


def set_function(owner: object, name: str, replacement: "Any") -> None:
    """Replace the function `owner.name`, until uninstall()."""
    original = getattr(owner, name)
    _set(owner, name, replacement)
    _installed.append((owner, name, original, replacement))


def _set(owner: object, name: str, function: object) -> None:
    """Set a function; one that was static in its class stays so."""
    is_static = type(vars(owner).get(name)) is staticmethod
    setattr(owner, name, staticmethod(function) if is_static else function)  # type: ignore[arg-type]


def is_hook(function: object) -> bool:
    """Return True if a function is one of our hooks."""
    return any(replacement is function for *_, replacement in _installed)


def replaced_by(function: object) -> object:
    """Return the function that our hook replaced; any other function is returned unchanged."""
    return next((original for *_, original, replacement in _installed if replacement is function), function)


def release_reserve_for(exc: object) -> None:
    """Release the reserve before an exception is printed, if memory has run out.

    Printing a traceback without any free memory damages the interpreter:
    CPython 3.13 loses its table of interned strings.
    """
    if issubclass(type(exc), MemoryError):
        reserve.release()


def is_exception(exc: object) -> bool:
    """Return True for an exception, without asking for its `__class__`, which may raise."""
    return issubclass(type(exc), BaseException)


@runs_a_dump
def report(exc: object, hook: str, *, thread: "Thread | None" = None, settings: "Settings | None" = None) -> str:
    """Dump an exception and print one line about the dump; return the path of the dump that it is in now, or "".

    It is not dumped when it is no crash, or when its quota is used up; when
    the dump fails, a line on stderr tells why.  Without `settings` those of the
    environment hold.  Raises nothing of its own; but what a signal handler
    raises during the dump reaches an application that goes on.
    """
    # Check these before any import: an import can make the interpreter forget that SIGINT must end it.  Check
    # `_is_installed` first: during finalization every global here is None.
    if not _is_installed or not is_exception(exc) or sys.is_finalizing():
        return ""
    if issubclass(type(exc), ENDS) and hook != EXIT:
        return ""
    path, interrupt, watch = "", None, None
    try:
        handling: Any = sys.modules.get("tibidi.hooks.handling")  # since the first crash
        answer = handling.answer(exc, hook) if hasattr(handling, "answer") else None
        if answer is not None or is_inside_dump(process.get_frame(1)):
            return answer or ""
        # This deadline covers the imports of a first crash; then `handling` sets the real one.
        watch = Watch(setting("max_seconds", process.MAX_SECONDS))
        with reserve:
            path, interrupt = watch.run(lambda watch: _handle(exc, hook, thread, settings, watch))
        interrupt = watch.interrupt or interrupt
    except (KeyboardInterrupt, SystemExit) as error:
        interrupt = error
    except BaseException as error:  # noqa: BLE001 - no error of tibidi leaves a hook
        if hook in FINAL_HOOKS or not (
            (watch and error is watch.interrupt) or _ask_interpreter("has_handler_raised", error, False)
        ):
            _print_failure(error)
            return ""
        interrupt = error
    try:
        if interrupt is not None and hook not in FINAL_HOOKS:
            raise _ask_interpreter("without_dump", interrupt, interrupt)
    finally:
        del interrupt, watch  # break the cycle: its traceback refers to this frame
    return path


def _handle(
    exc: object, hook: str, thread: "Thread | None", settings: "Settings | None", watch: Watch
) -> "tuple[str, BaseException | None]":
    """Import what a crash needs, and pass the exception on."""
    import_module: Any = load_own("tibidi.process.imports").import_module
    with import_module("tibidi.process.temporary").dump_settings():  # already the imports need them
        handle: Any = import_module("tibidi.hooks.handling").handle
        return handle(exc, hook, thread, watch, settings or Settings())  # type: ignore[no-any-return]


def setting(name: str, default: "Any") -> "Any":
    """Return a setting; the default if no variable has set anything, or while another thread imports `config`."""
    return getattr(sys.modules.get("tibidi.config"), name, default)


def _ask_interpreter(name: str, error: BaseException, default: "Any") -> "Any":
    """Call a function of `tibidi.process.interpreter`; return `default` if that is missing or half imported."""
    return getattr(sys.modules.get("tibidi.process.interpreter"), name, lambda _: default)(error)


def install_in_modules(hooks: "Mapping[str, str]") -> None:
    """Install the hooks of modules: now where a module is loaded, else when the application imports it."""
    for name, file in hooks.items():
        _awaited[name] = " ".join(dict.fromkeys(f"{_awaited.get(name, '')} {file}".split()))
    if PostImportFinder not in sys.meta_path:
        placeholder = process.packages.get("tibidi_autoinstall")
        sys.meta_path[:] = [PostImportFinder, *[each for each in sys.meta_path if each is not placeholder]]
    for name in hooks:
        module = sys.modules.get(name)
        if module is not None:
            _install_in(module, _awaited[name])


class PostImportFinder:
    """A post-import hook (PEP 369): installs hooks in selected modules after they are imported.

    It is the first finder in `sys.meta_path` and costs one look-up of the name.
    It finds nothing itself: it takes the spec of the other finders, and has
    the original loader of the module call us after it has run.
    """

    @staticmethod
    def find_spec(name: str, path: "Sequence[str] | None" = None, target: "Any" = None) -> "ModuleSpec | None":
        """Return the spec of the other finders for a module that a hook waits for."""
        if name not in _awaited:
            return None
        for finder in list(sys.meta_path):
            find_spec = None if finder is PostImportFinder else getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = find_spec(name, path, target) if find_spec else None
            if spec is not None:
                _call_after(spec.loader)
                return spec
        return None


def _call_after(loader: "Any") -> None:
    """Have this one loader install our hook after it has run its module."""
    if not hasattr(loader, "exec_module") or not hasattr(loader, "__dict__"):
        return

    def exec_module(module: "ModuleType") -> None:
        del loader.exec_module  # the instance attribute: the method of the class is visible again
        loader.exec_module(module)
        if module.__name__ in _awaited:
            _install_in(module, _awaited[module.__name__])

    loader.exec_module = exec_module


def _install_in(module: "ModuleType", files: str) -> None:
    """Install the hooks of a module; an unknown version of that module stays without."""
    for file in files.split():
        try:
            # By a normal import: what a hook calls in C, such as printing a traceback, imports with its builtins.
            load_own("tibidi.hooks." + file).install(module)
        except Exception:  # noqa: BLE001 - the import belongs to the application, and must succeed without the hook
            from tibidi import config

            if config.debug:
                sys.__excepthook__(*sys.exc_info())


def wrap_use_tool_id(previous: "Callable[..., object]") -> "Callable[..., object]":
    """Return a `use_tool_id` that frees our tool of `sys.monitoring` for another one."""

    def use_tool_id(*args: object) -> object:
        if args[:1] == (process.TOOL,):  # another tool gets ours
            load_own("tibidi.hooks.swallowed").uninstall()
        return previous(*args)

    return use_tool_id


def _wrap_excepthook(previous: "ExceptHook") -> "ExceptHook":
    def excepthook(kind: type[BaseException], exc: BaseException, tb: "TracebackType | None") -> None:
        release_reserve_for(exc)
        _awaited.pop("warnings", None)  # printing may import it
        if settings is not None and settings.replace and _is_installed:
            if not _report(exc, tb):
                previous(kind, exc, tb)  # without a dump the traceback is all there is
            return
        try:
            dump_threads.add(get_ident())  # the exceptions that printing catches did not lead to the crash
            previous(kind, exc, tb)
        finally:
            dump_threads.discard(get_ident())
            _report(exc, tb)

    return excepthook


def _report(exc: BaseException, tb: "TracebackType | None") -> str:
    if is_exception(exc) and process.traceback_of(exc) is None:
        # The application called sys.excepthook() with a traceback of its own; frozen dataclasses refuse assignments.
        BaseException.with_traceback(exc, tb)
    # At the prompt an exception does not end the process: it is dumped only after set_excepthook().
    is_prompt = settings is None and hasattr(sys, "ps1")
    return "" if is_prompt else report(exc, EXCEPTHOOK, settings=settings)


def _wrap_unraisablehook(previous: "UnraisableHook") -> "UnraisableHook":
    report_it = report  # called also during finalization, when the globals of this module are gone

    def unraisablehook(unraisable: "sys.UnraisableHookArgs") -> None:
        try:
            previous(unraisable)
        finally:
            # `unraisable.object` is left alone: it may be half finalized, and a reference would resurrect it.
            report_it(unraisable.exc_value, UNRAISABLE)

    return unraisablehook


def _wrap_register(previous: "Callable[..., object]") -> "Callable[..., Any]":
    """Before Python 3.10 no hook is called for an exception in an atexit callback."""

    def register(function: "Callable[..., object]", *args: object, **options: object) -> object:
        previous(load_own("tibidi.hooks.callbacks").watched(function), *args, **options)
        return function

    return register


def report_unseen() -> None:
    """Report at the exit an exception that no hook has seen.

    Rich, IPython and Qt bindings replace `sys.excepthook` without calling the
    previous one.  But the interpreter sets `sys.last_exc` (3.12) or
    `sys.last_value` before it calls any hook, and this callback runs last, as
    it was registered first.
    """
    for name, hook in (("callbacks", UNRAISABLE), ("catchers", TASK), ("logs", LOGGING), ("exits", EXIT)):
        module = sys.modules.get(f"tibidi.hooks.{name}")
        for exc in module.unseen() if module else ():
            report(exc, hook)
    # Our own excepthook has seen every exception; at a prompt exceptions do not end the process.
    if not is_hook(getattr(sys, "excepthook", None)) and not hasattr(sys, "ps1"):
        report(getattr(sys, "last_exc", getattr(sys, "last_value", None)), LEFTOVER)


def _print_failure(error: BaseException) -> None:
    """Print in one line why there is no dump, without importing anything."""
    if setting("silent", False):
        return
    try:
        if setting("debug", False):
            sys.__excepthook__(type(error), error, error.__traceback__)
        sys.stderr.write(f"tibidi: no dump: {process.why_unreadable(error) or f'{type(error).__name__}: {error}'}\n")
        sys.stderr.flush()
    except Exception:  # noqa: BLE001 - no stderr, or one that raises
        return


def _forget_unfinished_imports() -> None:
    """Forget the modules that a thread of the parent process was importing for a dump.

    importlib would wait for ever for the module locks of that thread.
    """
    locks = getattr(process.importlib, "_module_locks", {})
    owners = {name: getattr(reference(), "owner", None) for name, reference in list(locks.items())}
    lost = {owner for name, owner in owners.items() if name.startswith("tibidi.")} | dump_threads
    lost -= {None, get_ident()}
    for name, owner in owners.items():
        if owner in lost:
            locks.pop(name, None)
            sys.modules.pop(name, None)


def _reset_after_fork() -> None:
    """Reset locks and unfinished work in a child: the threads that held them do not exist there."""
    reserve.reset_after_fork()
    _forget_unfinished_imports()
    dump_threads.clear()
    for name in ("tibidi.process.imports", "tibidi.process.copies", "tibidi.hooks.handling"):
        if name in sys.modules:
            sys.modules[name].reset_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)

if placeholders:
    install_all()
