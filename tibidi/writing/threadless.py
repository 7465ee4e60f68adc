"""Pickle in the thread that crashed, where no other thread can be started.

That is so at a limit of processes or memory, and while the interpreter shuts
down.  An alarm signal takes the place of the watching thread.
"""

from __future__ import annotations

import _thread
import signal

from tibidi import TYPE_CHECKING
from tibidi.process import io, os, time
from tibidi.process.temporary import Abandoned
from tibidi.process.watch import POLL_SECONDS
from tibidi.writing.stall import Stall
from tibidi.writing.watch import Interrupted, is_over, patience, skip

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any, BinaryIO

    from tibidi.writing.pickle_state import PickleState
    from tibidi.writing.values import ValuesWriter

# Levels of recursion that any thread has enough stack for.
LEVELS_HERE = 1_000


def run_here(task: ValuesWriter, state: PickleState, deadline: float, *, debug: bool) -> None:
    """Run `task` as `run_watched` does, in this thread, with an alarm that ends calls that hang."""
    stall = Stall(state, _thread.get_ident())

    def on_alarm(_: int, frame: FrameType | None) -> None:
        left = deadline - time.monotonic()
        if left <= 0 or stall.is_over(patience(left), frame):
            raise Abandoned

    while time.monotonic() < deadline:
        try:
            with alarm(on_alarm, deadline):
                task.run(LEVELS_HERE)
            return
        except Abandoned:
            skip(task, state, deadline)
        except (KeyboardInterrupt, SystemExit) as error:
            task.skip_hung(culprit=False)
            raise Interrupted from error
        except Exception as error:  # noqa: BLE001 - as in a worker, whatever it is
            if is_over(task, error, debug=debug):
                return


class alarm:  # noqa: N801 - read as a statement: with alarm(...)
    """Call `handler` again and again, by signals; outside the main thread end the process at the deadline."""

    def __init__(self, handler: Callable[[int, FrameType | None], None], deadline: float) -> None:
        self._handler = handler
        self._deadline = deadline
        self._devnull: BinaryIO | None = None

    def __enter__(self) -> None:
        self._before: Any = None
        try:
            if signal.getsignal(signal.SIGALRM) is not None:  # a handler in C could not be restored
                self._before = signal.signal(signal.SIGALRM, self._handler)
                self._timer = signal.setitimer(signal.ITIMER_REAL, POLL_SECONDS, POLL_SECONDS)
        except (AttributeError, ValueError):  # Windows; not the main thread
            pass
        if self._before is None:
            self._end_process_later()

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)
            signal.setitimer(signal.ITIMER_REAL, *self._timer)
        if self._devnull is not None:
            import faulthandler

            faulthandler.cancel_dump_traceback_later()
            self._devnull.close()

    def _end_process_later(self) -> None:
        import faulthandler  # its watchdog is a C thread, which can be started even now

        # Kept open, as the watchdog writes to the descriptor, which may be another file by then.
        self._devnull = io.open(os.devnull, "wb")
        seconds = max(0.1, self._deadline - time.monotonic())
        faulthandler.dump_traceback_later(seconds, exit=True, file=self._devnull)
