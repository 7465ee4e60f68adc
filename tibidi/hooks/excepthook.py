"""The front door: `sys.excepthook`, called with what ends the program."""

from __future__ import annotations

import sys

from tibidi.hooks import gate
from tibidi.hooks import patches

TYPE_CHECKING = False  # as typing's, which is too dear to import at every start
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from tibidi.hooks.gate import Settings

    Hook = Callable[[type[BaseException], BaseException, "TracebackType | None"], object]


# What set_excepthook() was told; None: nobody called it.
_settings: Settings | None = None


def install(settings: Settings | None = None) -> None:
    """Hang the door; settings hold from now on."""
    global _settings
    if settings is not None:
        _settings = settings
    patches.replace(sys, "excepthook", _wrap)


def _wrap(previous: Hook) -> Hook:
    def excepthook(kind: type[BaseException], exc: BaseException, tb: TracebackType | None) -> None:
        if _settings is not None and _settings.replace and gate.is_open():
            if not _dump(exc, tb):
                previous(kind, exc, tb)  # no dump: the traceback is all there is
            return
        try:
            previous(kind, exc, tb)
        finally:
            _dump(exc, tb)

    return excepthook


def _dump(exc: BaseException, tb: TracebackType | None) -> bool:
    if isinstance(exc, BaseException) and exc.__traceback__ is None:
        exc.__traceback__ = tb  # somebody called sys.excepthook() with three things of their own
    if _settings is not None:
        return gate.report(exc, gate.EXCEPTHOOK, settings=_settings)
    # At the prompt an exception ends nothing.
    return not hasattr(sys, "ps1") and gate.report(exc, gate.EXCEPTHOOK)
