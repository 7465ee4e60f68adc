"""Dumps that code asks for: `dump_exception()`, and `snapshot()` of a process that goes on."""

from __future__ import annotations

import sys
from _thread import get_ident
from contextlib import contextmanager, nullcontext

from tibidi import TYPE_CHECKING, config, dumper
from tibidi.errors import DumpFailed
from tibidi.look.frames import LiveCrash
from tibidi.model import CRASH, SNAPSHOT
from tibidi.process import dump_threads, get_frame, os, reserve, time
from tibidi.process.interpreter import without_dump
from tibidi.process.temporary import dump_lock, dump_settings, fast_switching
from tibidi.process.watch import Watch, is_inside_dump, runs_a_dump

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tibidi.capture.failed_test import LiveTest

CLOCK = time.monotonic
MAX_TEST_SECONDS = 2.0  # while other tests wait
# A snapshot pauses after WORK_SECONDS of processor time, and for longer if the pause took LATE_SECONDS more than asked.
WORK_SECONDS, PAUSE_SECONDS, LATE_SECONDS, LONG_PAUSE_SECONDS, PAUSES_PART = 0.0005, 0.00005, 0.0003, 0.002, 0.1


def snapshot(path: str | os.PathLike[str] | None = None) -> str:
    """Dump this process where it stands, with all its threads and tasks, and return the path of the dump.

    The process goes on; any thread may call it.  The dump has no exception: it opens in the main thread.
    Without a path it goes to the crash directory.  Raises DumpFailed when there is no dump.

    >>> tibidi.snapshot("now.pkl")
    'now.pkl'
    """
    return dump(None, path, SNAPSHOT)


def dump_exception(exc: BaseException, filename: str | os.PathLike[str] | None = None) -> str:
    """Dump an exception, best in the `except` block that caught it, and return the path of the dump.

    An existing file of that name is replaced once the dump is finished; without a name the dump goes to the crash
    directory.  Values that cannot be written are listed in the dump, they do not make it fail.  Raises TypeError for
    anything but an exception, and DumpFailed when there is no dump.

    >>> try:
    ...     1 / 0
    ... except ZeroDivisionError as error:
    ...     tibidi.dump_exception(error, "crash.pkl")
    'crash.pkl'
    """
    if not isinstance(exc, BaseException):
        raise TypeError(f"dump_exception() takes an exception, not {type(exc).__name__}")
    return dump(exc, filename)


@runs_a_dump
def dump(
    exc: BaseException | None,
    filename: str | os.PathLike[str] | None,
    kind: str = CRASH,
    reason: str = "",
    test: LiveTest | None = None,
) -> str:
    """Dump this process, as `dump_exception` does; without an exception it is a snapshot."""
    if is_inside_dump(get_frame(1)):
        raise DumpFailed("this code runs as part of another dump", "wait for that one")
    if sys.is_finalizing():  # no thread runs any more
        raise DumpFailed("the interpreter is ending", "take it in a function of the module atexit")
    name = None if filename is None else os.fspath(filename)
    watch = Watch(config.max_seconds if test is None else min(MAX_TEST_SECONDS, config.max_seconds))
    try:
        with reserve:
            path, interrupt = watch.run(lambda watch: _write_in_turn(exc, name, watch, LiveCrash(kind, reason, test)))
        interrupt = watch.interrupt or interrupt
    except TimeoutError as error:
        raise DumpFailed(str(error)) from None
    try:
        if interrupt is not None:
            raise without_dump(interrupt)
    finally:
        del interrupt, watch  # break the cycle: its traceback refers to this frame
    return path


def _write_in_turn(
    exc: BaseException | None, filename: str | None, watch: Watch, crash: LiveCrash
) -> tuple[str, BaseException | None]:
    """Dump `exc` when no other thread makes a dump."""
    with dump_settings(), dump_lock(config.max_seconds) as has_lock:
        if not has_lock:
            raise DumpFailed("timed out waiting for another dump", "raise TIBIDI_MAX_SECONDS")
        with giving_way() if crash.kind == SNAPSHOT else nullcontext():
            return dumper.write(exc, filename, watch, crash=crash)


@contextmanager
def giving_way() -> Iterator[None]:
    """Pause when the dump reads the clock after some work, so that other threads get the interpreter lock."""
    worked, left = 0.0, config.max_seconds * PAUSES_PART
    if fast_switching.previous is not None:
        sys.setswitchinterval(fast_switching.previous)

    def monotonic() -> float:
        nonlocal worked, left
        now = CLOCK()
        if get_ident() in dump_threads and left > 0 and not 0 <= time.thread_time() - worked < WORK_SECONDS:
            time.sleep(PAUSE_SECONDS)
            if CLOCK() > now + LATE_SECONDS:
                time.sleep(LONG_PAUSE_SECONDS)
            worked, before, now = time.thread_time(), now, CLOCK()
            left -= now - before
        return now

    try:
        time.monotonic = monotonic
        yield
    finally:
        if time.monotonic is monotonic:  # else a later snapshot has replaced it
            time.monotonic = CLOCK
