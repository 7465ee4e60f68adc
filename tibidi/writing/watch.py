"""Watch a worker from the thread that crashed: wait, notice what hangs, keep to the deadline."""

from __future__ import annotations

import _thread

from tibidi import TYPE_CHECKING
from tibidi.process import interpreter
from tibidi.process import io
from tibidi.process import os
from tibidi.process import time
from tibidi.process.temporary import recursion_limit
from tibidi.process.worker import Abandoned
from tibidi.process.worker import NoThread
from tibidi.process.worker import Worker
from tibidi.writing.stream import DiskRefused
from tibidi.writing.stream import OutOfTime

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import BinaryIO
    from typing import Protocol

    from tibidi.writing.ledger import Ledger

    class Task(Protocol):
        """What is watched: work that goes on where it was when it is run again."""

        def run(self, levels: int) -> None:
            """Work, in a thread that can go `levels` deep."""

        def skip_hung(self, culprit: bool) -> None:
            """Be ready to go on without what hung, which is blocked where it is known as `culprit`."""

        def stop(self) -> None:
            """Be ready to be asked for what was done."""

        def skip_failed(self, error: BaseException) -> None:
            """Be ready to go on without what raised."""


POLL_SECONDS = 0.05
# One piece of the application's code may take this much of the time that is left, and of time in all.
PATIENCE_SHARE = 0.2
PATIENCE_SECONDS = 2.0
# Where no thread can be started: levels of recursion that any thread has stack for.
LEVELS_HERE = 1_000
# Our own code: a thread that is in none but this is at work.
OURS = (os.path.dirname(__file__), "pickle.py", "cloudpickle.py", "cloudpickle_fast.py")


class Interrupted(Exception):
    """A signal handler has raised what is the cause."""


def run_watched(
    task: Task, ledger: Ledger, deadline: float, *, debug: bool = False, on_wait: Callable[[], None] | None = None
) -> None:
    """Run `task` until it is done or `deadline` has come; whatever hangs or fails in it is skipped.

    `on_wait` is called now and then meanwhile.  Raises Interrupted, and with
    `debug` what fails.
    """
    while time.monotonic() < deadline:
        try:
            worker = Worker(task.run)
        except NoThread:
            _run_here(task, ledger, deadline, debug=debug)
            return
        with recursion_limit(0):  # the worker may be given up while it has raised the limit
            is_done = _wait(worker, task, Stall(ledger, worker.ident), deadline, on_wait)
        if not is_done:
            worker.abandon()
            _skip(task, ledger, deadline)
        elif worker.error is None or _is_over(task, worker.error, debug=debug):
            return


def _skip(task: Task, ledger: Ledger, deadline: float) -> None:
    """Have a task go on without what it is at, or stop, as the time is over."""
    culprit = ledger.block_running()
    if time.monotonic() < deadline:
        task.skip_hung(culprit)
    else:
        task.stop()


def _is_over(task: Task, error: BaseException, *, debug: bool) -> bool:
    """Tell whether there is nothing more to do after `error`; if there is, be ready to go on without what raised."""
    if isinstance(error, OutOfTime):
        return True
    if isinstance(error, DiskRefused) and error.__cause__ is not None:
        raise error.__cause__
    if debug:
        raise error
    task.skip_failed(error)
    return False


def _wait(worker: Worker, task: Task, stall: Stall, deadline: float, on_wait: Callable[[], None] | None) -> bool:
    """Wait until the worker is done; False at the deadline, or as soon as it stalls."""
    try:
        while True:
            left = deadline - time.monotonic()
            if worker.wait(min(POLL_SECONDS, left)):
                return True
            if on_wait is not None:
                on_wait()
            if left <= 0 or stall.is_over(patience(left)):
                return False
    except BaseException as error:  # somebody at the terminal has had enough, or a handler of the application's
        worker.abandon()
        task.skip_hung(culprit=False)
        raise Interrupted from error


def patience(left: float) -> float:
    """Return for how many seconds code of the application may do nothing that we could see."""
    return max(POLL_SECONDS, min(PATIENCE_SECONDS, left * PATIENCE_SHARE))


class Stall:
    """Knows for how long a thread has been in one and the same call of the application's code."""

    def __init__(self, ledger: Ledger, ident: int) -> None:
        self._ledger = ledger
        self._ident = ident
        self._seen: tuple[object, object] = (None, None)
        self._since = time.monotonic()

    def is_over(self, seconds: float, frame: FrameType | None = None) -> bool:
        """Look again, and tell whether it has been longer than `seconds`."""
        frame = frame or interpreter.frames().get(self._ident)
        now = (self._ledger.running, foreign(frame))
        # By identity, as an `__eq__` may be the very thing that hangs.
        if all(each is None for each in now) or any(new is not old for new, old in zip(now, self._seen)):
            self._seen = now
            self._since = time.monotonic()
        return time.monotonic() - self._since > seconds


def foreign(frame: FrameType | None) -> object:
    """Return the frame of the application that our code has called into, and that has not returned."""
    called = None
    while frame is not None and not is_ours(frame):
        called = frame
        frame = frame.f_back
    return called


def is_ours(frame: FrameType) -> bool:
    """Tell whether a frame is of this package or of a pickler."""
    file = frame.f_code.co_filename
    return file.startswith(OURS[0]) or os.path.basename(file) in OURS[1:]


def _run_here(task: Task, ledger: Ledger, deadline: float, *, debug: bool) -> None:
    """Run in this thread, since there can be no other, with an alarm that ends what hangs."""
    stall = Stall(ledger, _thread.get_ident())

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
            _skip(task, ledger, deadline)
        except (KeyboardInterrupt, SystemExit) as error:
            task.skip_hung(culprit=False)
            raise Interrupted from error
        except Exception as error:  # noqa: BLE001 - as in a worker, whatever it is
            if _is_over(task, error, debug=debug):
                return


class alarm:  # noqa: N801 - read as a statement: with alarm(...)
    """Have `handler` called again and again, by signals; outside the main thread end the process at the deadline."""

    def __init__(self, handler: Callable[[int, FrameType | None], None], deadline: float) -> None:
        self._handler = handler
        self._deadline = deadline
        self._devnull: BinaryIO | None = None

    def __enter__(self) -> None:
        import signal  # only where no thread can be started

        try:
            self._before = signal.signal(signal.SIGALRM, self._handler)
            self._timer = signal.setitimer(signal.ITIMER_REAL, POLL_SECONDS, POLL_SECONDS)
        except (AttributeError, ValueError):  # Windows; not the main thread
            self._before = None
            self._end_process_later()

    def __exit__(self, *_: object) -> None:
        import signal

        if self._before is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)
            signal.setitimer(signal.ITIMER_REAL, *self._timer)
        if self._devnull is not None:
            import faulthandler

            faulthandler.cancel_dump_traceback_later()
            self._devnull.close()

    def _end_process_later(self) -> None:
        import faulthandler  # its watchdog is a thread of C code, which can always be started

        # Open as long as the watchdog runs: it writes to the descriptor, whatever that is by then.
        self._devnull = io.open(os.devnull, "wb")
        seconds = max(0.1, self._deadline - time.monotonic())
        faulthandler.dump_traceback_later(seconds, exit=True, file=self._devnull)
