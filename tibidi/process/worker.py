"""Run application code in a thread that can be waited for with a timeout, and abandoned.

A worker is a bare thread with a big stack, for deep structures, and a copy of
the context, so that context variables have their values.  The crashed thread
waits for it.  A worker that hangs is abandoned: an exception is raised in it,
which takes effect as soon as it runs Python code again, and it is not waited
for any more.  Since it is no `threading.Thread`, the interpreter does not wait
for it at its exit either.
"""

from __future__ import annotations

import _frozen_importlib
import _thread
import contextvars

from tibidi import TYPE_CHECKING
from tibidi.process import runs_a_dump
from tibidi.process.temporary import fast_switching

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any
    from typing import TypeVar

    T = TypeVar("T")


MIB = 1 << 20
# Address space, not memory: untouched pages take none.  The next size is tried where address space is limited.
STACK_BYTES = (1024 * MIB, 256 * MIB, 64 * MIB, 8 * MIB)
# Stack that a level of recursion takes, on the versions that need most.
BYTES_PER_LEVEL = 2 << 10

_importlib: Any = _frozen_importlib
# thread -> the lock that it waits for; from Python 3.12 on a list of locks, which is referenced weakly.
_waits: Any = getattr(_importlib, "_blocking_on", None)
_List: Any = getattr(_importlib, "_List", None)


class Abandoned(SystemExit):
    """Ends an abandoned worker; a `SystemExit`, since that ends a thread silently."""


class NoThread(RuntimeError):
    """No thread can be started, for example during finalization."""


class Waiting:
    """A fake module lock: tells importlib that the current thread waits for the thread `owner`.

    A module that logs an exception in its own body is dumped in the middle of
    its import.  Pickling an instance of one of its classes imports the module,
    whose lock the waiting thread holds.  importlib resolves such deadlocks by
    returning the half imported module (`_ModuleLock.has_deadlock` in
    Lib/importlib/_bootstrap.py), if it knows which thread waits for which.
    """

    def __init__(self) -> None:
        self.owner: int | None = None
        self._thread = _thread.get_ident()
        self._locks: list[object] | None = None
        self._before: object = None
        if _waits is None:
            return
        if _List is None:
            self._before = _waits.get(self._thread)  # set in a finalizer or a signal handler that runs inside an import
            _waits[self._thread] = self
        else:
            self._locks = _waits.setdefault(self._thread, _List())
            self._locks.append(self)

    def end(self) -> None:
        """Forget that the thread waits; a second call is a no-op."""
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

    Once the function has returned, the worker refers to nothing of it but its
    exception, which `take_error` hands over.
    """

    def __init__(self, function: Callable[[int], object]) -> None:
        self._error: BaseException | None = None
        self._function: Callable[[int], object] | None = function
        self._is_abandoned = False
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
        """Wait until the function has returned, `seconds` at most; return True if it has."""
        if not self._done.acquire(timeout=max(0.0, seconds)):
            return False
        self._done.release()
        return True

    def take_error(self) -> BaseException | None:
        """Return the exception of the function, and forget it: its traceback has a frame that refers to the worker."""
        error, self._error = self._error, None
        return error

    def abandon(self) -> None:
        """Stop waiting for the thread, and ask it to end."""
        self._waiting.end()
        self._is_abandoned = True
        self._error = None
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

    @runs_a_dump
    def _run(self, levels: int) -> None:
        self._waiting.owner = _thread.get_ident()
        try:
            self._context.run(self._function, levels)  # type: ignore[arg-type]  # it is called once
        except BaseException as error:  # noqa: BLE001 - the waiting thread decides, also about SystemExit
            self._error = None if self._is_abandoned else error
        finally:
            self._function = None  # now: this thread ends some time after the caller has gone on
            self._waiting.end()
            self._done.release()


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
