"""`tibidi.load`: what a user's program sees of a dump, at run time and under type checkers."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from crashing import PROGRAMS

import tibidi
from tibidi.words.standins import StandIn

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

PROGRAM = PROGRAMS / "one_reader.py"
LEFT_OUT = "exceptions[1].frames[1].locals"
EXPECTED_PATHS = {
    "exceptions[1].message",
    f"{LEFT_OUT}['big']",
    f"{LEFT_OUT}['error'].response['stream']",
    f"{LEFT_OUT}['inner'].__closure__[0].cell_contents",
    f"{LEFT_OUT}['inner'].__defaults__[0]",
    f"{LEFT_OUT}['order'].by_key[\"it's\"]",
    f"{LEFT_OUT}['order'].by_key[7][0]",
    f"{LEFT_OUT}['order'].by_key[None][b'x']",
    f"{LEFT_OUT}['order'].rows[3]",
    f"{LEFT_OUT}['order'].slotted.inner",
    f"{LEFT_OUT}['token']",
    "modules['__main__']['PENDING']",
    "modules['__main__']['SETTINGS']['database']['password']",
    "process.argv[1]",
    "process.environment['DB_PASSWORD']",
}


@pytest.fixture
def dump(crash: Crasher) -> Path:
    """The dump of a program with values of every kind that is left out."""
    environment = {"TIBIDI_MAX_BYTES": "1M", "DB_PASSWORD": "battery-staple"}
    return crash("one_omissions.py", "--password=correct-horse", env=environment).dump


@pytest.mark.parametrize("trust", [True, False])
def test_omission_paths_are_python(dump: Path, trust: bool) -> None:
    """The path of an omission, evaluated with the attributes of the dump, is the stand-in for the value."""
    loaded = tibidi.load(dump, trust=trust)
    found = {each.path: eval(each.path, dict(vars(loaded))) for each in loaded.omissions}

    assert set() == EXPECTED_PATHS - found.keys()
    assert [] == [path for path in EXPECTED_PATHS if not is_stand_in(found[path])]


def is_stand_in(value: object) -> bool:
    """Return True for what replaces a value, a text or a message."""
    return isinstance(value, StandIn) or (isinstance(value, str) and ("<redacted>" in value or "failed>" in value))


def test_user_program_runs(crash: Crasher, dump: Path, tmp_path: Path) -> None:
    """The names of summary.json are those of the loaded dump, and the original's dictionary is there as well."""
    ended = crash.run(str(PROGRAM), str(dump), str(tmp_path / "own.pkl"), env={"TIBIDI_ENABLE": None})

    assert (0, "") == (ended.status, ended.stderr)
    assert "6 10 __MAIN__ 3\n2\n" in ended.stdout
    assert ended.stdout.endswith("written by hand True\n")


@pytest.mark.slow
@pytest.mark.parametrize("checker", [("mypy", "--strict", "--python-executable"), ("pyright", "--pythonpath")])
def test_user_program_is_well_typed(python: Path, tmp_path: Path, checker: tuple[str, ...]) -> None:
    """A user's program that computes with values needs no casts under mypy --strict and pyright."""
    if importlib.util.find_spec(checker[0]) is None:
        pytest.skip(f"{checker[0]} is not installed for this Python")
    command = [sys.executable, "-m", *checker, str(python), str(PROGRAM)]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    if ended.returncode not in (0, 1):  # 1 means errors in the program
        pytest.skip(f"{checker[0]} cannot run: {(ended.stderr or ended.stdout)[-500:]}")

    assert 0 == ended.returncode, ended.stdout
