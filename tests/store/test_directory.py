"""tibidi.store.directory: its dumps, its permissions, the latest dump."""

from __future__ import annotations

import ntpath
import os
import stat
from typing import TYPE_CHECKING

import pytest
from store.building import make, names, series

from tibidi import config
from tibidi.errors import DumpFailed, DumpNotFound
from tibidi.store.directory import CrashDirectory, Limits
from tibidi.store.lookup import named
from tibidi.store.user_directories import can_be_made

if TYPE_CHECKING:
    from pathlib import Path

    from tibidi.store.directory import Entry


def test_entries(directory: CrashDirectory, place: Path) -> None:
    """Only regular files with the name of a dump are dumps, oldest first, partial ones among them."""
    make(place, "20260102T000000Z-b-1.pkl")
    make(place, "20260101T000000Z-a-1.pkl.partial")
    make(place, "notes.txt")
    make(place, "traceback.pkl")
    (place / "20260103T000000Z-c-1.pkl").symlink_to("notes.txt")
    (place / "20260104T000000Z-d-1.pkl").mkdir()

    assert ["20260101T000000Z-a-1.pkl.partial", "20260102T000000Z-b-1.pkl"] == names(directory)
    assert [True, False] == [entry.partial for entry in directory.entries()]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_files_of_others_are_not_touched(directory: CrashDirectory, place: Path) -> None:
    """Another user's file is no dump here, whatever its name, and outlives every limit."""
    theirs = make(place, "20260101T000000Z-a-1.pkl", age_days=100)
    os.chown(theirs, 12345, 12345)
    series(place, 3)

    directory.prune(Limits(keep=1, keep_days=1))

    assert theirs.exists()
    assert [theirs.name] == [path.name for path in place.iterdir() if path.name not in names(directory)]


def test_latest_is_the_newest_finished(directory: CrashDirectory, place: Path) -> None:
    """A dump that was not finished is the latest only if there is no other."""
    make(place, "20260109T000000Z-a-1.pkl.partial")
    only_partial = directory.latest()
    finished = make(place, "20260101T000000Z-a-1.pkl")

    assert str(place / "20260109T000000Z-a-1.pkl.partial") == only_partial
    assert str(finished) == directory.latest()


class Emptied(CrashDirectory):
    """A directory that another process empties as soon as it has been read."""

    def entries(self) -> list[Entry]:
        """Return the dumps that are gone by now."""
        found = super().entries()
        for entry in found:
            os.unlink(entry.path)
        return found


def test_find_latest_reads_once(place: Path) -> None:
    """`latest` is found in one reading of the directory, even if another process empties it meanwhile."""
    dump = make(place, "20260101T000000Z-a-1.pkl")

    assert str(dump) == named(Emptied(str(place)), "latest")


def test_no_latest(directory: CrashDirectory) -> None:
    """An empty directory, or none, has no latest dump."""
    assert directory.latest() is None
    assert CrashDirectory("/nonexistent").latest() is None


def test_point_latest(directory: CrashDirectory, place: Path) -> None:
    """`latest.pkl` is a relative link to the newest dump."""
    old, new = series(place, 2)
    directory.point_latest(str(new))

    assert "20260101T000001Z-app-7.pkl" == os.readlink(place / "latest.pkl")

    directory.point_latest(str(old))  # by a process that was slower

    assert "20260101T000001Z-app-7.pkl" == os.readlink(place / "latest.pkl")


def test_latest_after_the_clock_was_set_back(directory: CrashDirectory, place: Path) -> None:
    """`latest.pkl` and the latest dump are the last one that was written, not one from the future."""
    future = make(place, "20990101T000000Z-a-1.pkl", age_days=-30)
    new = make(place, "20260101T000000Z-a-1.pkl")
    directory.point_latest(str(new))

    assert (new.name, str(new)) == (os.readlink(place / "latest.pkl"), directory.latest())
    assert [] == directory.prune(Limits(keep=2))
    assert [future.name] == [entry.name for entry in directory.prune(Limits(keep=1))]


@pytest.mark.parametrize("missing", [["symlink"], ["symlink", "link"]])
def test_point_latest_without_links(
    directory: CrashDirectory, place: Path, monkeypatch: pytest.MonkeyPatch, missing: list[str]
) -> None:
    """Without symbolic links `latest.pkl` is a hard link, without hard links a private copy."""
    from tibidi import process

    for name in missing:
        monkeypatch.delattr(process.os, name)
    (dump,) = series(place, 1, content="content")
    directory.point_latest(str(dump))
    latest = place / "latest.pkl"

    assert "content" == latest.read_text(encoding="utf-8")
    assert not latest.is_symlink()
    assert 2 != len(missing) or 0o600 == stat.S_IMODE(latest.stat().st_mode)


def test_point_latest_does_not_follow_what_was_planted(directory: CrashDirectory, place: Path, tmp_path: Path) -> None:
    """A planted link is replaced; the file that it leads to is not written to."""
    victim = tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    (place / "latest.pkl").symlink_to(victim)
    (dump,) = series(place, 1)
    directory.point_latest(str(dump))

    assert "precious" == victim.read_text(encoding="utf-8")
    assert dump.name == os.readlink(place / "latest.pkl")


def test_point_latest_fails_quietly(directory: CrashDirectory, place: Path) -> None:
    """If a directory has the name `latest.pkl`, only the link is missing."""
    (place / "latest.pkl").mkdir()
    (dump,) = series(place, 1)
    directory.point_latest(str(dump))

    assert [dump.name, "latest.pkl"] == sorted(path.name for path in place.iterdir())


def test_find(directory: CrashDirectory, place: Path) -> None:
    """A dump is found by its name, with or without suffix, or by any part that no other name has."""
    first, second = series(place, 2)

    assert str(first) == named(directory, "20260101T000000Z-app-7.pkl")
    assert str(first) == named(directory, "20260101T000000Z-app-7")
    assert str(second) == named(directory, "000001Z")
    assert str(second) == named(directory, "latest")
    with pytest.raises(DumpNotFound, match="'app' is 2 dumps"):
        named(directory, "app")
    with pytest.raises(DumpNotFound, match="no dump 'other'"):
        named(directory, "other")


def test_renamed_while_it_is_listed(directory: CrashDirectory, place: Path) -> None:
    """A dump that is found under its old and its new name is one dump."""
    make(place, "20260101T000000Z-a-1.pkl.partial")
    make(place, "20260101T000000Z-a-1.pkl")

    assert ["20260101T000000Z-a-1.pkl"] == names(directory)


def test_locate_makes_it_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The crash directory and the parents made for it are private, whatever the umask."""
    monkeypatch.setattr(config, "directory", str(tmp_path / "a" / "b"))
    before = os.umask(0)
    try:
        directory = CrashDirectory.locate(create=True)
    finally:
        os.umask(before)

    assert str(tmp_path / "a" / "b") == directory.path
    assert [0o700, 0o700] == [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a", "a/b")]


def test_locate_without_create_makes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locating the directory does not make it."""
    monkeypatch.setattr(config, "directory", str(tmp_path / "a"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    assert str(tmp_path / "a") == CrashDirectory.locate(create=False).path
    assert [] == list(tmp_path.iterdir())


@pytest.fixture
def fallback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path that is tried last, with a first one that cannot be written."""
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, no directory", encoding="utf-8")
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    monkeypatch.setattr(config, "directory", str(blocked))
    monkeypatch.setenv("TMPDIR", str(shared))
    return shared / f"tibidi-{os.geteuid()}"


def test_fallback(fallback: Path) -> None:
    """If the first directory cannot be written, a private one in the temporary directory is used."""
    assert str(fallback) == CrashDirectory.locate(create=True).path
    assert 0o700 == stat.S_IMODE(fallback.stat().st_mode)
    assert str(fallback) == CrashDirectory.locate(create=False).path


def test_fallback_refuses_a_link(fallback: Path, tmp_path: Path) -> None:
    """A link that another user planted is refused, wherever it leads."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    fallback.symlink_to(elsewhere)

    with pytest.raises(DumpFailed, match="planted"):
        CrashDirectory.locate(create=True)
    assert [] == list(elsewhere.iterdir())


def test_fallback_refuses_an_open_directory(fallback: Path) -> None:
    """A directory that others can read or write is refused."""
    fallback.mkdir()
    fallback.chmod(0o755)

    with pytest.raises(DumpFailed, match="open to other users"):
        CrashDirectory.locate(create=True)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give directories away")
def test_fallback_refuses_the_directory_of_another_user(fallback: Path) -> None:
    """A directory of another user is refused, even if it is private."""
    fallback.mkdir(mode=0o700)
    os.chown(fallback, 12345, 12345)

    with pytest.raises(DumpFailed, match="belongs to another user"):
        CrashDirectory.locate(create=True)


def test_fallback_refuses_an_unsafe_temporary_directory(fallback: Path) -> None:
    """A temporary directory in which every user can rename every file is refused."""
    fallback.parent.chmod(0o777)

    with pytest.raises(DumpFailed, match="can rename it"):
        CrashDirectory.locate(create=True)


def test_space(directory: CrashDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below 500 MB or 5 % free, space is short."""
    from tibidi import process

    class Disk:
        f_frsize = 1 << 20

        def __init__(self, blocks: int, available: int) -> None:
            self.f_blocks, self.f_bavail = blocks, available

    answers = []
    for blocks, available in [(1_000, 499), (1_000, 501), (100_000, 4_900), (100_000, 5_100)]:
        disk = Disk(blocks, available)
        monkeypatch.setattr(process.os, "statvfs", lambda path, disk=disk: disk)
        answers.append(directory.is_short_of_space())

    assert [True, False, True, False] == answers


@pytest.mark.parametrize(
    "path",
    ["Z:\\dumps\\today", "Z:\\", "Z:dumps", "\\\\server\\share\\dumps", "\\\\?\\Z:\\dumps", "dumps", "NUL", "/", ""],
)
def test_paths_of_windows(path: str, fallback: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the path functions of Windows, a drive that does not exist ends the search, and the fallback is tried."""
    from tibidi import process

    monkeypatch.setattr(process.os, "path", ntpath)
    # What is made where the backslash is no separator would be beside the tests.
    monkeypatch.setattr(process.os, "mkdir", refuse)

    assert isinstance(can_be_made_quietly(path), bool)
    with pytest.raises(DumpFailed, match="no directory to write to"):
        CrashDirectory.locate(create=True)


def refuse(path: str, mode: int) -> None:
    """Do as mkdir() does on a drive that does not exist."""
    raise FileNotFoundError(2, "the system cannot find the path", path)


@pytest.mark.parametrize("name", ["x" * 300, "x/" * 50_000, "loop", "file/dumps"])
def test_directories_that_cannot_be_made(name: str, tmp_path: Path, fallback: Path) -> None:
    """Nothing is made on the way to a path that is too long, or has a loop of links or a file in it."""
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").touch()
    before = sorted(tmp_path.iterdir())
    config.directory = str(tmp_path / name)

    assert not can_be_made_quietly(config.directory)
    assert str(fallback) == CrashDirectory.locate(create=True).path
    assert before == sorted(tmp_path.iterdir())


def can_be_made_quietly(path: str) -> bool:
    """Return what `can_be_made` does, False where that raises OSError."""
    try:
        return can_be_made(path)
    except OSError:
        return False
