"""What a dump changes in the whole process while it is made: garbage collector, recursion limit, switch interval.

Each change is undone when its context ends, and at once where the thread that would undo it hangs or, in a child of
fork(), does not exist.  `dump_settings` makes all of them, and `dump_lock` lets one thread dump at a time.

Application code runs in a `Worker`, which can be waited for with a timeout, and abandoned: a bare thread with a big
stack, for deep structures, and a copy of the context, so that context variables have their values.  In a worker that
hangs an exception is raised, which takes effect as soon as it runs Python code again.  Since it is no
`threading.Thread`, the interpreter does not wait for it at its exit.
"""

# No `from __future__ import annotations` here: at a crash the module path may be unusable before `imports` is loaded.

import gc
import sys
from _thread import allocate_lock

from tibidi import TYPE_CHECKING
from tibidi.process import NAME, TOOL, dump_threads, get_frame, get_ident, monitoring, os, time
from tibidi.process.interpreter import frames
from tibidi.process.watch import FINISH_SECONDS, POLL_SECONDS, DumpThread, NoThread, callers

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import ClassVar, TypeVar

    T = TypeVar("T")

# Room for recursion that a dump gets where the stack is nearly at the limit, and how much it needs in any case.
HEADROOM_LEVELS = 1_000
NEEDED_LEVELS = 500
# The default is 5 ms.  A dump releases the GIL whenever it reads, compresses or writes: beside a thread that computes
# it would wait that long each time.
SWITCH_SECONDS = 0.0002
# Address space, not memory: untouched pages take none.  The next size is tried where address space is limited.
STACK_BYTES = (1 << 30, 256 << 20, 64 << 20, 8 << 20)


class ProcessSetting:
    """A setting of the process that is changed in a context; subclasses define `change` and `restore`."""

    def change(self) -> None:
        """Change the setting, and remember the previous value."""

    def restore(self) -> None:
        """Restore the previous value."""

    def is_shared(self) -> bool:
        """Return True if another thread is in a context of the same kind."""
        return any(type(each) is type(self) and each is not self for each in _in_force)

    def __enter__(self) -> None:
        self.change()
        _in_force.append(self)

    def __exit__(self, *_: object) -> None:
        try:
            _in_force.remove(self)
        except ValueError:  # in a child of fork(), or after this thread was given up: it is restored
            return
        self.restore()


class gc_paused(ProcessSetting):  # noqa: N801 - read as a statement: with gc_paused()
    """A context without garbage collection; with several threads in one, until the last one leaves.

    A collection would run finalizers of the application in the middle of a dump.  And the memo of a million objects
    triggers one after the other, which takes a fifth of the time.
    """

    was_enabled: "ClassVar[bool]" = False

    def change(self) -> None:
        """Disable the collector."""
        if gc.isenabled():
            gc_paused.was_enabled = True
            gc.disable()

    def restore(self) -> None:
        """Enable the collector if it was enabled."""
        if gc_paused.was_enabled and not self.is_shared():
            gc_paused.was_enabled = False
            gc.enable()


class fast_switching(ProcessSetting):  # noqa: N801 - likewise
    """A context in which threads switch every `SWITCH_SECONDS`; with several threads in one, until the last leaves."""

    previous: "ClassVar[float | None]" = None

    def change(self) -> None:
        """Shorten the switch interval."""
        interval = sys.getswitchinterval()
        if interval > SWITCH_SECONDS:
            fast_switching.previous = interval
            sys.setswitchinterval(SWITCH_SECONDS)

    def restore(self) -> None:
        """Restore the previous interval."""
        previous = fast_switching.previous
        if previous is not None and not self.is_shared():
            fast_switching.previous = None
            sys.setswitchinterval(previous)


class uncounted(ProcessSetting):  # noqa: N801 - likewise
    """A context in which the hooks of `sys.monitoring` see no exceptions: a dump may raise any number, at any depth."""

    events: "ClassVar[int]" = 0

    def change(self) -> None:
        """Turn the events off."""
        if monitoring and monitoring.get_tool(TOOL) == NAME and monitoring.get_events(TOOL):
            uncounted.events = monitoring.get_events(TOOL)
            monitoring.set_events(TOOL, 0)

    def restore(self) -> None:
        """Turn the events on that were on, unless the tool is another one's meanwhile."""
        events = uncounted.events
        if events and not self.is_shared():
            uncounted.events = 0
            if monitoring.get_tool(TOOL) == NAME:
                monitoring.set_events(TOOL, events)


class recursion_limit(ProcessSetting):  # noqa: N801 - likewise
    """A context in which at least `levels` of recursion are allowed."""

    def __init__(self, levels: int) -> None:
        self._levels = levels

    def change(self) -> None:
        """Raise the limit."""
        self._previous = sys.getrecursionlimit()
        sys.setrecursionlimit(max(self._previous, self._levels))

    def restore(self) -> None:
        """Restore the previous limit, as soon as no abandoned worker is deeper.

        A limit below the depth of a thread ends the process at its next call ("Cannot recover from stack overflow" of
        _Py_CheckRecursiveCall in Python/ceval.c).  So it stays raised until a worker that hangs there restores its own.
        """
        end = time.monotonic() + FINISH_SECONDS
        # Up to eight levels for a frame: those of the pickler, for example, have none.
        while sys.getrecursionlimit() > self._previous and _has_deep_worker(self._previous // 8):
            if time.monotonic() > end:
                return
            time.sleep(POLL_SECONDS)
        try:
            sys.setrecursionlimit(self._previous)
        except RecursionError:  # this thread is deeper than that: the application sets limits as well
            pass


class headroom:  # noqa: N801 - likewise
    """A context in which more recursion is allowed than the application has used up.

    The limit is changed only near the bottom of a recursion, since threads
    that crash at the same time would undo each other's changes.
    """

    def __enter__(self) -> None:
        limit = sys.getrecursionlimit()
        self._limit = recursion_limit(limit + HEADROOM_LEVELS) if _is_deep(get_frame(), limit - NEEDED_LEVELS) else None
        if self._limit is not None:
            self._limit.__enter__()

    def __exit__(self, *error: object) -> None:
        if self._limit is not None:
            self._limit.__exit__(*error)


class dump_settings:  # noqa: N801 - likewise
    """A context with everything that a dump needs of the process, its imports included."""

    def __enter__(self) -> None:
        self._settings = (headroom(), fast_switching(), gc_paused(), uncounted())
        for setting in self._settings:
            setting.__enter__()

    def __exit__(self, *error: object) -> None:
        for setting in reversed(self._settings):
            setting.__exit__(*error)


class dump_lock:  # noqa: N801 - likewise
    """A context in which no other thread makes a dump; `as` gives False if the lock was not free within `seconds`.

    A thread that hangs in a dump never leaves its context.  A caller that must
    make a dump all the same can go on without the lock.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> bool:
        self._lock = _lock
        self._is_held = self._lock.acquire(timeout=max(0.0, self._seconds))
        return self._is_held

    def __exit__(self, *_: object) -> None:
        if self._is_held:
            self._lock.release()


_in_force: list[ProcessSetting] = []
_lock = allocate_lock()


def reset() -> None:
    """Undo the changes of threads that hang, or that do not exist in a child of fork(), and make a new lock."""
    global _lock
    _lock = allocate_lock()
    settings, _in_force[:] = _in_force[::-1], []
    for setting in settings:
        setting.restore()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=reset)


def _has_deep_worker(depth: int) -> bool:
    """Return True if another thread of a dump has more than `depth` frames."""
    return any(_is_deep(frame, depth) for each, frame in frames().items() if each in dump_threads - {get_ident()})


def _is_deep(frame: "FrameType | None", depth: int) -> bool:
    """Return True if more than `depth` frames are on a stack."""
    return any(number >= depth for number, _ in enumerate(callers(frame)))


class Abandoned(SystemExit):
    """Ends an abandoned worker; a `SystemExit`, since that ends a thread silently."""


class Worker(DumpThread):
    """A thread for application code, with STACK_BYTES mostly, which can be interrupted."""

    def abandon(self) -> None:
        """Stop waiting for the thread, interrupt it, and wait a moment for it to end."""
        super().abandon()
        interrupt(self.ident)
        self.wait(POLL_SECONDS)


def call(function: "Callable[[], T]", seconds: float) -> "T":
    """Return the result of `function`; raise its exception, or TimeoutError after `seconds`.

    If no thread can be started, it is called in this one.
    """
    results: list[T] = []
    try:
        worker = Worker(lambda _: results.append(function()), STACK_BYTES)
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
        del error  # break the cycle: its traceback refers to this frame
    return results[0]


def interrupt(ident: int) -> None:
    """Raise Abandoned in the thread `ident`, so that it does not run for ever beside the application."""
    try:
        with fast_switching():  # the thread may be in an endless loop
            from ctypes import c_ulong, py_object, pythonapi  # takes 10 ms; not available everywhere, nor in PyPy
    except ImportError:
        return
    pythonapi.PyThreadState_SetAsyncExc(c_ulong(ident), py_object(Abandoned))
