"""Stacks on threads of their own, for debuggers that are entered from a running frame.

A thread that `_thread` starts has the revived frame as its first Python
frame: debuggers show the application's frames and none of ours.  Such a
thread gets its name from within, once it runs, through `threading` itself.
"""

from __future__ import annotations

import _thread
import bdb
import functools
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tibidi.errors import TibidiError
from tibidi.revive.depth import big_stack
from tibidi.revive.nest import parking
from tibidi.revive.nest import stopping

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from tibidi.dump import DumpedFrame
    from tibidi.revive.frames import Call

WAIT_SECONDS = 0.2  # how often the main thread looks whether the revived one has ended
PARK_SECONDS = 0.1  # how often a parked thread looks up, and a debugger gets hold of it
ARRIVE_SECONDS = 5.0  # for a parked thread to get to its place; a debugger may slow it down


class Parked:
    """Threads that stand in captured stacks until they are let go."""

    def __init__(self, renamed: Mapping[str, str]) -> None:
        self._renamed = renamed
        self._gates: list[_thread.LockType] = []

    def add(self, frames: Sequence[DumpedFrame], name: str) -> None:
        """Park one more thread; return once it stands."""
        gate = _thread.allocate_lock()
        gate.acquire()
        self._gates.append(gate)
        arrived = _thread.allocate_lock()
        arrived.acquire()

        def arrive() -> Iterator[object]:
            threading.current_thread().name = name
            arrived.release()
            # All in C, so that no frame of ours is seen; each turn is a line event in the frame that called us.
            return iter(functools.partial(gate.acquire, True, PARK_SECONDS), True)

        start(parking(frames, arrive, self._renamed), len(frames))
        arrived.acquire(timeout=ARRIVE_SECONDS)

    def leave(self) -> None:
        """Let all of them return."""
        for gate in self._gates:
            gate.release()


class Performance:
    """The crash on a thread of its own: `door` opens in its innermost frame, then the exception is raised."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._ident: int | None = None
        self._failure: type[BaseException] | None = None
        self._ended = _thread.allocate_lock()
        self._ended.acquire()

    def run(
        self,
        frames: Sequence[DumpedFrame],
        exception: BaseException,
        door: Callable[[], object],
        renamed: Mapping[str, str],
    ) -> None:
        """Return when the thread has ended, in whatever way the debugger lets it end; raise TibidiError if it broke."""
        with self._quiet(exception):
            start(stopping(frames, exception, [self._arrive, door], renamed), len(frames))
            while not self._has_ended():
                pass
        if self._failure is not None:
            message = f"the debugger broke: {self._failure.__name__}"
            raise TibidiError(message, "its traceback is above; without PYTHONBREAKPOINT the debugger is pdb")

    def _arrive(self) -> None:
        threading.current_thread().name = self._name
        self._ident = threading.get_ident()

    def _has_ended(self) -> bool:
        """Wait a moment for the end; SystemExit ends a thread without a word, so look for the thread as well."""
        try:
            if self._ended.acquire(timeout=WAIT_SECONDS):
                return True
        except KeyboardInterrupt:
            # Ctrl-C comes to the main thread, and is meant for what the debugger runs in the other.
            self._interrupt()
        return self._ident is not None and self._ident not in sys._current_frames()

    def _interrupt(self) -> None:
        import ctypes  # dear, and needed for this only

        if self._ident is not None:
            ident = ctypes.c_ulong(self._ident)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(KeyboardInterrupt))

    @contextmanager
    def _quiet(self, expected: BaseException) -> Iterator[None]:
        """Take the end of our thread for what it is: neither the old crash nor leaving the debugger is news."""
        before = sys.unraisablehook

        def hook(unraisable: sys.UnraisableHookArgs) -> None:
            ours = threading.get_ident() == self._ident
            if not (ours and (unraisable.exc_value is expected or issubclass(unraisable.exc_type, bdb.BdbQuit))):
                before(unraisable)
                self._failure = unraisable.exc_type if ours else self._failure
            if ours and self._ended.locked():
                self._ended.release()

        sys.unraisablehook = hook
        try:
            yield
        finally:
            sys.unraisablehook = before


def start(call: Call, depth: int) -> None:
    """Start a thread whose outermost Python frame is the one that `call` makes."""
    with big_stack(depth):
        _thread.start_new_thread(call.function, call.arguments)
