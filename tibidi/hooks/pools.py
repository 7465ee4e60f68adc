"""The hook for workers: exceptions that a worker catches to send them to another process or thread.

The frames exist only here.  Pools wrap an exception in an object of their own while its traceback exists; managers send
it as it is.  The workers of clusters are on machines that one does not look at: there the exception gets a note (PEP
678) that names the file.
"""

from __future__ import annotations

import sys
from functools import wraps

from tibidi import TYPE_CHECKING, hooks
from tibidi.hooks.catchers import reporting
from tibidi.process import os, traceback_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    Function = Callable[..., Any]

# module -> a function that wraps the exception for the journey: an argument, or else the exception being handled
WRAPPERS = {
    "concurrent.interpreters._queues": "Queue.put",
    "concurrent.futures.process": "_ExceptionWithTraceback.__init__",
    "multiprocessing.pool": "ExceptionWithTraceback.__init__",
    "multiprocess.pool": "ExceptionWithTraceback.__init__",
    "multiprocessing.managers": "format_exc",
    "multiprocess.managers": "format_exc",
    "billiard.einfo": "ExceptionInfo.__init__",
    "pebble.common.types": "RemoteException.__init__",
    "mpire.worker": "AbstractWorker._get_exception",
    "xmlrpc.client": "Fault.__init__",
    "loky.process_executor": "_ExceptionWithTraceback.__init__",
    "joblib.externals.loky.process_executor": "_ExceptionWithTraceback.__init__",
    "dask.multiprocessing": "pack_exception",
    "distributed.core": "error_message",
    "ray.exceptions": "RayTaskError.__init__",
    "pyspark.util": "handle_worker_exception",
    "pyspark.worker_util": "handle_worker_exception",
}
# These get a note.
CLUSTERS = ("distributed", "ray", "pyspark")
# Where not every call is about a crash: Celery makes an ExceptionInfo also for a task that it tries again, and
# applications raise a Fault themselves.  do_call() is what InterpreterPoolExecutor runs in another interpreter.
CALLERS = {
    "billiard.einfo": "workloop",
    "concurrent.interpreters._queues": "do_call",
    "xmlrpc.client": "_marshaled_dispatch",
}


def install(module: ModuleType) -> None:
    """Install the hook in a module of WRAPPERS, and in what its workers do besides."""
    name = module.__name__
    if name == "concurrent.futures._base":
        # It says why a worker of a pool ends: its initializer failed, in loky and joblib as well.
        hooks.replace_function(module.LOGGER, "callHandlers", reporting(_of_worker, hooks.POOL))
        return
    *owners, function = WRAPPERS[name].split(".")
    hooks.replace_function(
        getattr(module, owners[0]) if owners else module, function, lambda previous: _wrap(previous, name)
    )
    if name.endswith(".managers"):
        hooks.replace_function(module.Server, "serve_client", _wrap_serve_client)


def _wrap(previous: Function, module: str) -> Function:
    caller = CALLERS.get(module)
    has_note = module.partition(".")[0] in CLUSTERS
    first = int(previous.__name__ == "__init__")  # behind `self`, which may be an exception

    @wraps(previous)
    def wrapper(*args: Any, **options: Any) -> Any:
        try:
            if caller is None or sys._getframe(1).f_code.co_name == caller:
                exc = next(filter(hooks.is_exception, (*args[first:], *options.values())), sys.exc_info()[1])
                # First: the original removes the traceback.  There is none where the exception has arrived.
                path = hooks.report(exc, hooks.POOL) if exc is not None and traceback_of(exc) else ""
                if path and has_note:
                    args = _with_note(exc, path, args)
        finally:
            result = previous(*args, **options)
        return result

    return wrapper


def _with_note(exc: Any, path: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Add a note about the dump to an exception, and to a text of its traceback among the arguments."""
    note = f"tibidi: traceback dumped into: {path} on {os.uname().nodename if hasattr(os, 'uname') else 'this machine'}"
    try:
        if sys.version_info >= (3, 11) and note not in getattr(exc, "__notes__", ()):
            BaseException.add_note(exc, note)
    except Exception:  # noqa: BLE001 - an application's class may refuse attributes
        return args
    is_text = [type(arg) is str and "\n" in arg for arg in args]
    return tuple(f"{arg.rstrip()}\n{note}\n" if text else arg for arg, text in zip(args, is_text))


def _of_worker(record: Any) -> object:
    """Return the exception that a record of `concurrent.futures` is about, if it ends a worker."""
    return record.exc_info[1] if record.levelname == "CRITICAL" and record.exc_info else None


def _wrap_serve_client(previous: Function) -> Function:
    @wraps(previous)
    def serve_client(self: object, conn: object) -> None:
        previous(self, _Connection(conn))

    return serve_client


class _Connection:
    """The connection of a manager to one client; it reports exceptions that are sent."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def send(self, message: Any) -> None:
        """Send an answer: its kind and its content."""
        if type(message) is tuple and len(message) == 2 and message[0] == "#ERROR":
            hooks.report(message[1], hooks.POOL)
        self._connection.send(message)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)
