"""Which dumps to delete, so that a crash directory does not grow for ever.

Rules: dumps that are too old go first; then, while there are too many or they are too big, those between the first and
the newest of one fingerprint (a crash loop repeats them) and of one test, then the oldest; of all these, those that
were pushed to a store go first.  The newest dump never goes, nor does a file that a process may still be writing.

A crash loads this module only if a limit is exceeded.
"""

from __future__ import annotations

from contextlib import contextmanager

from tibidi import TYPE_CHECKING
from tibidi.dumpfile.headline import peek_or_nothing
from tibidi.dumpfile.partial import FLAGS, PRIVATE
from tibidi.process import io, os, read_file, time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from tibidi.store.directory import Entry, Limits

PUSHED = "pushed"  # the file that names, behind the store, each dump that `tibidi push` has copied
# A partial file is in use while it changes, or while its process lives and it is not older than an hour.
WRITING_SECONDS = 60
FORGOTTEN_SECONDS = 3_600

# 2026.  A machine without a clock of its own begins at 1970, until the network tells it the time.
FIRST_DUMP = 1_767_225_600

LOCK_SECONDS = 1.0
POLL_SECONDS = 0.01


def victims(entries: list[Entry], newest: Entry | None, limits: Limits, now: float) -> list[Entry]:
    """Return those of `entries`, oldest first, that are to be deleted."""
    spare = {entry for entry in entries if entry != newest and not is_being_written(entry, now)}
    gone = [entry for entry in entries if entry in spare and not limits.allow(0, 0, _age(entry, now))]
    left = sorted(set(entries).difference(gone), key=lambda entry: entry.age)
    count, size = len(left), sum(entry.size for entry in left)
    if limits.allow(count, size):
        return gone
    between, pushed = set(_between(left)), _pushed(left)
    for entry in sorted(
        spare.intersection(left), key=lambda entry: (entry.name not in pushed, entry not in between, entry.age)
    ):
        gone.append(entry)
        count, size = count - 1, size - entry.size
        if limits.allow(count, size):
            break
    return gone


def _age(entry: Entry, now: float) -> float:
    """Return the seconds since a dump was written; 0 if it says that this was before any dump was."""
    return now - entry.changed if entry.changed > FIRST_DUMP else 0


def is_being_written(entry: Entry, now: float) -> bool:
    """Return True if a process may be writing this file at the moment."""
    if not entry.partial:
        return False
    idle = now - entry.changed
    return idle < WRITING_SECONDS or (idle < FORGOTTEN_SECONDS and is_alive(entry.pid))


def is_alive(pid: int) -> bool:
    """Return True if a process exists, or if the platform has no harmless way to find out."""
    if os.name != "posix":  # elsewhere os.kill() would end it
        return True
    try:
        os.kill(pid, 0)
    except PermissionError:  # it has another user, or the process number was used again
        return True
    except (OSError, OverflowError):
        return False
    return True


def _pushed(entries: list[Entry]) -> set[str]:
    """Return the names of the dumps that are in a store of many machines: they may go first."""
    folders = {os.path.dirname(entry.path) for entry in entries}
    return {line.rpartition(" ")[2] for folder in folders for line in ledger(folder)}


def ledger(folder: str) -> list[str]:
    """Return `STORE SIZE-TIME NAME` for each dump in a folder that was pushed."""
    try:
        return read_file(os.path.join(folder, PUSHED)).decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _between(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield those that are neither the first nor the newest dump of their fingerprint, and of their test if any."""
    alike: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        headline = peek_or_nothing(entry.path)
        alike.setdefault((headline.fingerprint or entry.path, headline.test), []).append(entry)
    for group in alike.values():
        yield from group[1:-1]


def link_or_copy(path: str, target: str) -> None:
    """Make `target` a hard link to `path`, or a copy of it where there are no links, if possible."""
    try:
        os.link(path, target)
        return
    except (OSError, NotImplementedError, AttributeError):
        pass
    try:
        with io.open(path, "rb") as original, io.open(os.open(target, FLAGS, PRIVATE), "wb") as copy:
            while chunk := original.read(1 << 20):
                copy.write(chunk)
    except OSError:
        pass


@contextmanager
def directory_lock(path: str) -> Iterator[None]:
    """Hold the lock on the directory at `path`, which one process has at a time.

    A process that cannot have it within LOCK_SECONDS goes on without it, and so does one without `flock`.  The kernel
    releases it when a process ends.
    """
    descriptor = None
    try:
        import fcntl

        descriptor = os.open(path, os.O_RDONLY)
        _acquire(fcntl, descriptor)
    except (ImportError, OSError):
        pass
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _acquire(fcntl: Any, descriptor: int) -> None:
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                return
            time.sleep(POLL_SECONDS)
