"""Looking at a dump destroys nothing: files, descriptors and shared memory of this machine are as they were."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from crashing import PROGRAMS
from debuggers.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crashing import Crash, Crasher

pytestmark = pytest.mark.ends

SHARED = Path("/dev/shm")
# Descriptors that the loading process has, with the numbers that the crashed one had.
DESCRIPTORS = "import os; bait = [os.open(os.devnull, os.O_RDWR) for _ in range(64)]\n"
LOOK = (
    DESCRIPTORS
    + """
import gc, sys, tibidi
before = {fd: os.readlink(f"/proc/self/fd/{fd}") for fd in map(str, bait)}
dump = tibidi.load(sys.argv[1], trust=True)
for name, value in dump.exceptions[-1][-1].locals.items():
    print(name, isinstance(value, (tibidi.Dummy, tibidi.NotPickleable)), repr(value))
del dump, name, value
gc.collect()
print("same descriptors:", before == {fd: os.readlink(f"/proc/self/fd/{fd}") for fd in map(str, bait)})
"""
)
# Objects of the application, and what owns nothing.
REBUILT = {"pid_file", "own_pid_file", "slotted", "stream"}
INERT = {"fails", "refuses", "wrong"}  # what cannot be rebuilt
NO_OWNERS = {"bait", "prefix", "reader", "writer", "logger", "sqlite", "shared_memory"}


@pytest.fixture
def bait(tmp_path: Path) -> Iterator[Path]:
    """The directory that a crashed program had its files in."""
    place = tmp_path / "bait"
    place.mkdir()
    yield place
    for each in SHARED.glob(prefix(place) + "*"):
        each.unlink()


def prefix(bait: Path) -> str:
    """Return how the names of shared memory begin."""
    return f"tibidi-{os.getpid()}-{bait.parent.name}-"[-20:]


def crash_in(bait: Path, crash: Crasher, python: Path | None = None) -> Path:
    """Crash with all owners; return the dump."""
    dump = bait.parent / "owners.pkl"
    crashed = crash("owners.py", str(bait), prefix(bait), str(dump), env={"TIBIDI_ENABLE": None}, python=python)
    print(crashed.stdout)
    assert dump.exists(), crashed.stderr
    assert {"app.pid", "own.pid", "a.zip", "dumb.dir", "opened"} <= set(os.listdir(bait))
    return dump


def listing(bait: Path) -> dict[str, object]:
    """Return the time and content of all files, shared memory included."""
    files = [*bait.rglob("*"), *SHARED.glob(prefix(bait) + "*")]
    return {str(each): (each.stat().st_mtime_ns, each.is_dir() or each.read_bytes()) for each in files}


def look(bait: Path, crash: Crasher, *args: str, stdin: str = "") -> Crash:
    """Run Python in the directory of the bait, with the modules of the program."""
    environ = {"TIBIDI_ENABLE": None, "PYTHONPATH": str(PROGRAMS)}
    return crash.run(*args, cwd=bait, env=environ, stdin=stdin)


def test_load(bait: Path, crash: Crasher) -> None:
    """Loading live, dropping the dump and ending the process change no file and no descriptor, and print nothing."""
    dump = crash_in(bait, crash)
    before = listing(bait)
    ended = look(bait, crash, "-c", LOOK, str(dump))
    lines = ended.stdout.splitlines()
    stand_ins = {name for name, is_stand_in, *_ in map(str.split, lines[:-1]) if is_stand_in == "True"}

    assert (0, "") == (ended.status, ended.stderr)
    assert before == listing(bait)
    assert "same descriptors: True" == lines[-1]
    assert REBUILT | INERT | NO_OWNERS == {line.split()[0] for line in lines[:-1]} - stand_ins, ended.stdout


@pytest.mark.parametrize(
    "expression",
    [
        "billiard.Pipe()[0]",
        "billiard.Process(target=print)",
        "diskcache.Cache('cache')",
        "multiprocess.Pipe()[0]",
        "multiprocess.shared_memory.ShareableList([5], name=prefix)",
        "zarr.storage.ZipStore('data.zip', mode='w')",
    ],
)
def test_libraries(expression: str, bait: Path, crash: Crasher) -> None:
    """What copies of `multiprocessing` and some stores own is not opened, nor attached to."""
    module = expression.partition("(")[0].rpartition(".")[0]
    pytest.importorskip(module)
    code = f"""
import os, tibidi, {module}
prefix = {prefix(bait)!r}
try:
    value = {expression}
    1 / 0
except ZeroDivisionError as error:
    tibidi.dump_exception(error, "a.pkl")
os._exit(0)
"""
    look(bait, crash, "-c", code)
    before = listing(bait)
    found = look(bait, crash, "-c", "import tibidi; print(tibidi.load('a.pkl').exceptions[-1][-1]['value'])")

    assert found.stdout.startswith(f"<Dummy {module.partition('.')[0]}.")
    assert "it owned something outside the process" in found.stdout
    assert before == listing(bait)


@pytest.mark.parametrize("leave", ["q\n", ""])
def test_debugger(leave: str, bait: Path, crash: Crasher) -> None:
    """In the debugger values can be looked at, loaded again and dropped; nothing is destroyed then or at its end."""
    dump = crash_in(bait, crash)
    before = listing(bait)
    commands = "p pid_file, connection\np parent_end\ninert\nlive\npp temporary\ndel pid_file\nup\nexceptions\n"
    ended = look(bait, crash, "-m", "tbdebug", "--live", str(dump), stdin=commands + leave)

    assert (0, "") == (ended.status, ended.stderr)
    assert "<Dummy multiprocessing.connection.Connection: " in ended.stdout
    assert "(it owned something outside the process)" in ended.stdout
    assert before == listing(bait)


@pytest.mark.skipif(importlib.util.find_spec("peepshow") is None, reason="peepshow is not installed")
def test_peepshow(bait: Path, crash: Crasher) -> None:
    """The same in peepshow."""
    dump = crash_in(bait, crash)
    before = listing(bait)
    environ = crash.environment({"TIBIDI_ENABLE": None, "TERM": "xterm", "PYTHONPATH": str(PROGRAMS)})
    with Terminal([str(crash.python), "-m", "tbpeep", "--live", str(dump)], environ, bait) as terminal:
        terminal.wait_for("> ")
        terminal.press("!repr(dump['exceptions'][-1][-1]['parent_end'])\r")
        terminal.wait_for("owned something outside")
        terminal.press("q\r")

        assert 0 == terminal.status()
        assert "ignored in" not in terminal.shown
    assert before == listing(bait)
