"""Where crashes from all doors come together: one crash, one dump, one line on stderr.

Imported at the first crash.
"""

from __future__ import annotations

import sys
from _thread import allocate_lock

from tibidi import TYPE_CHECKING
from tibidi import config
from tibidi import gate
from tibidi.errors import DumpFailed
from tibidi.hooks import Settings
from tibidi.hooks import judgement
from tibidi.hooks import notice
from tibidi.hooks import startpath
from tibidi.hooks.ledger import Ledger
from tibidi.uncollected import Uncollected

if TYPE_CHECKING:
    from threading import Thread


# A process that lives on waits no longer than this for a dump.
LIVING_SECONDS = 2.0
# Doors behind which somebody waits for an answer, and does not wait long for the dump of another thread.
HURRIED_DOORS = (gate.LOGGING, gate.TASK, gate.UNRAISABLE)

FROM_ENVIRONMENT = Settings()

_turn = allocate_lock()
_ledger = Ledger()


def receive(exc: BaseException, door: str, thread: Thread | None, settings: Settings | None) -> bool:
    """Dump an exception unless there is a reason not to, and say so; tell whether it is in a dump now."""
    if not judgement.is_crash(exc, door) or judgement.is_inside_a_dump(sys._getframe(1)):
        return False
    turn = _turn
    has_turn = turn.acquire(timeout=LIVING_SECONDS if door in HURRIED_DOORS else config.max_seconds)
    try:
        # What ends the process is dumped even if another thread hangs in its dump.
        if not has_turn and door not in gate.LAST_DOORS:
            return False
        with Uncollected():  # what is imported from here on stays
            return _take(exc, door, thread, settings or FROM_ENVIRONMENT)
    finally:
        if has_turn:
            turn.release()


def begin_anew() -> None:
    """Forget who is dumping what: in a child of fork() nobody is."""
    global _turn, _ledger
    _turn = allocate_lock()
    _ledger = Ledger()


def _take(exc: BaseException, door: str, thread: Thread | None, settings: Settings) -> bool:
    """Dump an exception that was not dumped before, and say so."""
    silent = settings.silent or config.silent
    if _ledger.has(exc, door):
        return True
    if door not in gate.LAST_DOORS and not _ledger.has_room(exc, door):
        if not silent and _ledger.is_first_refused(exc):
            notice.write("tibidi: more of these are not dumped within this minute")
        return False
    _ledger.count(exc)
    lines, is_dumped = _dump(exc, door, thread, settings)
    if is_dumped:
        _ledger.enter(exc, door)
    if not silent:
        notice.write(*lines)
    return is_dumped


def _dump(exc: BaseException, door: str, thread: Thread | None, settings: Settings) -> tuple[list[str], bool]:
    """Write the dump; return what is to be said of it, and whether it is there."""
    seconds = config.max_seconds if door in gate.LAST_DOORS else min(LIVING_SECONDS, config.max_seconds)
    try:
        dumper = startpath.import_module("tibidi.dumper")
        path = dumper.dump(exc, filename=settings.filename, thread=thread, max_seconds=seconds)
    except Exception as error:
        if config.debug and not isinstance(error, DumpFailed):
            raise
        return [notice.of_failure(error)], False
    return notice.of_dump(path, exc if settings.replace else None), True
