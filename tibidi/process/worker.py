"""Run code of the application where it can be waited for, and given up.

A worker is a bare thread with a big stack, for deep structures, and a copy of
the context, so that context variables read as they did.  The thread that
crashed waits for it.  A worker that hangs is abandoned: it is told to end by
an exception, which it hears as soon as it runs Python code again, and nobody
waits for it any more; as it is no `threading.Thread`, neither does the
interpreter when it ends.
"""

from __future__ import annotations

import _frozen_importlib
import _thread
import contextvars

from tibidi import TYPE_CHECKING
from tibidi.process.temporary import Switching

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any
    from typing import TypeVar

    T = TypeVar("T")


MIB = 1 << 20
# Address space, not memory: pages come as they are touched.  Tried in turn where it is limited.
STACK_BYTES = (1024 * MIB, 256 * MIB, 64 * MIB, 8 * MIB)
# What a level of recursion may take of the stack, on the versions that are greediest.
BYTES_PER_LEVEL = 2 << 10

_importlib: Any = _frozen_importlib
# thread -> the lock that it waits for, from Python 3.12 on a list of them; only while somebody refers to the list.
_waits: Any = getattr(_importlib, "_blocking_on", None)
_List: Any = getattr(_importlib, "_List", None)


class Abandoned(SystemExit):
    """Ends an abandoned worker; `SystemExit`, since a thread may end by it silently."""


class NoThread(RuntimeError):
    """No thread can be started, as while the interpreter shuts down."""


class Waiting:
    """To importlib a lock that the thread which makes this waits for, and that the thread `owner` has.

    A module that logs what failed in its own body is dumped in the middle of
    its import.  To pickle an instance of one of its classes is to import the
    module, whose lock the waiting thread has.  importlib gets out of such
    circles by itself, with the module as far as it is there, where it knows
    who waits for whom: so it is told.
    """

    def __init__(self) -> None:
        self.owner: int | None = None
        self._thread = _thread.get_ident()
        self._locks: list[object] | None = None
        self._before: object = None
        if _waits is None:
            return
        if _List is None:
            self._before = _waits.get(self._thread)  # in a finalizer or a signal handler it may wait for another one
            _waits[self._thread] = self
        else:
            self._locks = _waits.setdefault(self._thread, _List())
            self._locks.append(self)

    def end(self) -> None:
        """Let the thread wait no more; a second call changes nothing."""
        if self._locks is not None:
            if self in self._locks:
                self._locks.remove(self)
        elif _waits is not None and _waits.get(self._thread) is self:
            if self._before is None:
                del _waits[self._thread]
            else:
                _waits[self._thread] = self._before


class Worker:
    """A thread that calls `function` once, with the levels of recursion that its stack allows.

    What the function raises is in `error`.
    """

    def __init__(self, function: Callable[[int], object]) -> None:
        self.error: BaseException | None = None
        self._function = function
        self._done = _thread.allocate_lock()
        self._done.acquire()
        self._context = contextvars.copy_context()
        self._waiting = Waiting()
        try:
            self.ident, self.levels = self._start()
        except BaseException:
            self._waiting.end()
            raise

    def wait(self, seconds: float) -> bool:
        """Wait until the function has returned, `seconds` at most; tell whether it has."""
        if not self._done.acquire(timeout=max(0.0, seconds)):
            return False
        self._done.release()
        return True

    def abandon(self) -> None:
        """Give the thread up, and tell it to end."""
        self._waiting.end()
        interrupt(self.ident)

    def _start(self) -> tuple[int, int]:
        before = _thread.stack_size()
        for size in STACK_BYTES:
            try:
                _thread.stack_size(size)
                levels = size // BYTES_PER_LEVEL
                return _thread.start_new_thread(self._run, (levels,)), levels
            except (RuntimeError, MemoryError, ValueError):
                continue
            finally:
                _thread.stack_size(before)
        raise NoThread("no thread can be started")

    def _run(self, levels: int) -> None:
        self._waiting.owner = _thread.get_ident()
        try:
            self._context.run(self._function, levels)
        except BaseException as error:  # noqa: BLE001 - whoever waits decides, also about SystemExit
            self.error = error
        finally:
            self._waiting.end()
            self._done.release()


def call(function: Callable[[], T], seconds: float) -> T:
    """Return what `function` returns; raise what it raises, or TimeoutError after `seconds`.

    Where no thread can be started, it is called right here.
    """
    results: list[T] = []
    try:
        worker = Worker(lambda _: results.append(function()))
    except NoThread:
        return function()
    if not worker.wait(seconds):
        worker.abandon()
        raise TimeoutError(f"no answer within {seconds:.1f} s")
    if worker.error is not None:
        raise worker.error
    return results[0]


def interrupt(ident: int) -> None:
    """Raise Abandoned in the thread `ident`, so that it does not run for ever beside the application."""
    try:
        with Switching():  # it may be in an endless loop
            import ctypes  # 10 ms, only when something hung; not built everywhere
    except ImportError:
        return
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(Abandoned))
