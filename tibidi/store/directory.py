"""Where dumps live: their names, `latest.pkl`, and deleting what `retention` lets go.

Rules
-----
Any number of processes crash into one directory at the same moment, and none
waits for a lock to write (its holder may hang).  So every step is a single
atomic call of the file system, and what two processes may do in any order is
checked after it was done, not before: whoever acts last sees all.  Only to
delete they take turns, for a moment at most.

A file is ours when it has a name of ours, is a regular file and belongs to
this user.  Nothing else is ever listed, replaced or deleted.
"""

from __future__ import annotations

import re
import stat

from tibidi import TYPE_CHECKING
from tibidi.errors import DumpFailed
from tibidi.errors import DumpNotFound
from tibidi.process import io
from tibidi.process import os
from tibidi.process import time
from tibidi.store import retention
from tibidi.store.entry import Entry
from tibidi.store.entry import Limits
from tibidi.store.places import PRIVATE_FILE
from tibidi.store.places import can_be_made
from tibidi.store.places import candidates
from tibidi.store.places import is_mine
from tibidi.store.places import make
from tibidi.store.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Callable

LATEST = "latest.pkl"
PARTIAL_SUFFIX = ".partial"
MAX_PROGRAM_CHARACTERS = 60
TIME_FORMAT = "%Y%m%dT%H%M%SZ"

MIN_FREE_BYTES = 500 << 20
MIN_FREE_SHARE = 0.05

# The shortest program that fits, so that `app-4711-2` is the second dump of process 4711.
NAME = re.compile(
    r"(?P<time>\d{8}T\d{6}Z)-(?P<program>.+?)-(?P<pid>\d+)(?:-(?P<number>\d+))?\.pkl(?P<partial>\.partial)?"
)
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
AMBIGUOUS_END = re.compile(r"-(?=\d+$)")


class CrashDirectory:
    """The directory of dumps at `path`, which need not exist to be asked."""

    def __init__(self, path: str) -> None:
        self.path = path

    @classmethod
    def locate(cls, *, create: bool) -> CrashDirectory:
        """Return the directory in force: TIBIDI_DIR or the user's cache, else a private one in the temporary directory.

        With `create` it is made when missing, and DumpFailed says why when none can be written.
        """
        reasons = []
        for candidate in candidates():
            try:
                if create:
                    make(candidate.path, is_home=candidate.is_home)
                elif can_be_made(candidate.path):
                    return cls(candidate.path)
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
        return next(candidates()).path

    def new_name(self, program: str, when: float, pid: int) -> str:
        """Return a name that nothing in the directory has; `when` is in seconds since the epoch."""
        stem = f"{time.strftime(TIME_FORMAT, time.gmtime(when))}-{program_name(program)}-{pid}"
        number = 1
        name = f"{stem}.pkl"
        while self._is_taken(name):
            number += 1
            name = f"{stem}-{number}.pkl"
        return name

    def entries(self) -> list[Entry]:
        """Return the dumps here, oldest first, those of killed processes included."""
        try:
            with os.scandir(self.path) as items:
                found = [_entry(item) for item in items]
        except OSError:
            return []
        # One that was renamed while the directory was read may be met under both names.
        renamed = {entry.path + PARTIAL_SUFFIX for entry in found if entry}
        once = [entry for entry in found if entry and entry.path not in renamed]
        return sorted(once, key=lambda entry: entry.age)

    def latest(self) -> str | None:
        """Return the path of the newest dump, a finished one if there is any."""
        newest = _newest(self.entries())
        return newest.path if newest else None

    def find(self, name: str) -> str:
        """Return the path of the dump with this name, or whose name alone holds this text; raise DumpNotFound."""
        entries = self.entries()
        newest = _newest(entries)
        if name in {"latest", LATEST} and newest:
            return newest.path
        exact = [entry for entry in entries if entry.name in {name, f"{name}.pkl", f"{name}{PARTIAL_SUFFIX}"}]
        like = exact or [entry for entry in entries if name in entry.name]
        if len(like) == 1:
            return like[0].path
        if like:
            raise DumpNotFound(
                f"{name!r} is {len(like)} dumps in {self.path}: {', '.join(each.name for each in like[:5])}"
            )
        raise DumpNotFound(f"no dump {name!r} in {self.path}")

    def point_latest(self, path: str) -> None:
        """Make `latest.pkl` lead to the newest dump, which is `path` unless another process was faster.

        Raises nothing: a dump that `latest.pkl` does not lead to is a dump all the same.
        """
        name = os.path.basename(path)
        try:
            while True:
                self._point(name)
                newest = _newest(self.entries())
                if newest is None or newest.partial or newest.name == name:
                    return
                name = newest.name
        except OSError:
            return

    def forget_latest(self) -> None:
        """Remove `latest.pkl` when it leads nowhere, or when it is a copy of what is not there any more."""
        path = os.path.join(self.path, LATEST)
        finished = [entry for entry in self.entries() if not entry.partial]
        if not finished and os.path.lexists(path) and is_mine(os.lstat(path)):
            _unlink(path)

    def prune(
        self,
        *,
        keep: int | None = None,
        keep_bytes: int | None = None,
        keep_days: float | None = None,
        fingerprint: Callable[[str], str] | None = None,
    ) -> list[Entry]:
        """Delete what is beyond the limits, never the newest dump; return what was deleted.

        `fingerprint` reads that of a dump at a path, "" for none: with it, the
        dumps between the first and the newest of a fingerprint go first.
        """
        limits = Limits(keep, keep_bytes, keep_days)
        if not self._victims(limits):  # whether any go, fingerprints do not decide
            return []
        with Turn(self.path):  # two at once might each choose others, and both delete theirs
            return [entry for entry in self._victims(limits, fingerprint) if delete(entry)]

    def is_short_of_space(self) -> bool:
        """Say whether so little is free that only the story should be written, not the values."""
        try:
            disk = os.statvfs(self.path)
        except (OSError, AttributeError):  # AttributeError: not on Windows
            return False
        free = disk.f_bavail * disk.f_frsize
        return free < max(MIN_FREE_BYTES, MIN_FREE_SHARE * disk.f_blocks * disk.f_frsize)

    def _victims(self, limits: Limits, fingerprint: Callable[[str], str] | None = None) -> list[Entry]:
        entries = self.entries()
        return retention.victims(entries, _newest(entries), limits, time.time(), fingerprint)

    def _is_taken(self, name: str) -> bool:
        path = os.path.join(self.path, name)
        return os.path.lexists(path) or os.path.lexists(path + PARTIAL_SUFFIX)

    def _point(self, name: str) -> None:
        """Replace `latest.pkl` by a link to `name`: symbolic, hard, or a copy, as the file system allows."""
        target = os.path.join(self.path, name)
        fresh = os.path.join(self.path, f".{LATEST}.{os.getpid()}")
        _unlink(fresh)
        for link, source in ((_symlink, name), (_hardlink, target), (_copy, target)):
            try:
                link(source, fresh)
                break
            except (OSError, NotImplementedError, AttributeError):
                continue
        try:
            os.replace(fresh, os.path.join(self.path, LATEST))
        except OSError:
            _unlink(fresh)
            raise


def program_name(program: str) -> str:
    """Return what stands for a program in a file name: its base name, without what a shell or a name of ours minds."""
    base = os.path.basename(program)
    if base.startswith("__main__.") or base in {"", "-", "-c", "-m"}:
        base = os.path.basename(os.path.dirname(program)) or "python"
    stem = base[:-3] if base.endswith(".py") else base
    safe = UNSAFE.sub("_", stem).strip("-.")[:MAX_PROGRAM_CHARACTERS]
    return AMBIGUOUS_END.sub("_", safe) or "python"


def delete(entry: Entry) -> bool:
    """Delete a dump; say whether it is gone because of us."""
    return _unlink(entry.path)


def _entry(item: os.DirEntry[str]) -> Entry | None:
    """Return the dump that a directory entry is, None when it is not one of ours."""
    match = NAME.fullmatch(item.name)
    if match is None:
        return None
    try:
        status = item.stat(follow_symlinks=False)
    except OSError:  # deleted in between
        return None
    if not stat.S_ISREG(status.st_mode) or not is_mine(status):
        return None
    return Entry(
        path=item.path,
        name=item.name,
        program=match["program"],
        pid=int(match["pid"]),
        number=int(match["number"] or 1),
        time=match["time"],
        changed=status.st_mtime,
        size=status.st_size,
        partial=match["partial"] is not None,
    )


def _newest(entries: list[Entry]) -> Entry | None:
    """Return the newest finished dump, else the newest partial one, else None."""
    finished = [entry for entry in entries if not entry.partial]
    return max(finished or entries, key=lambda entry: entry.age, default=None)


def _symlink(source: str, target: str) -> None:
    os.symlink(source, target)


def _hardlink(source: str, target: str) -> None:
    os.link(source, target)


def _copy(source: str, target: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with io.open(source, "rb") as original, io.open(os.open(target, flags, PRIVATE_FILE), "wb") as copy:
        while chunk := original.read(1 << 20):
            copy.write(chunk)


def _unlink(path: str) -> bool:
    try:
        os.unlink(path)
    except OSError:
        return False
    return True
