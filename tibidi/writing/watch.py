"""Watch a worker from the thread that crashed: detect hangs, and keep the deadline."""

from __future__ import annotations

from tibidi import TYPE_CHECKING, config
from tibidi.look.anatomy import error_text
from tibidi.process import time
from tibidi.process.temporary import STACK_BYTES, Worker, recursion_limit
from tibidi.process.watch import POLL_SECONDS, NoThread
from tibidi.writing.stream import DiskRefused, OutOfTime

if TYPE_CHECKING:
    from collections.abc import Callable

    from tibidi.dumpfile.writer import Archive
    from tibidi.process.progress import Progress
    from tibidi.writing.pickle_state import PickleState
    from tibidi.writing.stall import Stall
    from tibidi.writing.values import ValuesWriter

PROGRESS_AFTER_SECONDS = 1.0
# One call of application code may take this part of the remaining time, and so many seconds.
PATIENCE_PART = 0.2
PATIENCE_SECONDS = 2.0


class Interrupted(Exception):
    """A signal handler raised the exception that is the cause."""


def run_watched(
    task: ValuesWriter,
    state: PickleState,
    deadline: float,
    *,
    debug: bool = False,
    on_wait: Callable[[], None] | None = None,
) -> None:
    """Run `task` until it is done or `deadline` has passed; parts that hang or fail are skipped.

    `on_wait` is called every `POLL_SECONDS`.  Raises Interrupted, and with `debug` the exception of a part that fails.
    """
    while time.monotonic() < deadline:
        with recursion_limit(0):  # from before the worker starts, as it may be abandoned while it has raised the limit
            try:
                worker = Worker(task.run, STACK_BYTES)
            except NoThread:
                from tibidi.writing.threadless import run_here  # at a limit, or while the interpreter shuts down

                run_here(task, state, deadline, debug=debug)
                return
            is_done = _wait(worker, task, state, deadline, on_wait)
            if not is_done:
                worker.abandon()  # before the limit is restored, which waits until no worker is deeper
                skip(task, state, deadline)
        if is_done and is_over(task, worker.take_error(), debug=debug):
            return


class LateProgress:
    """A progress line whose code is loaded once a dump takes long."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._start = time.monotonic()
        self._progress: Progress | None = None

    def __enter__(self) -> LateProgress:
        return self

    def __exit__(self, *error: object) -> None:
        if self._progress is not None:
            self._progress.__exit__(*error)

    def show(self) -> None:
        """Show how many bytes are on disk."""
        if self._progress is None and time.monotonic() - self._start > PROGRESS_AFTER_SECONDS:
            try:
                from tibidi.process.progress import Progress

                self._progress = Progress("dumping", silent=config.silent, start=self._start)
            except Exception:  # noqa: BLE001 - out of memory, most likely: the dump continues without the line
                return
        if self._progress is not None:
            self._progress.show(self._archive.size)


def skip(task: ValuesWriter, state: PickleState, deadline: float) -> None:
    """Prepare a task to continue without what hung, or to stop if the time is over."""
    culprit = state.block_running()
    if time.monotonic() < deadline:
        task.skip_hung(culprit)
    else:
        task.stop()


def is_over(task: ValuesWriter, error: BaseException | None, *, debug: bool) -> bool:
    """Return True if nothing is left to do after `error`; else prepare to continue without the part that raised it."""
    if isinstance(error, OutOfTime):
        task.stop()
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
        del error  # break the cycle: its traceback refers to this frame


def _wait(
    worker: Worker, task: ValuesWriter, state: PickleState, deadline: float, on_wait: Callable[[], None] | None
) -> bool:
    """Wait until the worker is done; return False at the deadline, or as soon as it stalls."""
    stall = None
    try:
        while True:
            left = deadline - time.monotonic()
            if worker.wait(min(POLL_SECONDS, left)):
                return True
            stall = stall or _stall(state, worker.ident)
            if on_wait is not None:
                on_wait()
            if left <= 0 or (stall is not None and stall.is_over(patience(left))):
                return False
    except BaseException as error:  # Ctrl-C, or a signal handler of the application
        worker.abandon()
        task.skip_hung(culprit=False, why=f"the dump was interrupted: {error_text(error)}")
        raise Interrupted from error


def _stall(state: PickleState, ident: int) -> Stall | None:
    try:
        from tibidi.writing.stall import Stall  # most dumps are done before
    except Exception:  # noqa: BLE001 - no memory, no files any more: the deadline holds all the same
        return None
    return Stall(state, ident)


def patience(left: float) -> float:
    """Return for how many seconds a call of application code may run."""
    return max(POLL_SECONDS, min(PATIENCE_SECONDS, left * PATIENCE_PART))
