"""What happens to an exception that a hook has caught: one crash, one dump, one line on stderr.

Imported at the first crash.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi import config
from tibidi import hooks
from tibidi.errors import DumpFailed
from tibidi.hooks import Settings
from tibidi.hooks import judgement
from tibidi.hooks import notice
from tibidi.hooks.ledger import Ledger
from tibidi.process import imports
from tibidi.process import time
from tibidi.process.interpreter import has_handler_raised
from tibidi.process.records import NamedTuple
from tibidi.process.temporary import dump_lock

if TYPE_CHECKING:
    from threading import Thread

    from tibidi.process import Watch

# A process that goes on after a crash waits no longer than this for the dump.
LIVING_SECONDS = 2.0
# Behind these hooks a caller waits for an answer, and should not wait long for the dump of another thread.
URGENT_HOOKS = (hooks.LOGGING, hooks.TASK, hooks.UNRAISABLE, hooks.PRINTED)

FROM_ENVIRONMENT = Settings()

_ledger = Ledger()


class Crash(NamedTuple):
    """An exception, the hook that caught it, the thread that it ended, and who waits for the dump."""

    exc: BaseException
    hook: str
    thread: Thread | None
    watch: Watch


class Written(NamedTuple):
    """The result of a dump: the lines for stderr, its path or "", and what a signal handler raised meanwhile."""

    lines: list[str]
    path: str = ""
    interrupt: BaseException | None = None


def receive(crash: Crash, settings: Settings | None) -> tuple[str, BaseException | None]:
    """Dump an exception unless there is a reason not to, and report the dump on stderr.

    Return the path of the dump that it is in now, or "", and what a signal handler raised meanwhile.
    """
    if not judgement.is_crash(crash.exc, crash.hook):
        return "", None
    start = time.monotonic()
    is_final = crash.hook in hooks.FINAL_HOOKS
    patience = _patience(crash.hook)
    seconds = config.max_seconds if is_final else min(LIVING_SECONDS, config.max_seconds)
    crash.watch.deadline = start + (seconds if is_final else patience + seconds)
    with dump_lock(patience) as has_lock:
        # A crash that ends the process is dumped even if another thread hangs in its dump.
        if not has_lock and not is_final:
            return "", None
        if not is_final:
            crash.watch.deadline = time.monotonic() + seconds
        return _receive(crash, settings or FROM_ENVIRONMENT)


def _patience(hook: str) -> float:
    """Return how many seconds to wait for the dump of another thread."""
    if hook in URGENT_HOOKS:
        return LIVING_SECONDS
    # The wait and the dump together must fit into the time of one dump where the process ends.
    return config.max_seconds / 2 if hook in hooks.FINAL_HOOKS else config.max_seconds


def reset_after_fork() -> None:
    """Forget which crashes were dumped: in a child of fork() none was."""
    global _ledger
    _ledger = Ledger()


def _receive(crash: Crash, settings: Settings) -> tuple[str, BaseException | None]:
    """Dump an exception that was not dumped before, within its quota."""
    exc = crash.exc
    silent = settings.silent or config.silent
    known = _ledger.find(exc)
    if known is not None:
        return known, None
    if crash.hook not in hooks.FINAL_HOOKS and not _ledger.has_quota(exc, crash.hook):
        if not silent and _ledger.is_first_refused(exc):
            notice.write("tibidi: further identical crashes are not dumped for 60 s")
        return "", None
    _ledger.charge(exc)
    written = _dump(crash, settings)
    _ledger.add(exc, written.path)  # also without a dump: another attempt would fail as well
    if not silent and not crash.watch.is_over:  # else the crashed thread has said that it took too long
        notice.write(*written.lines)
    return written.path, written.interrupt


def _dump(crash: Crash, settings: Settings) -> Written:
    """Write the dump."""
    try:
        dumper = imports.import_module("tibidi.dumper")
        path, interrupt = dumper.write(crash.exc, settings.filename, crash.watch, crash.thread)
    except Exception as error:
        if has_handler_raised(error) or (config.debug and not isinstance(error, DumpFailed)):
            raise
        return Written([notice.of_failure(error)])
    return Written(notice.of_dump(path, crash.exc if settings.replace else None), path, interrupt)
