"""The hook for library functions that handle an exception which the library has caught: the program goes on.

They print the exception, or log it.  Each is called while the traceback still exists: that of a thread or a greenlet
that ends, of a callback of an event loop or a window, or of a request handler.  What an application does in its own
`except` blocks is its own business, and no crash.
"""

from __future__ import annotations

import gc
import sys
from _thread import get_ident
from functools import wraps

from tibidi import TYPE_CHECKING, hooks
from tibidi.process import dump_threads

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    Find = Callable[..., Any]
    Function = Callable[..., Any]

# Where a server writes to a client that has gone (wsgiref.handlers.BaseHandler.run() ignores them as well).
GONE = (BrokenPipeError, ConnectionAbortedError, ConnectionResetError)
MOST_BLOCKS = 1_000_000  # of memory: to look at all objects takes some 10 ms then


def install(module: ModuleType) -> None:
    """Install the hook in the functions of a module that CATCHERS names."""
    paths, find = CATCHERS[module.__name__]
    hook = HOOKS.get(module.__name__, hooks.PRINTED)
    for path in paths.split():
        *owners, name = path.split(".")
        owner: Any = module
        for each in owners:
            owner = getattr(owner, each, None)
        if hasattr(owner, name):  # else another version of the library
            hooks.replace_function(owner, name, reporting(find, hook))
    if hasattr(module, "_make_invoke_excepthook"):
        hooks.replace_function(module, "_make_invoke_excepthook", _wrap_make_invoke)


def unseen() -> list[BaseException]:
    """Return the exceptions of tasks of asyncio that nobody has asked for: asyncio prints them when hooks are gone."""
    tasks: Any = sys.modules.get("asyncio.tasks")
    try:
        known: Any = getattr(tasks, "_scheduled_tasks", None) or getattr(tasks, "_all_tasks", ())  # before Python 3.12
        if sys.version_info >= (3, 14):  # it only has those that are not done
            known = gc.get_objects() if sys.getallocatedblocks() < MOST_BLOCKS else ()
        found = [each for each in known if type(each) is tasks.Task or type(each) is tasks._PyTask]
        return [each._exception for each in found if each._log_traceback]
    except (AttributeError, TypeError):  # never imported, or patched
        return []


def reporting(find: Find, hook: str) -> Callable[[Function], Function]:
    """Return a function that wraps another one, to report the exception that `find` gets from its arguments."""

    def wrap(previous: Function) -> Function:
        @wraps(previous)
        def catcher(*args: object, **options: object) -> object:
            try:
                exc = find(*args, **options)  # now, since the library may remove the traceback
            except Exception:  # noqa: BLE001 - not called as the library itself does
                exc = None
            hooks.release_reserve_for(exc)
            printing = {get_ident()} if hook == hooks.THREAD else set()  # as in the excepthook of the interpreter
            try:
                dump_threads.update(printing)
                return previous(*args, **options)
            finally:
                dump_threads.difference_update(printing)
                first = next(iter((*args, *options.values())), None)
                hooks.report(exc, hook, thread=getattr(first, "thread", None) if hook == hooks.THREAD else None)

        return catcher

    return wrap


def _wrap_make_invoke(previous: Function) -> Function:
    """Wrap what makes the function of a thread that calls `threading.excepthook`: many programs replace that one."""

    def make_invoke_excepthook() -> Function:
        invoke, report, exc_info = previous(), hooks.report, sys.exc_info  # also called late during the shutdown

        def invoke_excepthook(thread: Any) -> None:
            exc = exc_info()[1]
            try:
                invoke(thread)
            finally:
                report(exc, hooks.THREAD, thread=thread)

        return invoke_excepthook

    return make_invoke_excepthook


def _handled(*ignored: type[BaseException]) -> Find:
    """Return a function that returns the exception that is being handled, None if it is one of the ignored."""

    def find(*_: object, **__: object) -> object:
        exc = sys.exc_info()[1]
        return None if issubclass(type(exc), ignored) else exc

    return find


def _of_command(_: object, exc: Any, *__: object) -> object:
    """Return the exception of a command of Cleo, unless the command line is wrong."""
    return None if any(kind.__name__ == "CleoError" for kind in type(exc).__mro__) else exc


def _of_route(*values: Any) -> object:
    """Return the exception of a route of Litestar, unless it is an answer such as 404."""
    return values[-1] if getattr(values[-1], "status_code", 500) >= 500 else None


def _in_info(*values: Any) -> object:
    """Return the exception in the last argument, which is a tuple like `sys.exc_info()`."""
    return values[-1][1]


def _last(*values: Any) -> object:
    """Return the last argument."""
    return values[-1]


def _second(_: object, second: object, *__: object, **___: object) -> object:
    """Return the second argument."""
    return second


def _before_last(*values: Any) -> object:
    """Return the last argument but one."""
    return values[-2]


def _in_context(_: object, context: Any) -> object:
    """Return the exception in the context of asyncio, if there is one."""
    return context.get("exception")


def _in_failure(*values: Any, level: Any = None, **options: Any) -> object:
    """Return the exception in the first Failure of Twisted, or the exception itself, else the one being handled."""
    if getattr(level, "name", "critical") not in ("error", "critical"):
        return None
    for value in (*values, *options.values()):
        exc = value.value if type(value).__name__ == "Failure" else value
        if hooks.is_exception(exc):
            return exc
    return sys.exc_info()[1]


def _of_cell(_: object, __: object, exc: Any, *___: object) -> object:
    """Return the exception of a cell of marimo, unless it is a request of its own, as by `mo.stop()`."""
    return None if type(exc).__module__.startswith("marimo.") else exc


def _of_keyword(*values: Any, **options: Any) -> object:
    """Return the exception of the first keyword that failed, from the error of a test of Robot Framework, if any."""
    error = next(each for each in (*values, *options.values()) if hasattr(each, "get_errors"))
    return next((each.__context__ for each in error.get_errors() if each.__context__ and not each.skip), None)


# module -> functions, and how to find the exception in the arguments of each
CATCHERS: dict[str, tuple[str, Find]] = {
    "threading": ("excepthook", lambda args: args.exc_value),
    "asyncio.base_events": ("BaseEventLoop.call_exception_handler", _in_context),
    "uvloop": ("Loop.call_exception_handler", _in_context),
    "multiprocessing.queues": ("Queue._on_queue_feeder_error", _before_last),
    "multiprocess.queues": ("Queue._on_queue_feeder_error", _before_last),
    "logging": ("Handler.handleError", _handled(OSError)),  # a full disk, a network
    "socketserver": ("BaseServer.handle_error", _handled(*GONE)),
    "wsgiref.handlers": ("BaseHandler.log_exception", _in_info),
    "cheroot.server": ("HTTPServer.error_log", _handled(*GONE)),
    "falcon.request": ("Request.log_error", _handled()),
    "bottle": ("format_exc", _handled()),
    "werkzeug.debug.tbtools": ("DebugTraceback.__init__", _second),
    "litestar.middleware._internal.exceptions.middleware": (
        "ExceptionHandlerMiddleware.default_http_exception_handler",
        _of_route,
    ),
    "_pytest.config": ("_print_import_error", _second),
    "cleo.application": ("Application.render_error", _of_command),
    "sphinx._cli.util.errors": ("handle_exception", _handled()),
    "sphinx.cmd.build": ("handle_exception", _handled()),
    "tkinter": ("Misc._report_exception", _handled()),
    "gevent.hub": ("Hub.print_exception", _before_last),
    "eventlet.hubs.hub": (
        "BaseHub.squelch_exception BaseHub.squelch_generic_exception BaseHub.squelch_timer_exception",
        _in_info,
    ),
    "IPython.core.interactiveshell": ("InteractiveShell.showtraceback", _handled()),
    "marimo._runtime.runner.cell_runner": ("Runner._run_result_from_exception", _of_cell),
    "textual.app": ("App._handle_exception", _last),
    "streamlit.error_util": ("_log_uncaught_app_exception", _last),
    "awslambdaric.bootstrap": ("extract_traceback", _handled()),
    "doit.exceptions": ("CatchedException.__init__", _last),
    "behave.model_core": ("BasicStatement.store_exception_context", _last),
    "robot.running.status": (
        "TestStatus.test_failed ExecutionStatus.setup_executed ExecutionStatus.teardown_executed",
        _of_keyword,
    ),
    "twisted.logger._logger": ("Logger.failure", _in_failure),
    "twisted.python.log": ("err", _in_failure),
}
# The name of the hook where that is not PRINTED.
HOOKS = {
    "threading": hooks.THREAD,
    **dict.fromkeys(("asyncio.base_events", "uvloop"), hooks.TASK),
    **dict.fromkeys(("IPython.core.interactiveshell", "marimo._runtime.runner.cell_runner"), hooks.CELL),
}
