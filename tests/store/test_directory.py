"""tibidi.store.directory: names, permissions, the latest dump, retention."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tibidi import config
from tibidi.errors import DumpFailed
from tibidi.errors import DumpNotFound
from tibidi.store.directory import CrashDirectory
from tibidi.store.directory import program_name

if TYPE_CHECKING:
    from tibidi.store.entry import Entry

DAY = 86_400


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return an empty crash directory."""
    path = tmp_path / "crashes"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def directory(place: Path) -> CrashDirectory:
    """Return the same as an object."""
    return CrashDirectory(str(place))


def make(place: Path, name: str, *, age_days: float = 0, content: str = "") -> Path:
    """Make a file as old as that."""
    path = place / name
    path.write_text(content, encoding="utf-8")
    moment = time.time() - age_days * DAY
    os.utime(path, (moment, moment))
    return path


def series(place: Path, count: int, content: str = "") -> list[Path]:
    """Make dumps of one program, a second after each other."""
    return [make(place, f"20260101T0000{number:02}Z-app-7.pkl", content=content) for number in range(count)]


def names(directory: CrashDirectory) -> list[str]:
    """Return the names of all dumps."""
    return [entry.name for entry in directory.entries()]


def test_new_name(directory: CrashDirectory) -> None:
    """A name says when in UTC, what and who."""
    assert "20261122T215000Z-app-4711.pkl" == directory.new_name("/srv/app.py", 1795384200.9, 4711)


def test_new_name_is_never_taken(directory: CrashDirectory, place: Path) -> None:
    """A second dump of a process within a second gets a number, a partial one counts too."""
    make(place, "20261122T215000Z-app-4711.pkl")
    make(place, "20261122T215000Z-app-4711-2.pkl.partial")

    assert "20261122T215000Z-app-4711-3.pkl" == directory.new_name("app.py", 1795384200, 4711)


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("/usr/bin/app", "app"),
        ("my app;rm -rf.py", "my_app_rm_-rf"),
        ("/srv/pkg/__main__.py", "pkg"),
        ("", "python"),
        ("-c", "python"),
        ("..", "python"),
        ("job-3.py", "job_3"),
        ("ünïcode.py", "_n_code"),
        ("x" * 300, "x" * 60),
    ],
)
def test_program_name(program: str, expected: str) -> None:
    """Whatever a program is called, the name is one that every file system and shell takes."""
    assert expected == program_name(program)


@pytest.mark.parametrize("program", ["app", "job-3", "a-1-2", "-", "20260101T000000Z-x-1"])
def test_name_reads_back(directory: CrashDirectory, place: Path, program: str) -> None:
    """What stands in a name is found in it again."""
    for number in (1, 2):
        make(place, directory.new_name(program, 1795384200, 4711))
        entry = directory.entries()[-1]

        assert (program_name(program), 4711, number) == (entry.program, entry.pid, entry.number)


def test_entries(directory: CrashDirectory, place: Path) -> None:
    """Only regular files with a name of ours are dumps, oldest first, partial ones among them."""
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
    """Another user's file is no dump of ours, whatever its name, and outlives every limit."""
    theirs = make(place, "20260101T000000Z-a-1.pkl", age_days=100)
    os.chown(theirs, 12345, 12345)
    series(place, 3)

    directory.prune(keep=1, keep_days=1)

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
    """The latest dump by that name is one of those that were there, also when they go in the same moment."""
    dump = make(place, "20260101T000000Z-a-1.pkl")

    assert str(dump) == Emptied(str(place)).find("latest")


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


@pytest.mark.parametrize("missing", [["symlink"], ["symlink", "link"]])
def test_point_latest_without_links(
    directory: CrashDirectory, place: Path, monkeypatch: pytest.MonkeyPatch, missing: list[str]
) -> None:
    """Where there are no symbolic links it is a hard link, where there are none either a private copy."""
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
    """A link to somebody's file is replaced, the file is not written to."""
    victim = tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    (place / "latest.pkl").symlink_to(victim)
    (dump,) = series(place, 1)
    directory.point_latest(str(dump))

    assert "precious" == victim.read_text(encoding="utf-8")
    assert dump.name == os.readlink(place / "latest.pkl")


def test_point_latest_fails_quietly(directory: CrashDirectory, place: Path) -> None:
    """A directory in the place of `latest.pkl` costs the link, nothing else."""
    (place / "latest.pkl").mkdir()
    (dump,) = series(place, 1)
    directory.point_latest(str(dump))

    assert [dump.name, "latest.pkl"] == sorted(path.name for path in place.iterdir())


def test_find(directory: CrashDirectory, place: Path) -> None:
    """A dump is found by its name, with or without suffix, or by any part that only it has."""
    first, second = series(place, 2)

    assert str(first) == directory.find("20260101T000000Z-app-7.pkl")
    assert str(first) == directory.find("20260101T000000Z-app-7")
    assert str(second) == directory.find("000001Z")
    assert str(second) == directory.find("latest")
    with pytest.raises(DumpNotFound, match="'app' is 2 dumps"):
        directory.find("app")
    with pytest.raises(DumpNotFound, match="no dump 'other'"):
        directory.find("other")


def test_prune_by_number(directory: CrashDirectory, place: Path) -> None:
    """The oldest go."""
    dumps = series(place, 5)
    gone = directory.prune(keep=2)

    assert [path.name for path in dumps[:3]] == [entry.name for entry in gone]
    assert [path.name for path in dumps[3:]] == names(directory)


def test_prune_by_size(directory: CrashDirectory, place: Path) -> None:
    """The oldest go until the rest is small enough; the newest stays even if it is too big by itself."""
    series(place, 4, content="x" * 100)

    assert 2 == len(directory.prune(keep_bytes=200))
    assert 1 == len(directory.prune(keep_bytes=10))
    assert ["20260101T000003Z-app-7.pkl"] == names(directory)


def test_prune_by_age(directory: CrashDirectory, place: Path) -> None:
    """What is too old goes, except the newest."""
    make(place, "20260101T000000Z-a-1.pkl", age_days=40)
    make(place, "20260102T000000Z-a-1.pkl", age_days=35)

    assert ["20260101T000000Z-a-1.pkl"] == [entry.name for entry in directory.prune(keep_days=30)]


def test_prune_in_a_crash_loop(directory: CrashDirectory, place: Path) -> None:
    """The dumps between the first and the newest of a fingerprint go before any other."""
    contents = ["loop", "other", "loop", "loop", "loop", "third", "loop"]
    dumps = [
        make(place, f"20260101T0000{number:02}Z-app-7.pkl", content=content) for number, content in enumerate(contents)
    ]
    directory.prune(keep=5, fingerprint=lambda path: Path(path).read_text(encoding="utf-8"))

    assert [dumps[number].name for number in (0, 1, 4, 5, 6)] == names(directory)

    directory.prune(keep=2, fingerprint=lambda path: Path(path).read_text(encoding="utf-8"))

    assert [dumps[number].name for number in (5, 6)] == names(directory)


def test_prune_reads_nothing_below_the_limits(directory: CrashDirectory, place: Path) -> None:
    """Fingerprints are read only when something has to go."""
    series(place, 3)

    def fail(path: str) -> str:
        raise AssertionError(path)

    assert [] == directory.prune(keep=3, keep_bytes=1 << 20, keep_days=1, fingerprint=fail)


def test_prune_spares_what_is_being_written(directory: CrashDirectory, place: Path) -> None:
    """A partial file goes when its process is gone and it is old, not while somebody writes it."""
    make(place, f"20260101T000000Z-a-{os.getpid()}.pkl.partial", age_days=0.01)
    make(place, "20260102T000000Z-a-4194304.pkl.partial", age_days=0.01)
    make(place, "20260103T000000Z-a-4194304.pkl.partial")
    series(place, 1)

    assert ["20260102T000000Z-a-4194304.pkl.partial"] == [entry.name for entry in directory.prune(keep=1)]


def test_renamed_while_it_is_listed(directory: CrashDirectory, place: Path) -> None:
    """A dump that is met under the name that it had and the one that it has is one."""
    make(place, "20260101T000000Z-a-1.pkl.partial")
    make(place, "20260101T000000Z-a-1.pkl")

    assert ["20260101T000000Z-a-1.pkl"] == names(directory)


def test_prune_leaves_other_files(directory: CrashDirectory, place: Path) -> None:
    """Files that are not ours stay, however old."""
    make(place, "notes.txt", age_days=100)
    make(place, "traceback.pkl", age_days=100)
    series(place, 2)
    directory.prune(keep=1, keep_days=1)

    assert {"notes.txt", "traceback.pkl"} <= {path.name for path in place.iterdir()}


def test_locate_makes_it_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is made on the way to the crash directory is private, whatever the umask says."""
    monkeypatch.setattr(config, "directory", str(tmp_path / "a" / "b"))
    before = os.umask(0)
    try:
        directory = CrashDirectory.locate(create=True)
    finally:
        os.umask(before)

    assert str(tmp_path / "a" / "b") == directory.path
    assert [0o700, 0o700] == [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a", "a/b")]


def test_locate_without_create_makes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking where dumps are does not make the directory."""
    monkeypatch.setattr(config, "directory", str(tmp_path / "a"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    assert str(tmp_path / "a") == CrashDirectory.locate(create=False).path
    assert [] == list(tmp_path.iterdir())


@pytest.fixture
def fallback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path that is tried last, where the first place cannot be written."""
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, no directory", encoding="utf-8")
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    monkeypatch.setattr(config, "directory", str(blocked))
    monkeypatch.setenv("TMPDIR", str(shared))
    return shared / f"tibidi-{os.geteuid()}"


def test_fallback(fallback: Path) -> None:
    """Where the first place cannot be written, it is a private directory in the temporary one."""
    assert str(fallback) == CrashDirectory.locate(create=True).path
    assert 0o700 == stat.S_IMODE(fallback.stat().st_mode)
    assert str(fallback) == CrashDirectory.locate(create=False).path


def test_fallback_refuses_a_link(fallback: Path, tmp_path: Path) -> None:
    """A link that somebody planted is refused, wherever it leads."""
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
def test_fallback_refuses_somebody_elses(fallback: Path) -> None:
    """A directory of another user is refused, even if it is private."""
    fallback.mkdir(mode=0o700)
    os.chown(fallback, 12345, 12345)

    with pytest.raises(DumpFailed, match="belongs to another user"):
        CrashDirectory.locate(create=True)


def test_fallback_refuses_an_unsafe_temporary_directory(fallback: Path) -> None:
    """Where everybody can rename everything, nothing is safe."""
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
