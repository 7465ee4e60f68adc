"""The running interpreter: its threads and signal handlers, its version and platform, and the installed packages."""

# No `from __future__ import annotations` here: at a crash the module path may be unusable before `imports` is loaded.

import _signal  # type: ignore[import-not-found]  # `signal` without its enumerations, unknown to typeshed
import _thread
import sys
from types import CodeType, FrameType, FunctionType, MethodType, TracebackType

from tibidi.process import os, traceback_of

OWN_MEMORY = (3, 12)
MODULES = ("_interpreters", "_xxsubinterpreters")  # from Python 3.13 on, and before that
METADATA = (".dist-info", ".egg-info")
MAX_PACKAGES = 5000
_listed: "dict[str, tuple[int, list[str]]]" = {}
# The folder of tibidi in the file names of its code, which are relative in a frozen program.
PACKAGE = os.path.join(os.path.dirname(os.path.dirname(sys._getframe().f_code.co_filename)), "")


def frames() -> "dict[int, FrameType]":
    """Return the innermost frame of each thread; only of the current thread if the others are unreadable."""
    return {_thread.get_ident(): sys._getframe(1)} if why_frames_are_unreadable() else sys._current_frames()


def why_frames_are_unreadable() -> str:
    """Return why the frames of other threads must not be read, "" if they may be.

    Without the GIL the other threads run on meanwhile, and free what is being read (cpython#118680, #152355).  From
    Python 3.12 on, each interpreter of a process may have its own memory allocator (PEP 684); `sys._current_frames()`
    returns the frames of all interpreters, and a reference to a foreign one aborts the process.
    """
    if hasattr(sys, "_is_gil_enabled") and not sys._is_gil_enabled():
        return "free-threaded build: the stacks of other threads cannot be read while they run"
    if not _is_single_interpreter():
        return "there are other interpreters in this process, whose threads cannot be told from those of this one"
    return ""


def _is_single_interpreter() -> bool:
    if sys.version_info < OWN_MEMORY:
        return True
    for name in MODULES:
        try:
            return len(__import__(name).list_all()) == 1
        except (ImportError, AttributeError):
            continue
    return True


def has_handler_raised(error: BaseException) -> bool:
    """Return True if a signal handler of the application raised an exception."""
    return _traceback_of_handler(error) is not None


def without_dump(error: BaseException) -> BaseException:
    """Remove our frames from the traceback of a signal handler's exception, and clear them: they refer to the dump."""
    tb = _traceback_of_handler(error)
    frame = None if tb is None else tb.tb_frame.f_back
    try:
        while frame is not None:
            frame.clear()
            frame = frame.f_back
    except RuntimeError:  # this one is still running, and all that called it
        pass
    return BaseException.with_traceback(error, tb)


def _traceback_of_handler(error: BaseException) -> "TracebackType | None":
    """Return the traceback of an exception from a signal handler of the application on, None if it passed none."""
    codes = {_code_of(_signal.getsignal(number)) for number in range(1, _signal.NSIG)}
    tb = traceback_of(error)
    while tb is not None and tb.tb_frame.f_code not in codes:
        tb = tb.tb_next
    return tb


def python_version() -> str:
    """Return the version of Python as `platform.python_version()` does: `3.13.0`, `3.14.0rc1`."""
    level, serial = sys.version_info[3:]
    suffix = "" if level == "final" else f"{ {'alpha': 'a', 'beta': 'b', 'candidate': 'rc'}.get(level, level) }{serial}"
    return "{}.{}.{}".format(*sys.version_info) + suffix


def platform() -> str:
    """Return system, release and machine."""
    if hasattr(os, "uname"):
        system = os.uname()
        return f"{system.sysname}-{system.release}-{system.machine}"
    return sys.platform


def packages() -> dict[str, str]:
    """Return the versions of the installed distributions by name; the first one on sys.path counts.

    No metadata is read: the names of the `.dist-info` folders have the versions.
    """
    found: dict[str, str] = {}
    for folder in sys.path:
        for entry in _entries(folder):
            if len(found) < MAX_PACKAGES:
                name, _, version = entry.rpartition(".")[0].partition("-")
                found.setdefault(name.replace("_", "-").lower(), version.partition("-py")[0])
    return dict(sorted(found.items()))


def _entries(folder: object) -> list[str]:
    """Return the names of the metadata in a folder, which is listed again only when it has changed."""
    try:
        if type(folder) is not str:
            return []
        changed = os.stat(folder or ".").st_mtime_ns
        if _listed.get(folder, (0, []))[0] != changed:
            _listed[folder] = changed, [entry for entry in os.listdir(folder or ".") if entry.endswith(METADATA)]
        return _listed[folder][1]
    except (OSError, ValueError):  # a zip archive, or a folder that does not exist
        return []


def _code_of(handler: object) -> "CodeType | None":
    """Return the code of a function or method, None for other handlers such as SIG_DFL."""
    function = handler.__func__ if type(handler) is MethodType else handler
    return function.__code__ if type(function) is FunctionType else None
