"""Files that are private from the start and appear only when they are finished."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from tibidi.dumpfile.partial import PartialFile, write_file

if TYPE_CHECKING:
    from pathlib import Path


def test_private_whatever_the_umask(tmp_path: Path) -> None:
    """The file is 0600 while it is written and afterwards."""
    before = os.umask(0)
    try:
        partial = PartialFile(str(tmp_path / "dump.pkl"))
        modes = [stat.S_IMODE(os.stat(partial.partial).st_mode)]
        partial.publish(replace=False)
        modes.append(stat.S_IMODE(os.stat(partial.path).st_mode))
    finally:
        os.umask(before)

    assert [0o600, 0o600] == modes


def test_existing_file_is_replaced_only_by_a_finished_one(tmp_path: Path) -> None:
    """The old content is there until publish(), and still there after discard()."""
    path = tmp_path / "dump.pkl"
    path.write_text("old")
    failed = PartialFile(str(path))
    failed.file.write(b"half")
    failed.discard()
    assert "old" == path.read_text()

    good = PartialFile(str(path))
    good.file.write(b"new")
    assert "old" == path.read_text()
    good.publish(replace=True)

    assert "new" == path.read_text()
    assert [path] == list(tmp_path.iterdir())


def test_file_of_a_killed_process_is_no_obstacle(tmp_path: Path) -> None:
    """In a container each process has the same pid: the file of a killed one is no obstacle, and stays."""
    left = PartialFile.beside(str(tmp_path / "dump.pkl"))
    left.file.write(b"half")
    second = PartialFile.beside(str(tmp_path / "dump.pkl"))
    second.file.write(b"whole")
    second.publish(replace=True)

    assert b"whole" == (tmp_path / "dump.pkl").read_bytes()
    with open(left.partial, "rb") as file:
        assert b"half" == file.read()
    left.discard()


def test_never_overwrites_without_replace(tmp_path: Path) -> None:
    """If the name is taken in the meantime, publish() raises and neither file is lost."""
    path = tmp_path / "dump.pkl"
    partial = PartialFile(str(path))
    path.write_text("faster")
    with pytest.raises(FileExistsError):
        partial.publish(replace=False)

    assert "faster" == path.read_text()
    assert os.path.exists(partial.partial)


@pytest.mark.parametrize("kind", ["pipe", "link to a pipe", "folder"])
def test_only_regular_files_are_replaced(tmp_path: Path, kind: str) -> None:
    """A pipe, a device or a folder stays what it is, also behind a link."""
    path = tmp_path / "crash.pkl"
    if kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(tmp_path / "pipe" if "link" in kind else path)
    if "link" in kind:
        path.symlink_to("pipe")
    before = os.lstat(path)

    with pytest.raises(FileExistsError, match="Not a regular file"):
        PartialFile.beside(str(path))
    assert (before, [each.name for each in tmp_path.iterdir() if each.name != "pipe"]) == (
        os.lstat(path),
        ["crash.pkl"],
    )


def test_errors_name_the_file_that_was_asked_for(tmp_path: Path) -> None:
    """An error names the path of the caller, who does not know the partial file."""
    path = str(tmp_path / "missing" / "dump.pkl")
    with pytest.raises(FileNotFoundError) as caught:
        PartialFile.beside(path)

    assert path == caught.value.filename


def test_full_disk_keeps_the_old_file(tmp_path: Path) -> None:
    """Where only a part of the data fits, an error is raised, and the old file stays whole."""
    resource = pytest.importorskip("resource")
    path = tmp_path / "dump.pkl"
    path.write_text("old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            write_file(str(path), bytes(2_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert "old" == path.read_text()
    assert [path] == list(tmp_path.iterdir())


def test_planted_link_is_refused(tmp_path: Path) -> None:
    """A symbolic link at the name of the partial file is not followed."""
    victim = tmp_path / "victim"
    victim.write_text("mine")
    os.symlink(victim, tmp_path / "dump.pkl.partial")
    with pytest.raises(FileExistsError):
        PartialFile(str(tmp_path / "dump.pkl"))

    assert "mine" == victim.read_text()
