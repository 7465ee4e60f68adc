"""Run application code in a thread that can be waited for with a timeout, and abandoned.

A worker is a bare thread with a big stack, for deep structures, and a copy of
the context, so that context variables have their values.  The crashed thread
waits for it.  A worker that hangs is abandoned: an exception is raised in it,
which takes effect as soon as it runs Python code again, and it is not waited
for any more.  Since it is no `threading.Thread`, the interpreter does not wait
for it at its exit either.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.process import DumpThread
from tibidi.process import NoThread as NoThread
from tibidi.process.temporary import fast_switching

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")


MIB = 1 << 20
# Address space, not memory: untouched pages take none.  The next size is tried where address space is limited.
STACK_BYTES = (1024 * MIB, 256 * MIB, 64 * MIB, 8 * MIB)


class Abandoned(SystemExit):
    """Ends an abandoned worker; a `SystemExit`, since that ends a thread silently."""


class Worker(DumpThread):
    """A thread that calls `function` once, with the levels of recursion that its big stack allows."""

    def __init__(self, function: Callable[[int], object]) -> None:
        super().__init__(function, STACK_BYTES)

    def abandon(self) -> None:
        """Stop waiting for the thread, and ask it to end."""
        super().abandon()
        interrupt(self.ident)


def call(function: Callable[[], T], seconds: float) -> T:
    """Return the result of `function`; raise its exception, or TimeoutError after `seconds`.

    If no thread can be started, it is called in this one.
    """
    results: list[T] = []
    try:
        worker = Worker(lambda _: results.append(function()))
    except NoThread:
        return function()
    if not worker.wait(seconds):
        worker.abandon()
        raise TimeoutError(f"no answer within {seconds:.1f} s")
    error = worker.take_error()
    try:
        if error is not None:
            raise error
    finally:
        del error  # else it would keep itself alive, by this frame in its traceback
    return results[0]


def interrupt(ident: int) -> None:
    """Raise Abandoned in the thread `ident`, so that it does not run for ever beside the application."""
    try:
        with fast_switching():  # the thread may be in an endless loop
            import ctypes  # takes 10 ms to import; not available everywhere
    except ImportError:
        return
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(Abandoned))
