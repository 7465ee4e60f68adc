"""The doors of the interpreter itself: `sys.excepthook`, `sys.unraisablehook`, and the net under them.

`sys.excepthook` is called with what ends the program.  `sys.unraisablehook`
gets what nobody can catch: from `__del__`, from callbacks of weak references,
and from atexit callbacks (before Python 3.10 the interpreter prints those
itself, see `tibidi.hooks.callbacks`).

The net is for applications that put their own function into `sys.excepthook`
and call nobody else, as Rich, IPython and Qt bindings do.  The interpreter
leaves the exception in `sys.last_exc` (3.12) or `sys.last_value` before it
calls any hook, so that a callback at the exit finds it; ours runs last, since
it was registered first.
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms at every start.

import atexit
import sys

from tibidi.hooks import gate

TYPE_CHECKING = False  # as typing's, which is too dear to import at every start
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from tibidi.hooks.gate import Settings

    ExceptHook = Callable[[type[BaseException], BaseException, "TracebackType | None"], object]
    UnraisableHook = Callable[["sys.UnraisableHookArgs"], object]

# What set_excepthook() was told; None: nobody called it.
_settings: "Settings | None" = None


def install() -> None:
    """Hang all of them."""
    gate.hang(sys, "excepthook", _wrap_excepthook)
    gate.hang(sys, "unraisablehook", _wrap_unraisablehook)
    atexit.unregister(_look)
    atexit.register(_look)
    if sys.version_info < (3, 10):
        from tibidi.hooks import callbacks

        callbacks.install()


def install_excepthook(settings: "Settings") -> None:
    """Hang the front door alone; the settings hold from now on."""
    global _settings
    _settings = settings
    gate.hang(sys, "excepthook", _wrap_excepthook)


def forget() -> None:
    """Forget the settings and the net."""
    global _settings
    _settings = None
    atexit.unregister(_look)


def _wrap_excepthook(previous: "ExceptHook") -> "ExceptHook":
    def excepthook(kind: type[BaseException], exc: BaseException, tb: "TracebackType | None") -> None:
        gate.expect(exc)
        if _settings is not None and _settings.replace and gate.is_open():
            if not _dump(exc, tb):
                previous(kind, exc, tb)  # no dump: the traceback is all there is
            return
        try:
            previous(kind, exc, tb)
        finally:
            _dump(exc, tb)

    return excepthook


def _dump(exc: BaseException, tb: "TracebackType | None") -> bool:
    if isinstance(exc, BaseException) and gate.traceback_of(exc) is None:
        # Somebody called sys.excepthook() with three things of their own; frozen dataclasses refuse assignments.
        BaseException.with_traceback(exc, tb)
    if _settings is not None:
        return gate.report(exc, gate.EXCEPTHOOK, settings=_settings)
    # At the prompt an exception ends nothing.
    return not hasattr(sys, "ps1") and gate.report(exc, gate.EXCEPTHOOK)


def _wrap_unraisablehook(previous: "UnraisableHook") -> "UnraisableHook":
    def unraisablehook(unraisable: "sys.UnraisableHookArgs") -> None:
        try:
            previous(unraisable)
        finally:
            # The object is not looked at: it may be half gone, and a reference would revive it.
            gate.report(unraisable.exc_value, gate.UNRAISABLE)

    return unraisablehook


def _look() -> None:
    if sys.version_info < (3, 10):
        from tibidi.hooks import callbacks

        for exc in callbacks.raised:
            gate.report(exc, gate.UNRAISABLE)
    # While the front door is ours, it saw whatever came; at a prompt exceptions end nothing.
    if not gate.is_ours(sys.excepthook) and not hasattr(sys, "ps1"):
        gate.report(getattr(sys, "last_exc", None) or getattr(sys, "last_value", None), gate.LEFTOVER)
