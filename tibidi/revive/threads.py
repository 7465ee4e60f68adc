"""Revived stacks on threads, for debuggers that are entered from a running frame.

A thread that `_thread` starts has the revived frame as its first Python frame: debuggers show only frames of the
application.  Such a thread gets its name from within, once it runs, through `threading` itself.
"""

from __future__ import annotations

import _thread
import bdb
import functools
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from tibidi.dump import DumpedFrame
from tibidi.errors import TibidiError
from tibidi.revive.calls import Call, breaking_call, parking_call
from tibidi.revive.depth import big_stack

WAIT_SECONDS = 0.2  # how often the main thread checks whether the crash thread has ended
PARK_SECONDS = 0.1  # how often a parked thread has a line event, where a debugger can suspend it
ARRIVE_SECONDS = 5.0  # for a parked thread to reach its innermost frame; a debugger may slow it down


class ParkedThreads:
    """Threads that wait in captured stacks until they are released."""

    def __init__(self, renamed: Mapping[str, str]) -> None:
        self._renamed = renamed
        self._locks: list[_thread.LockType] = []

    def add(self, frames: Sequence[DumpedFrame], name: str) -> None:
        """Park one more thread; return when it is in its innermost frame."""
        lock, arrived = _acquired_lock(), _acquired_lock()
        self._locks.append(lock)

        def arrive() -> Iterator[object]:
            threading.current_thread().name = name
            arrived.release()
            # All in C, so that no frame of tibidi is seen; each iteration is a line event in the calling frame.
            return iter(functools.partial(lock.acquire, True, PARK_SECONDS), True)

        _start(parking_call(frames, arrive, self._renamed), len(frames))
        arrived.acquire(timeout=ARRIVE_SECONDS)

    def release(self) -> None:
        """Let all threads return."""
        for lock in self._locks:
            lock.release()


class CrashThread:
    """A thread that crashes again: `hook` runs in its innermost frame, then the exception is raised."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._ident: int | None = None
        self._failure: type[BaseException] | None = None
        self._ended = _acquired_lock()

    def run(
        self,
        frames: Sequence[DumpedFrame],
        exception: BaseException,
        hook: Callable[[], object],
        renamed: Mapping[str, str],
    ) -> None:
        """Return when the thread has ended, in whatever way the debugger ends it; raise TibidiError if that failed."""
        with self._unraisable_ignored(exception):
            _start(breaking_call(frames, exception, [self._arrive, hook], renamed), len(frames))
            while not self._has_ended():
                pass
        if self._failure is KeyboardInterrupt:  # some debuggers have no prompt to return to
            raise KeyboardInterrupt
        if self._failure is not None:
            message = f"the debugger failed: {self._failure.__name__}"
            raise TibidiError(message, "its traceback is above; without PYTHONBREAKPOINT the debugger is pdb")

    def _arrive(self) -> None:
        threading.current_thread().name = self._name
        self._ident = threading.get_ident()

    def _has_ended(self) -> bool:
        """Wait a moment for the end; SystemExit ends a thread without a call of the hook, so check the thread too."""
        try:
            if self._ended.acquire(timeout=WAIT_SECONDS):
                return True
        except KeyboardInterrupt:
            # Ctrl-C arrives in the main thread, but is meant for what the debugger runs in the crash thread.
            self._interrupt()
        return self._ident is not None and self._ident not in sys._current_frames()

    def _interrupt(self) -> None:
        import ctypes  # slow to import, and only needed here

        if self._ident is not None:
            ident = ctypes.c_ulong(self._ident)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(KeyboardInterrupt))

    @contextmanager
    def _unraisable_ignored(self, expected: BaseException) -> Iterator[None]:
        """Report neither the old crash nor quitting the debugger as the unhandled exception of the crash thread."""
        before = sys.unraisablehook

        def hook(unraisable: sys.UnraisableHookArgs) -> None:
            ours = threading.get_ident() == self._ident
            is_end = unraisable.exc_value is expected or issubclass(unraisable.exc_type, bdb.BdbQuit)
            if not (ours and is_end):
                if not (ours and unraisable.exc_type is KeyboardInterrupt):
                    before(unraisable)
                self._failure = unraisable.exc_type if ours else self._failure
            if ours and self._ended.locked():
                self._ended.release()

        sys.unraisablehook = hook
        try:
            yield
        finally:
            sys.unraisablehook = before


def _acquired_lock() -> _thread.LockType:
    lock = _thread.allocate_lock()
    lock.acquire()
    return lock


def _start(call: Call, depth: int) -> None:
    """Start a thread whose outermost Python frame is the one that `call` makes."""
    with big_stack(depth):
        _thread.start_new_thread(call.function, call.arguments)
