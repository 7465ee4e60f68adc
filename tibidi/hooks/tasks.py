"""The hook for asyncio: exceptions that no task, callback or protocol handled.

They all reach `call_exception_handler()` of the loop; those of tasks when the
task is garbage-collected before its result was retrieved.
"""

from __future__ import annotations

from functools import wraps

from tibidi import TYPE_CHECKING
from tibidi import hooks

if TYPE_CHECKING:
    from asyncio import BaseEventLoop
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    Handler = Callable[[BaseEventLoop, dict[str, Any]], None]


def install(module: ModuleType) -> None:
    """Install the hook in the loop of `asyncio.base_events` or `uvloop`."""
    loop = module.Loop if module.__name__ == "uvloop" else module.BaseEventLoop
    hooks.replace_function(loop, "call_exception_handler", _wrap)


def _wrap(previous: Handler) -> Handler:
    @wraps(previous)
    def call_exception_handler(self: BaseEventLoop, context: dict[str, Any]) -> None:
        try:
            previous(self, context)
        finally:
            hooks.report(context.get("exception"), hooks.TASK)

    return call_exception_handler
