"""The door for threads: `threading.excepthook`, called with what ends a thread."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi import gate

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from types import ModuleType

    Hook = Callable[[threading.ExceptHookArgs], object]


def install(module: ModuleType) -> None:
    """Hang the door in `threading`."""
    gate.hang(module, "excepthook", _wrap)


def _wrap(previous: Hook) -> Hook:
    def excepthook(args: threading.ExceptHookArgs) -> None:
        gate.expect(args.exc_value)
        try:
            previous(args)
        finally:
            gate.report(args.exc_value, gate.THREAD, thread=args.thread)

    return excepthook
