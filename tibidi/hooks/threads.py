"""The hook for threads: `threading.excepthook`, called with the exception that ends a thread."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi import hooks

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from types import ModuleType

    Hook = Callable[[threading.ExceptHookArgs], object]


def install(module: ModuleType) -> None:
    """Install the hook in `threading`."""
    hooks.replace_function(module, "excepthook", _wrap)


def _wrap(previous: Hook) -> Hook:
    def excepthook(args: threading.ExceptHookArgs) -> None:
        hooks.release_reserve_for(args.exc_value)
        try:
            previous(args)
        finally:
            hooks.report(args.exc_value, hooks.THREAD, thread=args.thread)

    return excepthook
