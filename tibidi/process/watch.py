"""The thread in which a dump is made, and how the crashed thread waits for it.

A network file system that does not answer holds a thread in the kernel for ever, where no signal interrupts it, be it
in an import, in `mkdir()` or in `fsync()`.
"""

# No `from __future__ import annotations` here: importing it costs 0.1 ms at every start.

from tibidi import TYPE_CHECKING, process
from tibidi.process import dump_threads, get_ident, stack_size, time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType, TracebackType
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., object])
    T = TypeVar("T")

# Stack that a level of recursion takes, on the versions that need most.
BYTES_PER_LEVEL = 2 << 10
# The stack for a dump, except for its values; an application may have set a smaller default.
DUMP_STACK_BYTES = 8 << 20
# What a dump may take after its deadline, to end the file that it has written.
FINISH_SECONDS = 2.0
POLL_SECONDS = 0.05

# thread -> the lock that it waits for; from Python 3.12 on a list of locks, which is referenced weakly.
_waits: "Any" = getattr(process.importlib, "_blocking_on", None)
_List: "Any" = getattr(process.importlib, "_List", None)


def callers(frame: "FrameType | None") -> "Iterator[FrameType]":
    """Yield a frame and its callers, the innermost first."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def entries(tb: "TracebackType | None") -> "Iterator[TracebackType]":
    """Yield the entries of a traceback, outermost first; CPython allows no cycle (Python/traceback.c, tb_next_set)."""
    while tb is not None:
        yield tb
        tb = tb.tb_next


# Code objects below which everything on a stack is part of a dump, by id: hashing a code object takes long.
_dump_codes: set[int] = set()


def runs_a_dump(function: "F") -> "F":
    """Mark a function, as a decorator: what it calls is part of a dump."""
    _dump_codes.add(id(function.__code__))
    return function


def is_inside_dump(frame: "FrameType | None") -> bool:
    """Return True if `frame` or a caller of it is making a dump, so that a failure there is not another crash.

    A finalizer or a signal handler may fail in the middle of a dump, when
    modules are half imported; so this needs no import.
    """
    return any(id(each.f_code) in _dump_codes for each in callers(frame))


class NoThread(RuntimeError):
    """No thread can be started, for example during finalization."""


class Waiting:
    """A fake module lock: tells importlib that the current thread waits for the thread `owner`.

    A module that logs an exception in its own body is dumped in the middle of its import.  Pickling an instance of one
    of its classes imports the module, whose lock the waiting thread holds.  importlib resolves such deadlocks by
    returning the half imported module (`_ModuleLock.has_deadlock` in Lib/importlib/_bootstrap.py), if it knows which
    thread waits for which.
    """

    def __init__(self) -> None:
        self.owner: Any = None
        self._thread = get_ident()
        self._locks: Any = None
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


class DumpThread:
    """A bare thread that calls `function` once, with the levels of recursion that its stack allows.

    It has a copy of the context, so that context variables have their values.  Once the function has returned, this
    refers to nothing of it but its exception, which `take_error` hands over.
    """

    def __init__(self, function: "Callable[[int], object]", stack_sizes: "Sequence[int]") -> None:
        self.error: BaseException | None = None
        self._function = function
        self._is_abandoned = False
        self._done = process.allocate_lock()
        self._done.acquire()
        contexts: Any = process.sys.modules.get("_contextvars")  # without that module there are no variables
        self._call = contexts.copy_context().run if contexts else lambda function, levels: function(levels)
        self._waiting = Waiting()
        try:
            self.ident, self.levels = self._start(stack_sizes)
        except BaseException:
            self._waiting.end()
            raise

    def wait(self, seconds: float) -> bool:
        """Wait until the function has returned, `seconds` at most; return True if it has."""
        if not self._done.acquire(timeout=max(0.0, seconds)):
            return False
        self._done.release()
        return True

    def take_error(self) -> "BaseException | None":
        """Return the exception of the function, and forget it: its traceback has a frame that refers to this object."""
        error, self.error = self.error, None
        return error

    def abandon(self) -> None:
        """Stop waiting for the thread."""
        self._waiting.end()
        self._is_abandoned = True
        self.error = None

    def _start(self, stack_sizes: "Sequence[int]") -> tuple[int, int]:
        before = stack_size()
        for size in stack_sizes:
            try:
                stack_size(size)
                return process.start_new_thread(self._run, (size // BYTES_PER_LEVEL,)), size // BYTES_PER_LEVEL
            except (RuntimeError, MemoryError, ValueError):
                continue
            finally:
                stack_size(before)
        raise NoThread("no thread can be started")

    @runs_a_dump
    def _run(self, levels: int) -> None:
        self._waiting.owner = ident = get_ident()
        dump_threads.add(ident)
        try:
            if not self._is_abandoned:  # before it began: then `interrupt` does not reach it
                self._call(self._function, levels)
        except BaseException as error:  # noqa: BLE001 - the waiting thread decides, also about SystemExit
            self.error = None if self._is_abandoned else error
        finally:
            del self._function, self._call  # now: this thread ends some time after the caller has gone on
            self._waiting.end()
            # Code of the application that asks for the current thread, such as a log call, has made a dummy of it.
            getattr(process.sys.modules.get("threading"), "_active", {}).pop(ident, None)
            dump_threads.discard(ident)
            self._done.release()


class Watch:
    """The crashed thread, as it waits for a dump that another thread makes.

    `ident` and `frame` are those of the crashed thread.  `deadline` (of time.monotonic) may be changed meanwhile.
    `interrupt` is what a signal handler raised in the crashed thread: then the dump must be finished quickly.  With
    `is_over` nobody waits any more.
    """

    def __init__(self, seconds: float) -> None:
        self.ident = get_ident()
        self.frame: FrameType | None = None
        self.deadline = time.monotonic() + seconds
        self.interrupt: BaseException | None = None
        self._pending: BaseException | None = None
        self.is_over = False

    def run(self, function: "Callable[[Watch], T]") -> "T":
        """Return the result of `function`; raise its exception, or TimeoutError soon after the deadline.

        If no thread can be started, it is called in this one.
        """
        results: list[T] = []
        start = time.monotonic()
        self.frame = process.get_frame(1)
        try:
            thread = DumpThread(lambda _: results.append(function(self)), (DUMP_STACK_BYTES,))
        except NoThread:
            self.frame = None
            return function(self)
        try:
            while not results and thread.error is None and not self.is_over:
                self._wait(thread)
            error = thread.take_error()
            if not results and error is None:
                thread.abandon()
                if "tibidi.process.temporary" in process.sys.modules:
                    process.sys.modules["tibidi.process.temporary"].reset()  # the thread may never do it
                error = self.interrupt or TimeoutError(process.NO_ANSWER.format(time.monotonic() - start))
            if error is not None:
                raise error
            return results[0]
        finally:
            self.is_over = True
            self.frame = error = None  # they refer to this object, and to the frame of this call

    def check(self) -> None:
        """Raise what a signal handler raised in the crashed thread, once."""
        error, self._pending = self._pending, None
        try:
            if error is not None:
                raise error
        finally:
            del error

    def _wait(self, thread: DumpThread) -> None:
        try:
            left = self.deadline + FINISH_SECONDS - time.monotonic()
            self.is_over = not thread.wait(min(POLL_SECONDS, left)) and left <= 0
        except BaseException as error:  # noqa: BLE001 - a signal handler has raised it
            self.interrupt = self._pending = error
            self.deadline = min(self.deadline, time.monotonic())
