"""Which dumps may go, so that a crash directory does not grow for ever.

Rules: too old goes first; then, while there are too many or they are too big,
the dumps between the first and the newest of one fingerprint (a crash loop
says nothing new), then whatever is oldest.  The newest dump never goes, nor
does a file that somebody may still be writing.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.process import os

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator

    from tibidi.store.entry import Entry
    from tibidi.store.entry import Limits

# A partial file is somebody's work in progress while it changes, or while its process lives and it is not forgotten.
WRITING_SECONDS = 60
FORGOTTEN_SECONDS = 3_600


def victims(
    entries: list[Entry],
    newest: Entry | None,
    limits: Limits,
    now: float,
    fingerprint: Callable[[str], str] | None = None,
) -> list[Entry]:
    """Return those of `entries`, which are oldest first, that go; `fingerprint` is asked only when it matters."""
    spare = [entry for entry in entries if entry != newest and not is_being_written(entry, now)]
    gone = [entry for entry in spare if not limits.allow_age(now - entry.changed)]
    left = sorted(set(entries).difference(gone), key=lambda entry: entry.age)
    count, size = len(left), sum(entry.size for entry in left)
    if limits.allow(count, size):
        return gone
    may_go = set(spare)
    for entry in _least_wanted_first(left, fingerprint):
        if entry not in may_go:
            continue
        gone.append(entry)
        count, size = count - 1, size - entry.size
        if limits.allow(count, size):
            break
    return gone


def is_being_written(entry: Entry, now: float) -> bool:
    """Say whether somebody may be writing this file at the moment."""
    if not entry.partial:
        return False
    idle = now - entry.changed
    return idle < WRITING_SECONDS or (idle < FORGOTTEN_SECONDS and is_alive(entry.pid))


def is_alive(pid: int) -> bool:
    """Say whether a process is there; where that cannot be asked without harm, it is."""
    if os.name != "posix":  # elsewhere os.kill() would end it
        return True
    try:
        os.kill(pid, 0)
    except PermissionError:  # somebody else's by now, or ours before it changed its user
        return True
    except (OSError, OverflowError):
        return False
    return True


def _least_wanted_first(entries: list[Entry], fingerprint: Callable[[str], str] | None) -> list[Entry]:
    if fingerprint is None:
        return entries
    between = set(_between(entries, fingerprint))
    return sorted(entries, key=lambda entry: entry not in between)


def _between(entries: Iterable[Entry], fingerprint: Callable[[str], str]) -> Iterator[Entry]:
    """Yield those that are neither the first nor the newest dump of their fingerprint."""
    alike: dict[str, list[Entry]] = {}
    for entry in entries:
        alike.setdefault(fingerprint(entry.path) or entry.path, []).append(entry)
    for group in alike.values():
        yield from group[1:-1]
