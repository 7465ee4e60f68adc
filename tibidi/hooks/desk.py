"""Where crashes from all doors come together: one crash, one dump, one line on stderr.

Imported at the first crash.
"""

from __future__ import annotations

import sys
from _thread import allocate_lock

from tibidi import TYPE_CHECKING
from tibidi import config
from tibidi import hooks
from tibidi.errors import DumpFailed
from tibidi.hooks import Settings
from tibidi.hooks import judgement
from tibidi.hooks import notice
from tibidi.hooks.ledger import Ledger
from tibidi.process import imports as startpath
from tibidi.process import time
from tibidi.process.interpreter import has_handler_raised
from tibidi.process.records import NamedTuple
from tibidi.process.temporary import Uncollected

if TYPE_CHECKING:
    from threading import Thread


# A process that lives on waits no longer than this for a dump.
LIVING_SECONDS = 2.0
# Doors behind which somebody waits for an answer, and does not wait long for the dump of another thread.
HURRIED_DOORS = (hooks.LOGGING, hooks.TASK, hooks.UNRAISABLE)

FROM_ENVIRONMENT = Settings()

_turn = allocate_lock()
_ledger = Ledger()


class Crash(NamedTuple):
    """What came through a door; a process that ends by it has until `deadline`, of time.monotonic()."""

    exc: BaseException
    door: str
    thread: Thread | None
    deadline: float


class Written(NamedTuple):
    """What came of a dump: the lines to say, where it is, and what a signal raised while it was written."""

    lines: list[str]
    path: str | None = None
    interrupt: BaseException | None = None


def receive(
    exc: BaseException, door: str, thread: Thread | None, settings: Settings | None
) -> tuple[bool, BaseException | None]:
    """Dump an exception unless there is a reason not to, and say so.

    Return whether it is in a dump now, and what a signal handler raised meanwhile.
    """
    if not judgement.is_crash(exc, door) or judgement.is_inside_a_dump(sys._getframe(1)):
        return False, None
    turn = _turn
    deadline = time.monotonic() + config.max_seconds
    has_turn = turn.acquire(timeout=_patience(door))
    try:
        # What ends the process is dumped in what is left of the time, even if another thread does not end with its own.
        if not has_turn and door not in hooks.FINAL_HOOKS:
            return False, None
        with Uncollected():  # what is imported from here on stays
            crash = Crash(exc, door, thread, deadline)
            return _take(crash, settings or FROM_ENVIRONMENT)
    finally:
        if has_turn:
            turn.release()


def _patience(door: str) -> float:
    """Return how many seconds to wait while another thread dumps."""
    if door in HURRIED_DOORS:
        return LIVING_SECONDS
    # What ends the process is to be dumped within the same time.
    return config.max_seconds / 2 if door in hooks.FINAL_HOOKS else config.max_seconds


def reset_after_fork() -> None:
    """Forget who is dumping what: in a child of fork() nobody is."""
    global _turn, _ledger
    _turn = allocate_lock()
    _ledger = Ledger()


def _take(crash: Crash, settings: Settings) -> tuple[bool, BaseException | None]:
    """Dump an exception that was not dumped before, and say so."""
    exc = crash.exc
    silent = settings.silent or config.silent
    if _ledger.has(exc):
        return True, None
    if crash.door not in hooks.FINAL_HOOKS and not _ledger.has_room(exc, crash.door):
        if not silent and _ledger.is_first_refused(exc):
            notice.write("tibidi: more of these are not dumped within this minute")
        return False, None
    _ledger.count(exc)
    written = _dump(crash, settings)
    if written.path is not None:
        _ledger.enter(exc)
    if not silent:
        notice.write(*written.lines)
    return written.path is not None, written.interrupt


def _dump(crash: Crash, settings: Settings) -> Written:
    """Write the dump; return where it is, and what is to be said of it."""
    left = crash.deadline - time.monotonic()
    seconds = left if crash.door in hooks.FINAL_HOOKS else min(LIVING_SECONDS, config.max_seconds)
    try:
        dumper = startpath.import_module("tibidi.dumper")
        path, interrupt = dumper.write(crash.exc, settings.filename, thread=crash.thread, seconds=seconds)
    except Exception as error:
        if has_handler_raised(error) or (config.debug and not isinstance(error, DumpFailed)):
            raise
        return Written([notice.of_failure(error)])
    return Written(notice.of_dump(path, crash.exc if settings.replace else None), path, interrupt)
