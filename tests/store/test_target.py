"""The file that a dump is written to."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from store.building import make, names, series

from tibidi import config
from tibidi.store.target import CrashTarget, NamedTarget, new_path, program_name

if TYPE_CHECKING:
    from crashing import Crasher

    from tibidi.store.directory import CrashDirectory


def name(place: Path, program: str, when: float, pid: int) -> str:
    """Return the name of a new dump."""
    path = Path(new_path(str(place), program, when, pid))
    assert place == path.parent
    return path.name


def test_new_name(place: Path) -> None:
    """A name has the time in UTC, the program and the process."""
    assert "20261122T215000Z-app-4711.pkl" == name(place, "/srv/app.py", 1795384200.9, 4711)


def test_new_name_is_never_taken(place: Path) -> None:
    """A second dump of a process within a second gets a number, a partial one counts too."""
    make(place, "20261122T215000Z-app-4711.pkl")
    make(place, "20261122T215000Z-app-4711-2.pkl.partial")

    assert "20261122T215000Z-app-4711-3.pkl" == name(place, "app.py", 1795384200, 4711)


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
    """Every file system and shell takes the name, whatever the program is called."""
    assert expected == program_name(program)


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["/srv/app.py"], "app"),
        ([Path("/srv/app.py"), 5], "app"),
        ([b"/srv/app.py"], "app"),
        ([5], "python"),
        ([None], "python"),
        ([], "python"),
        (None, "python"),
    ],
)
def test_any_argv(crash: Crasher, argv: object, expected: str) -> None:
    """A program may replace `sys.argv` by anything."""
    crashed = crash.run("-c", f"import sys; from pathlib import *; sys.argv = {argv}; 1 / 0")

    assert f"-{expected}-" in crashed.dump.name


def test_module_that_fails_early(crash: Crasher) -> None:
    """With `python -m`, `sys.argv` does not name the module before it is found, and its package is imported first."""
    package = crash.work / "shop"
    package.mkdir()
    (package / "__init__.py").write_text("1 / 0\n", encoding="utf-8")

    crashed = crash.run("-m", "shop.refund")

    assert ("-refund-" if sys.version_info >= (3, 10) else "-python-") in crashed.dump.name


@pytest.mark.parametrize("program", ["app", "job-3", "a-1-2", "-", "20260101T000000Z-x-1"])
def test_name_reads_back(directory: CrashDirectory, place: Path, program: str) -> None:
    """The program, the process and the number are read back from the name."""
    for number in (1, 2):
        make(place, name(place, program, 1795384200, 4711))
        entry = directory.entries()[-1]

        assert (program_name(program), 4711, number) == (entry.program, entry.pid, entry.number)


def test_named_file_is_replaced_when_finished(tmp_path: Path) -> None:
    """A file that the user named keeps its content until the dump is finished."""
    path = tmp_path / "traceback.pkl"
    path.write_text("before", encoding="utf-8")
    target = NamedTarget(str(path))
    target.partial.file.write(b"after")

    assert "before" == path.read_text(encoding="utf-8")
    assert not target.is_short_of_space()

    target.publish()

    assert "after" == path.read_text(encoding="utf-8")
    assert [path] == list(tmp_path.iterdir())


@pytest.fixture
def crashes(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the program `app` crash into a directory where two dumps may stay."""
    monkeypatch.setattr(config, "directory", str(place))
    monkeypatch.setattr(config, "keep", 2)
    monkeypatch.setattr(sys, "argv", ["/srv/app.py"])
    return place


def test_crash_directory_is_brought_up_to_date(crashes: Path, directory: CrashDirectory) -> None:
    """A published dump is the latest one, and the oldest beyond the limit goes."""
    old = series(crashes, 2)
    target = CrashTarget({})
    target.partial.file.write(b"dump")

    assert target.path not in map(str, crashes.iterdir())

    target.publish()

    assert [old[1].name, os.path.basename(target.path)] == names(directory)
    assert os.path.basename(target.path) == os.readlink(crashes / "latest.pkl")


def test_crashes_within_a_second(crashes: Path) -> None:
    """Two dumps of one process at the same time have names of their own."""
    first, second = CrashTarget({}), CrashTarget({})
    for target in (first, second):
        target.publish()

    assert first.path != second.path
    assert {first.path, second.path} <= set(map(str, crashes.iterdir()))


@pytest.mark.parametrize("argv", [None, [], [""]])
def test_without_a_program(crashes: Path, monkeypatch: pytest.MonkeyPatch, argv: list[str] | None) -> None:
    """Where Python is embedded and there is no sys.argv, the program is called python."""
    if argv is None:
        monkeypatch.delattr(sys, "argv")
    else:
        monkeypatch.setattr(sys, "argv", argv)
    target = CrashTarget({})
    target.partial.discard()

    assert f"-python-{os.getpid()}.pkl" in target.path
