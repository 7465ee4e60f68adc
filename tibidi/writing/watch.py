"""Watch a worker from the thread that crashed: detect hangs, and keep the deadline."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi import config
from tibidi.look.anatomy import error_text
from tibidi.process import interpreter
from tibidi.process import os
from tibidi.process import time
from tibidi.process.temporary import recursion_limit
from tibidi.process.worker import NoThread
from tibidi.process.worker import Worker
from tibidi.writing.stream import DiskRefused
from tibidi.writing.stream import OutOfTime

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Protocol

    from tibidi.process.progress import Progress
    from tibidi.writing.pickle_state import PickleState
    from tibidi.writing.stream import Target

    class Task(Protocol):
        """The watched work, which continues where it was when it is run again."""

        def run(self, levels: int) -> None:
            """Work, in a thread that can recurse `levels` deep."""

        def skip_hung(self, culprit: bool, why: str = ...) -> None:
            """Prepare to continue without the object that hung; a known `culprit` is blocked already."""

        def stop(self) -> None:
            """Prepare for the end, as the time is over."""

        def skip_failed(self, error: BaseException) -> None:
            """Prepare to continue without the part that raised."""


POLL_SECONDS = 0.05
PROGRESS_AFTER_SECONDS = 1.0
# One call of application code may take this part of the remaining time, and so many seconds.
PATIENCE_PART = 0.2
PATIENCE_SECONDS = 2.0
# Pass two, and the rooms of tibidi that it calls: a thread that runs no other code has not hung.
ROOMS = ("dumpfile", "look", "process", "redaction", "words", "writing")
OUR_FOLDERS = tuple(os.path.join(interpreter.PACKAGE, name, "") for name in ROOMS)
OUR_FILES = frozenset({"pickle.py", "cloudpickle.py", "cloudpickle_fast.py"})


class Interrupted(Exception):
    """A signal handler raised the exception that is the cause."""


def run_watched(
    task: Task, state: PickleState, deadline: float, *, debug: bool = False, on_wait: Callable[[], None] | None = None
) -> None:
    """Run `task` until it is done or `deadline` has passed; parts that hang or fail are skipped.

    `on_wait` is called every `POLL_SECONDS`.  Raises Interrupted, and with
    `debug` the exception of a part that fails.
    """
    while time.monotonic() < deadline:
        with recursion_limit(0):  # from before the worker starts, as it may be abandoned while it has raised the limit
            try:
                worker = Worker(task.run)
            except NoThread:
                from tibidi.writing.threadless import run_here  # at a limit, or while the interpreter shuts down

                run_here(task, state, deadline, debug=debug)
                return
            is_done = _wait(worker, task, Stall(state, worker.ident), deadline, on_wait)
        if not is_done:
            worker.abandon()
            skip(task, state, deadline)
        elif is_over(task, worker.take_error(), debug=debug):
            return


class LateProgress:
    """A progress line whose code is loaded once a dump takes long."""

    def __init__(self, archive: Target) -> None:
        self._archive = archive
        self._start = time.monotonic()
        self._is_loaded = False
        self._progress: Progress | None = None

    def __enter__(self) -> LateProgress:
        return self

    def __exit__(self, *error: object) -> None:
        if self._progress is not None:
            self._progress.__exit__(*error)

    def show(self) -> None:
        """Show how many bytes are on disk."""
        if not self._is_loaded and time.monotonic() - self._start > PROGRESS_AFTER_SECONDS:
            self._is_loaded = True
            try:
                from tibidi.process.progress import Progress

                self._progress = Progress("dumping", silent=config.silent, start=self._start)
            except Exception:  # noqa: BLE001 - out of memory, most likely: the dump continues without the line
                return
        if self._progress is not None:
            self._progress.show(self._archive.size)


def skip(task: Task, state: PickleState, deadline: float) -> None:
    """Prepare a task to continue without what hung, or to stop if the time is over."""
    culprit = state.block_running()
    if time.monotonic() < deadline:
        task.skip_hung(culprit)
    else:
        task.stop()


def is_over(task: Task, error: BaseException | None, *, debug: bool) -> bool:
    """Return True if nothing is left to do after `error`; else prepare to continue without the part that raised it."""
    if error is None or isinstance(error, OutOfTime):
        return True
    try:
        if isinstance(error, DiskRefused) and error.__cause__ is not None:
            raise error.__cause__
        if debug:
            raise error
        task.skip_failed(error)
        return False
    finally:
        del error  # else it would keep itself alive, by this frame in its traceback


def _wait(worker: Worker, task: Task, stall: Stall, deadline: float, on_wait: Callable[[], None] | None) -> bool:
    """Wait until the worker is done; return False at the deadline, or as soon as it stalls."""
    try:
        while True:
            left = deadline - time.monotonic()
            if worker.wait(min(POLL_SECONDS, left)):
                return True
            if on_wait is not None:
                on_wait()
            if left <= 0 or stall.is_over(patience(left)):
                return False
    except BaseException as error:  # Ctrl-C, or a signal handler of the application
        worker.abandon()
        task.skip_hung(culprit=False, why=f"the dump was interrupted: {error_text(error)}")
        raise Interrupted from error


def patience(left: float) -> float:
    """Return for how many seconds a call of application code may run."""
    return max(POLL_SECONDS, min(PATIENCE_SECONDS, left * PATIENCE_PART))


class Stall:
    """Measures for how long a thread has been in the same call of application code."""

    def __init__(self, state: PickleState, ident: int) -> None:
        self._state = state
        self._ident = ident
        self._seen: tuple[object, object] = (None, None)
        self._since = time.monotonic()

    def is_over(self, seconds: float, frame: FrameType | None = None) -> bool:
        """Check again, and return True if it has been longer than `seconds`."""
        frame = frame or interpreter.frames().get(self._ident)
        now = (self._state.running, foreign(frame))
        # By identity, as an `__eq__` may be what hangs.
        if all(each is None for each in now) or any(new is not old for new, old in zip(now, self._seen)):
            self._seen = now
            self._since = time.monotonic()
        return time.monotonic() - self._since > seconds


def foreign(frame: FrameType | None) -> object:
    """Return the outermost frame of application code above our code, None if there is none."""
    called = None
    while frame is not None and not is_ours(frame):
        called = frame
        frame = frame.f_back
    return called


def is_ours(frame: FrameType) -> bool:
    """Return True for a frame of pass two or of a pickler."""
    file = frame.f_code.co_filename
    return file.startswith(OUR_FOLDERS) or os.path.basename(file) in OUR_FILES
