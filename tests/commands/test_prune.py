"""`python -m tibidi prune`: what is deleted, and what is printed."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from tibidi.commands import parse_age

if TYPE_CHECKING:
    from crashing import Crasher


@pytest.fixture
def five(crash: Crasher) -> list[str]:
    """Make a crash directory with five dumps, a day apart, and a file that is none."""
    crash.directory.mkdir(mode=0o700)
    names = [f"2026010{day}T000000Z-app-7.pkl" for day in range(1, 6)]
    for age, name in enumerate(reversed(names)):
        (crash.directory / name).write_bytes(b"")
        moment = time.time() - (age + 0.5) * 86_400
        os.utime(crash.directory / name, (moment, moment))
    (crash.directory / "latest.pkl").symlink_to(names[-1])
    (crash.directory / "notes.txt").write_text("", encoding="utf-8")
    return names


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ([], 5),
        (["--keep", "2"], 2),
        (["--older-than", "3d"], 3),
        (["--older-than", "36h"], 1),
        (["--older-than", "0"], 1),
        (["--keep", "2", "--older-than", "4d"], 2),
        (["--all"], 0),
    ],
)
def test_prune(crash: Crasher, five: list[str], options: list[str], left: int) -> None:
    """The newest dumps and all other files stay; what was deleted is printed."""
    ran = crash.run("-m", "tibidi", "prune", *options)

    assert 0 == ran.status
    assert five[5 - left :] == [path.name for path in crash.dumps()]
    assert [f"deleted {name}" for name in five[: 5 - left]] == ran.stdout.splitlines()[:-1]
    assert f"{5 - left} deleted, {left} left in {crash.directory}" == ran.stdout.splitlines()[-1]
    assert (left > 0, True) == (
        os.path.lexists(crash.directory / "latest.pkl"),
        (crash.directory / "notes.txt").exists(),
    )


@pytest.mark.usefixtures("five")
def test_settings_hold(crash: Crasher) -> None:
    """Without options it prunes to what the settings allow."""
    crash.run("-m", "tibidi", "prune", env={"TIBIDI_KEEP": "3"})

    assert 3 == len(crash.dumps())


@pytest.mark.parametrize("options", [["--keep", "0"], ["--keep", "x"], ["--older-than", "soon"], ["--nonsense"]])
def test_bad_options(crash: Crasher, options: list[str]) -> None:
    """An option that cannot be understood deletes nothing, and the status is 2."""
    ran = crash.run("-m", "tibidi", "prune", *options)

    assert (2, "") == (ran.status, ran.stdout)


@pytest.mark.parametrize("others", [["--keep", "2"], ["--older-than", "0"]])
def test_all_goes_with_no_limit(crash: Crasher, five: list[str], others: list[str]) -> None:
    """`--all` beside what says how much is to stay deletes nothing, and one line says so."""
    ran = crash.run("-m", "tibidi", "prune", "--all", *others)

    assert (2, "") == (ran.status, ran.stdout)
    assert "tibidi: --all excludes --keep" in ran.stderr
    assert 1 == ran.stderr.count("\n")
    assert len(five) == len(crash.dumps())


@pytest.mark.usefixtures("five")
def test_all_leaves_what_is_being_written(crash: Crasher) -> None:
    """`--all` takes what was forgotten, and `latest.pkl`, but not its file from a process that is crashing."""
    written = crash.directory / "20260106T000000Z-app-8.pkl.partial"
    forgotten = crash.directory / "20260101T000000Z-app-9.pkl.partial"
    for partial in (written, forgotten):
        partial.write_bytes(b"PK")
    os.utime(forgotten, (0, 0))
    ran = crash.run("-m", "tibidi", "prune", "--all")

    assert [written.name, "notes.txt"] == sorted(os.listdir(crash.directory))
    assert f"kept {written.name}: it may still be written" == ran.stdout.splitlines()[-2]
    assert f"6 deleted, 1 left in {crash.directory}" == ran.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("text", "days"), [("7d", 7), ("12h", 0.5), ("2w", 14), ("1440m", 1), ("86400 S", 1), ("3", 3)]
)
def test_ages(text: str, days: float) -> None:
    """Ages are read as people write them."""
    assert days == pytest.approx(parse_age(text))
