"""Broken files: cut anywhere, with any bit flipped, they open as far as they go or end in an error with a hint."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """\
import collections, datetime, decimal, sys
import tibidi
class Cart:
    def __init__(self):
        self.items, self.when = [1, "tea"], datetime.datetime(2026, 11, 22)
def pay(cart, rate=decimal.Decimal("1.5")):
    known = collections.OrderedDict(a=cart, f=lambda: rate)
    return known["b"]
try:
    pay(Cart())
except KeyError as error:
    tibidi.dump_exception(error, sys.argv[1])
"""


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """A real dump, signed with a key of its own."""
    program = tmp_path / "pay.py"
    program.write_text(PROGRAM)
    subprocess.run([sys.executable, str(program), "whole.pkl"], env=environment(tmp_path), cwd=tmp_path, check=True)
    return tmp_path / "whole.pkl"


def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which this tibidi is found and the key is in `folder`."""
    found = os.pathsep.join(path for path in sys.path if path)
    return {**os.environ, "PYTHONPATH": found, "TIBIDI_KEY_FILE": str(folder / "key"), "TIBIDI_SILENT": "1"}


def broken(dump: Path, how: str) -> dict[str, int]:
    """Break a dump in every way of a kind; return how often each outcome came about."""
    breaking = Path(__file__).with_name("breaking.py")
    command = [sys.executable, str(breaking), str(dump), how]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=dump.parent, env=environment(dump.parent), timeout=250, check=False
    )

    assert (0, "") == (done.returncode, done.stderr)
    *strange, counts = done.stdout.splitlines()
    assert [] == strange
    found: dict[str, int] = ast.literal_eval(counts)
    return found


def test_cuts(dump: Path) -> None:
    """Cut at every percent it loads what is there, or says that there is nothing; never is it taken for ours."""
    outcomes = broken(dump, "cuts")

    assert {"DamagedDump", "NotADump", "loaded"} == set(outcomes)
    assert outcomes["loaded"] > 30


def test_flipped_bits(dump: Path) -> None:
    """With a flipped bit it is ours no more, unless the bit is where no reader looks."""
    outcomes = broken(dump, "flips")
    unread = outcomes.pop("live")

    assert {"DamagedDump", "NotADump", "NewerFormat", "loaded"} >= set(outcomes)
    assert outcomes["loaded"] > 200
    assert unread < dump.stat().st_size // 4
