"""The journey from a crash on one machine to a debugger on another, as the README describes it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from crashing import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

DIVIDE = str(ROOT / "examples" / "divide.py")
OFF = {"TIBIDI_ENABLE": None}

HOOKED = """
import tibidi
tibidi.set_excepthook({arguments})
def divide(x, y):
    return x / y
divide(5, 0)
"""

CAUGHT = """
import tibidi
def divide(x, y):
    return x / y
try:
    divide(5, 0)
except Exception as exc:
    print(tibidi.dump_exception(exc, "traceback.pkl"))
"""

READ = """
import tibidi
dump = tibidi.load("traceback.pkl")
frame = dump["exceptions"][-1][-1]
print(frame["x"], frame["y"], frame.line, type(dump.exceptions[-1].exception).__name__)
breakpoint()
"""


def test_nothing_changes_without_a_crash(crash: Crasher) -> None:
    """An application that ends normally prints and leaves nothing more than without tibidi."""
    end = crash.run(DIVIDE, "6", "3")

    assert (0, "2.0\n", "") == (end.status, end.stdout, end.stderr)
    assert [] == end.dumps
    assert [] == list(crash.directory.iterdir())  # its life record is gone


def test_nothing_happens_when_off(crash: Crasher) -> None:
    """A crash without TIBIDI_ENABLE leaves Python's traceback and nothing else."""
    end = crash.run(DIVIDE, "5", "0", env=OFF)

    assert 1 == end.status
    assert end.stderr.endswith("ZeroDivisionError: division by zero\n")
    assert [] == end.dumps


def test_crash(crash: Crasher) -> None:
    """A crash prints Python's own traceback and then one line, ends with 1, and `latest.pkl` is the dump."""
    plain = crash.run(DIVIDE, "5", "0", env=OFF)
    end = crash.run(DIVIDE, "5", "0")

    assert 1 == end.status
    assert f"{plain.stderr}Traceback dumped into: {end.dump}\n" == end.stderr
    assert end.dump.samefile(crash.directory / "latest.pkl")
    assert (0o700, 0o600) == tuple(path.stat().st_mode & 0o777 for path in (crash.directory, end.dump))


def test_list_and_debug(crash: Crasher) -> None:
    """The dump is listed, and opens in the debugger in the crashed frame, by default the latest."""
    dump = crash.run(DIVIDE, "5", "0").dump

    listed = crash.run("-m", "tibidi", "list", env=OFF)
    debugged = crash.run("-m", "tbdebug", env=OFF, stdin="where\nargs\nup\np x + 1, y\nq\n")

    assert dump.name in listed.stdout
    assert "ZeroDivisionError: division by zero" in listed.stdout
    assert (0, "") == (debugged.status, debugged.stderr)
    assert f"> {DIVIDE}(7)divide()" in debugged.stdout
    assert f"> {DIVIDE}(13)<module>()" in debugged.stdout
    assert "x = 5\ny = 0\n" in debugged.stdout
    assert "(6, 0)" in debugged.stdout


@pytest.mark.parametrize("name", ["latest.pkl", "path", "name", "part"])
def test_ways_to_name_a_dump(crash: Crasher, name: str) -> None:
    """A dump may be given by its path, by `latest.pkl`, by its name in the list or a part of that."""
    dump = crash.run(DIVIDE, "5", "0").dump
    names = {
        "latest.pkl": str(crash.directory / "latest.pkl"),
        "path": str(dump),
        "name": dump.name,
        "part": dump.name[:16],
    }

    debugged = crash.run("-m", "tbdebug", names[name], env=OFF, stdin="p x, y\nq\n")

    assert (0, "") == (debugged.status, debugged.stderr)
    assert "(5, 0)" in debugged.stdout


def test_the_source_is_gone(crash: Crasher, tmp_path: Path) -> None:
    """The debugger shows the source that ran, even if the file no longer exists."""
    program = tmp_path / "gone.py"
    program.write_text("def fail(n):\n    return 1 / n  # the line\nfail(0)\n", encoding="utf-8")
    crash.run(str(program))
    program.unlink()

    debugged = crash.run("-m", "tbdebug", env=OFF, stdin="ll\nq\n")

    assert "return 1 / n  # the line" in debugged.stdout


def test_wrapped(crash: Crasher) -> None:
    """`python -m tbdump` prints what the original prints, exits with 1, and leaves traceback.pkl."""
    end = crash.run("-m", "tbdump", DIVIDE, "5", "0", env=OFF)

    assert 1 == end.status
    assert "ZeroDivisionError: division by zero\nTraceback dumped into: traceback.pkl\n" == end.stderr
    assert [] == end.dumps
    assert (crash.work / "traceback.pkl").exists()


def test_hook_in_code(crash: Crasher) -> None:
    """set_excepthook() does the same; with replace=False the normal traceback comes first, with silent nothing."""
    said = crash.run("-c", HOOKED.format(arguments=""), env=OFF)
    kept = crash.run("-c", HOOKED.format(arguments="'kept.pkl', replace=False"), env=OFF)
    silent = crash.run("-c", HOOKED.format(arguments="'silent.pkl', silent=True"), env=OFF)

    assert (1, "ZeroDivisionError: division by zero\nTraceback dumped into: traceback.pkl\n") == (
        said.status,
        said.stderr,
    )
    assert kept.stderr.startswith("Traceback (most recent call last):\n")
    assert "Traceback dumped into: kept.pkl" == kept.stderr.splitlines()[-1]
    assert (1, "") == (silent.status, silent.stderr)
    assert {"traceback.pkl", "kept.pkl", "silent.pkl"} == set(os.listdir(crash.work))


def test_caught_and_read(crash: Crasher) -> None:
    """dump_exception() where it is caught, load() elsewhere, and breakpoint() on the data."""
    caught = crash.run("-c", CAUGHT, env=OFF)
    (crash.work / "read.py").write_text(READ, encoding="utf-8")

    read = crash.run("read.py", env=OFF, stdin="p dump.process.pid\nc\n")

    assert (0, "traceback.pkl\n", "") == (caught.status, caught.stdout, caught.stderr)
    assert 0 == read.status, read.stderr
    assert read.stdout.startswith("5 0 4 ZeroDivisionError\n")


def test_for_programs(crash: Crasher) -> None:
    """`show --json` has the whole summary."""
    crash.run(DIVIDE, "5", "0")

    summary = json.loads(crash.run("-m", "tibidi", "show", "--json", env=OFF).stdout)

    assert summary["complete"]
    assert ["examples/divide.py", "5", "0"] == [
        "/".join(summary["process"]["argv"][0].split("/")[-2:]),
        *summary["process"]["argv"][1:],
    ]
    frame = summary["exceptions"][-1]["frames"][-1]
    assert ("divide", 7, "5") == (frame["qualname"], frame["line"], frame["locals"]["x"]["preview"])
