"""Which dumps are deleted, and the lock between the processes that delete them."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from store.building import make, names, series

from tibidi.dumpfile import format as fmt
from tibidi.dumpfile.writer import Archive
from tibidi.store import retention
from tibidi.store.directory import Limits, newest
from tibidi.store.retention import directory_lock

if TYPE_CHECKING:
    from pathlib import Path

    from tibidi.store.directory import CrashDirectory

needs_locks = pytest.mark.skipif(importlib.util.find_spec("fcntl") is None, reason="this system has no such locks")

HOLD = """
import sys, time
from tibidi.store.retention import directory_lock
with directory_lock(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


def test_limits() -> None:
    """A limit that is reached is not exceeded; None is no limit."""
    limits = Limits(keep=2, keep_bytes=100, keep_days=1)

    assert limits.allow(2, 100, 86_400)
    assert not limits.allow(3, 100)
    assert not limits.allow(2, 101)
    assert not limits.allow(2, 100, 86_401)
    assert Limits().allow(10**9, 10**15, 10**12)


def test_prune_by_number(directory: CrashDirectory, place: Path) -> None:
    """The oldest dumps go."""
    dumps = series(place, 5)
    gone = directory.prune(Limits(keep=2))

    assert [path.name for path in dumps[:3]] == [entry.name for entry in gone]
    assert [path.name for path in dumps[3:]] == names(directory)


def test_prune_by_size(directory: CrashDirectory, place: Path) -> None:
    """The oldest go until the rest is small enough; the newest stays even if it is too big by itself."""
    series(place, 4, content="x" * 100)

    assert 2 == len(directory.prune(Limits(keep_bytes=200)))
    assert 1 == len(directory.prune(Limits(keep_bytes=10)))
    assert ["20260101T000003Z-app-7.pkl"] == names(directory)


def test_prune_by_age(directory: CrashDirectory, place: Path) -> None:
    """Dumps that are too old go, except the newest."""
    make(place, "20260101T000000Z-a-1.pkl", age_days=40)
    make(place, "20260102T000000Z-a-1.pkl", age_days=35)

    assert ["20260101T000000Z-a-1.pkl"] == [entry.name for entry in directory.prune(Limits(keep_days=30))]


def test_prune_by_age_with_a_wrong_clock(directory: CrashDirectory, place: Path) -> None:
    """A dump from before there were any is not too old: the machine had no time yet when it was written."""
    early = make(place, "19700101T000012Z-a-1.pkl")
    os.utime(early, (12, 12))
    make(place, "20260101T000000Z-a-1.pkl", age_days=40)
    make(place, "20260102T000000Z-a-1.pkl")

    assert ["20260101T000000Z-a-1.pkl"] == [entry.name for entry in directory.prune(Limits(keep_days=30))]


def test_prune_in_a_crash_loop(directory: CrashDirectory, place: Path) -> None:
    """The dumps between the first and the newest of a fingerprint go before any other."""
    dumps = series(place, 7)
    for path, fingerprint in zip(dumps, ["loop", "other", "loop", "loop", "loop", "third", "loop"]):
        with path.open("wb") as file:
            Archive(file).add(fmt.SUMMARY, b"{}", {"time": "now", "fingerprint": fingerprint})
    directory.prune(Limits(keep=5))

    assert [dumps[number].name for number in (0, 1, 4, 5, 6)] == names(directory)

    directory.prune(Limits(keep=2))

    assert [dumps[number].name for number in (5, 6)] == names(directory)


def test_prune_spares_files_that_are_being_written(directory: CrashDirectory, place: Path) -> None:
    """A partial file goes if its process has ended and it is old, not while it may be written."""
    make(place, f"20260101T000000Z-a-{os.getpid()}.pkl.partial", age_days=0.01)
    make(place, "20260102T000000Z-a-4194304.pkl.partial", age_days=0.01)
    make(place, "20260103T000000Z-a-4194304.pkl.partial")
    series(place, 1)

    assert ["20260102T000000Z-a-4194304.pkl.partial"] == [entry.name for entry in directory.prune(Limits(keep=1))]


def test_prune_leaves_other_files(directory: CrashDirectory, place: Path) -> None:
    """Other files stay, however old."""
    make(place, "notes.txt", age_days=100)
    make(place, "traceback.pkl", age_days=100)
    series(place, 2)
    directory.prune(Limits(keep=1, keep_days=1))

    assert {"notes.txt", "traceback.pkl"} <= {path.name for path in place.iterdir()}


def test_victims_of_several_limits(directory: CrashDirectory, place: Path) -> None:
    """Dumps that are too old go first, and count for the other limits as deleted."""
    old = make(place, "20260101T000000Z-old-1.pkl", age_days=9)
    dumps = series(place, 3)
    entries = directory.entries()
    gone = retention.victims(entries, newest(entries), Limits(keep=2, keep_days=5), time.time())

    assert [old.name, dumps[0].name] == [entry.name for entry in gone]


def test_unreadable_fingerprints_are_all_different(directory: CrashDirectory, place: Path) -> None:
    """Dumps without a fingerprint do not count as one crash loop: the oldest goes."""
    dumps = series(place, 4)

    assert [dumps[0].name] == [entry.name for entry in directory.prune(Limits(keep=3))]


def test_is_alive() -> None:
    """A process is alive until it has ended; a number that no process can have is not."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()

    assert [True, True, False, False] == [retention.is_alive(pid) for pid in (os.getpid(), 1, ended.pid, 10**30)]


def test_loaded_only_if_a_limit_is_exceeded(place: Path) -> None:
    """A crash below the limits does not load the module, and so reads no fingerprint."""
    series(place, 2)
    code = (
        "import sys; from tibidi.store.directory import CrashDirectory, Limits\n"
        "directory = CrashDirectory(sys.argv[1])\n"
        "for keep in (2, 1): directory.prune(Limits(keep=keep)); print('tibidi.store.retention' in sys.modules)"
    )
    output = subprocess.run([sys.executable, "-c", code, place], capture_output=True, check=True, text=True).stdout

    assert ["False", "True"] == output.split()


@needs_locks
def test_lock_waits_for_a_moment(tmp_path: Path) -> None:
    """While another process holds the lock one waits, but only for a moment; a killed process does not hold it."""
    holder = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert b"held\n" == holder.stdout.readline()
        start = time.monotonic()
        with directory_lock(str(tmp_path)):
            waited = time.monotonic() - start
        assert retention.LOCK_SECONDS <= waited < retention.LOCK_SECONDS + 5
    finally:
        holder.kill()
        holder.communicate()
    start = time.monotonic()
    with directory_lock(str(tmp_path)):
        assert time.monotonic() - start < retention.LOCK_SECONDS


def test_lock_without_a_directory(tmp_path: Path) -> None:
    """A directory that does not exist is not locked, which is no error."""
    with directory_lock(str(tmp_path / "gone")):
        pass
