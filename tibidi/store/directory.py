"""The crash directory: its dumps, `latest.pkl`, and the limits that `retention` enforces.

Rules: any number of processes crash into one directory at the same moment, and none of them waits for a lock to write
(the process that holds it may hang).  So every step is a single atomic call of the file system, and what another
process may change is checked after the step: the last process sees the result of all.  Only deleting takes a lock.

A dump of this directory is a regular file of this user with the name of one; no other file is listed or deleted.
"""

from __future__ import annotations

import stat

from tibidi import TYPE_CHECKING, config
from tibidi.dumpfile.partial import SUFFIX
from tibidi.errors import DumpFailed
from tibidi.process import os, time
from tibidi.process.records import NamedTuple
from tibidi.store import user_directories

if TYPE_CHECKING:
    from collections.abc import Mapping

LATEST = "latest.pkl"
STOPPED_FOLDER = "stopped"  # of processes that were killed, or just stopped
TIME_LENGTH = len("20261122T215000Z")
SECONDS_PER_DAY = 86_400
MAX_SECONDS_AHEAD = 60  # of another machine that writes to the same directory
NONE_REFUSED: Mapping[str, str] = {}

MIN_FREE_BYTES = 500 << 20
MIN_FREE_SHARE = 0.05


class Entry(NamedTuple):
    """A dump in the directory; `time` is the one in its name, `changed` that of the file."""

    path: str
    name: str
    program: str
    pid: int
    number: int
    time: str
    changed: float
    size: int
    partial: bool

    @property
    def age(self) -> tuple[str, float, int]:
        """The key that sorts the oldest first."""
        return self.time, self.changed, self.number


class Limits(NamedTuple):
    """How many dumps, how many bytes and which age may stay; None is no limit."""

    keep: int | None = None
    keep_bytes: int | None = None
    keep_days: float | None = None

    def allow(self, count: int, size: int, age: float = 0) -> bool:
        """Return True if this many dumps and bytes may stay, the oldest of them `age` seconds old."""
        return (
            (self.keep is None or count <= self.keep)
            and (self.keep_bytes is None or size <= self.keep_bytes)
            and (self.keep_days is None or age <= self.keep_days * SECONDS_PER_DAY)
        )


class CrashDirectory:
    """The directory of dumps at `path`, which need not exist."""

    def __init__(self, path: str) -> None:
        self.path = path

    @classmethod
    def locate(cls, *, create: bool, refused: Mapping[str, str] = NONE_REFUSED) -> CrashDirectory:
        """Return the directory in force: TIBIDI_DIR or the user's cache, else a private one in the temporary directory.

        With `create` it is made if missing, and DumpFailed gives the reasons if none can be written.
        `refused` has those that cannot, as was found out otherwise, with the reasons.
        """
        reasons = []
        for candidate in user_directories.candidates():
            if candidate.path in refused:
                reasons.append(f"{candidate.path}: {refused[candidate.path]}")
                continue
            try:
                if create:
                    user_directories.make(candidate.path, is_home=candidate.is_home)
                if create or not user_directories.can_be_made(candidate.path, is_home=candidate.is_home):
                    candidate.check(candidate.path)
            except OSError as error:
                reasons.append(f"{candidate.path}: {error.strerror}")
            else:
                return cls(candidate.path)
        if create:
            reason = "no directory to write to: " + "; ".join(reasons)
            raise DumpFailed(reason, "set TIBIDI_DIR to a directory that can be written")
        return cls(cls.wanted())

    @staticmethod
    def wanted() -> str:
        """Return the directory that would be in force if all went well."""
        return next(user_directories.candidates()).path

    def entries(self) -> list[Entry]:
        """Return the dumps here, oldest first, including those of killed processes."""
        try:
            with os.scandir(self.path) as items:
                found = [entry_of(item) for item in items]
        except OSError:
            return []
        # A dump that is renamed while the directory is read may appear under both names.
        renamed = {entry.path + SUFFIX for entry in found if entry}
        once = [entry for entry in found if entry and entry.path not in renamed]
        return sorted(once, key=lambda entry: entry.age)

    def latest(self) -> str | None:
        """Return the path of the newest dump, a finished one if there is any."""
        entry = newest(self.entries())
        return entry.path if entry else None

    def point_latest(self, path: str) -> None:
        """Point `latest.pkl` at the newest dump, which is `path` unless another process was faster.

        This never raises: a dump without `latest.pkl` is still a dump.
        """
        name = os.path.basename(path)
        try:
            while True:
                self._point(name)
                last = newest(self.entries())
                if last is None or last.partial or last.name == name:
                    return
                name = last.name
        except OSError:
            return

    def add(self, path: str) -> None:
        """Point `latest.pkl` at a new dump, and delete the dumps beyond the limits of the settings."""
        self.point_latest(path)
        self.prune(Limits(config.keep, config.keep_bytes, config.keep_days))

    def prune(self, limits: Limits) -> list[Entry]:
        """Delete the dumps beyond the limits, never the newest one; return the deleted ones."""
        entries, now = self.entries(), time.time()
        oldest = min((entry.changed for entry in entries), default=now)
        if limits.allow(len(entries), sum(entry.size for entry in entries), now - oldest):
            return []
        try:
            from tibidi.store import retention  # a crash needs it only beyond a limit
        except (ImportError, OSError):  # out of descriptors: the dump that was just written counts more
            return []
        with retention.directory_lock(self.path):  # else two processes might choose different dumps, and delete all
            entries = self.entries()
            gone = retention.victims(entries, newest(entries), limits, time.time())
            return [entry for entry in gone if unlink(entry.path)]

    def is_short_of_space(self) -> bool:
        """Return True if so little is free that only the summary should be written, not the values."""
        try:
            disk = os.statvfs(self.path)
        except (OSError, AttributeError):  # AttributeError: not on Windows
            return False
        free = disk.f_bavail * disk.f_frsize
        return free < max(MIN_FREE_BYTES, MIN_FREE_SHARE * disk.f_blocks * disk.f_frsize)

    def _point(self, name: str) -> None:
        """Replace `latest.pkl` by a link to `name`: symbolic, hard, or a copy, as the file system allows."""
        fresh = os.path.join(self.path, f".{LATEST}.{os.getpid()}")
        unlink(fresh)
        try:
            os.symlink(name, fresh)
        except (OSError, NotImplementedError, AttributeError):
            from tibidi.store.retention import link_or_copy  # few file systems need it

            link_or_copy(os.path.join(self.path, name), fresh)
        try:
            os.replace(fresh, os.path.join(self.path, LATEST))
        except OSError:
            unlink(fresh)
            raise


def newest(entries: list[Entry]) -> Entry | None:
    """Return the newest finished dump, else the newest partial one, else None.

    One from the future is older than the others: the clock was set back after it.
    """
    finished = [entry for entry in entries if not entry.partial]
    soon = time.time() + MAX_SECONDS_AHEAD
    return max(finished or entries, key=lambda entry: (entry.changed < soon, entry.age), default=None)


def entry_of(item: os.DirEntry[str]) -> Entry | None:
    """Return the dump that a directory entry is, or None."""
    parts = _parse(item.name)
    if parts is None:
        return None
    try:
        status = item.stat(follow_symlinks=False)
    except OSError:  # deleted in between
        return None
    if not stat.S_ISREG(status.st_mode) or not user_directories.is_mine(status):
        return None
    moment, program, pid, number = parts
    partial = item.name.endswith(SUFFIX)
    return Entry(item.path, item.name, program, pid, number, moment, status.st_mtime, status.st_size, partial)


def _parse(name: str) -> tuple[str, str, int, int] | None:
    """Return the parts of the name of a dump: `<time>-<program>-<pid>[-<number>].pkl[.partial]`.

    The program is the shortest that fits, so that `app-4711-2` is the second dump of process 4711.
    """
    stem = name.removesuffix(SUFFIX)
    moment, _, rest = stem[: -len(".pkl")].partition("-")
    program, _, last = rest.rpartition("-")
    before, _, pid = program.rpartition("-")
    if not (stem.endswith(".pkl") and _is_time(moment) and program and last.isdecimal()):
        return None
    if before and pid.isdecimal():
        return moment, before, int(pid), int(last)
    return moment, program, int(last), 1


def _is_time(text: str) -> bool:
    return len(text) == TIME_LENGTH and text[8] + text[15] == "TZ" and (text[:8] + text[9:15]).isdecimal()


def unlink(path: str) -> bool:
    """Delete a file if possible; return True if this process deleted it."""
    try:
        os.unlink(path)
    except OSError:
        return False
    return True
