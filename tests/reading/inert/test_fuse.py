"""Values are tried in a process of its own: what it does not survive is refused, whatever it does."""

from __future__ import annotations

import io
import os
import pickle
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from hostile import catalogue, forging

import tibidi
from tibidi.loader import load
from tibidi.model import TIMEOUT, TOO_DEEP, TOO_LARGE, UNAVAILABLE
from tibidi.reading.inert.fuse import ROOT, Fuse, Refused
from tibidi.reading.inert.fuse import limits as fuse_limits
from tibidi.reading.inert.unpickler import InertUnpickler
from tibidi.reading.unpickler import MemoryFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COLLIDING = catalogue.colliding(range(60_000))
LOCALS = "exceptions[0].frames[0].locals"


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse what takes more than a second."""
    monkeypatch.setattr(tibidi.config, "read_seconds", 1)


@pytest.fixture
def fuse() -> Iterator[Fuse]:
    """Return a fuse."""
    fuse = Fuse()
    yield fuse
    fuse.end()


def refusal(data: bytes) -> Refused:
    """Return the error for a pickle that is refused."""
    fuse = Fuse()
    try:
        with pytest.raises(Refused) as caught:
            fuse.tried(io.BytesIO(data))
        return caught.value
    finally:
        fuse.end()


def test_plain_values(fuse: Fuse) -> None:
    """Values that are read in time are returned as the bytes that were tried."""
    data = pickle.dumps({"a": [1, (2, 3)]}, 5)

    assert data == fuse.tried(io.BytesIO(data))


@pytest.mark.usefixtures("limits")
@pytest.mark.parametrize(
    "value",
    [
        pickle.EMPTY_DICT + catalogue.colliding(range(60_000), pickle.NONE) + pickle.SETITEMS,
        pickle.EMPTY_SET + COLLIDING + pickle.ADDITEMS,
        COLLIDING + pickle.FROZENSET,
        forging.name("tibidi", "_keys") + COLLIDING + pickle.TUPLE + pickle.TUPLE1 + pickle.REDUCE,
        pytest.param(
            pickle.EMPTY_DICT + catalogue.LAUGHS + pickle.NONE + pickle.SETITEM,
            marks=pytest.mark.skipif(sys.version_info >= (3, 14), reason="tuples keep their hash"),
        ),
    ],
    ids=["dict", "set", "frozenset", "view", "laughs"],
)
def test_time(value: bytes) -> None:
    """Keys that all have one hash, or take for ever to hash, end when the time is up; the reason says what to do."""
    began = time.monotonic()
    error = refusal(forging.variables(x=value))

    assert (TIMEOUT, "its values take more than 1 s to read") == (error.reason, str(error))
    assert "TIBIDI_READ_SECONDS" in error.hint
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(("seconds", "memory"), [(600.0, 16 << 30), (1.0, 1 << 20)])
def test_settings_hold_for_small_pickles(seconds: float, memory: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an error advises has an effect on a small file, too: more time and memory than the default, or less."""
    assert (3.0, 512 << 20) == fuse_limits(0)

    monkeypatch.setattr(tibidi.config, "read_seconds", seconds)
    monkeypatch.setattr(tibidi.config, "read_bytes", memory)

    assert (seconds, memory) == fuse_limits(0)


def test_many_small_opcodes() -> None:
    """A pickle of many small opcodes is read ahead: a call for each byte takes ten times as long."""

    class Counting(MemoryFile):
        reads = 0

        def read(self, size: int = -1, /) -> bytes:
            self.reads += 1
            return super().read(size)

    file = Counting()
    file.source = io.BytesIO(forging.START + (pickle.NONE + pickle.POP) * 1_000_000 + pickle.NONE + pickle.STOP)
    InertUnpickler(file, namespace=lambda _: {}).load()

    assert file.reads < 100


@pytest.mark.parametrize("opcode", [pickle.TUPLE1, pickle.EMPTY_TUPLE + b"\x86"])
def test_depth(opcode: bytes) -> None:
    """What would overflow the stack when it is hashed is refused, lists of the same depth are not."""
    inner = opcode[:-1]
    error = refusal(forging.variables(x=pickle.EMPTY_TUPLE + (inner + opcode[-1:]) * 100_000))

    assert (TOO_DEEP, "nested more than 10,000 levels deep") == (error.reason, str(error))


def test_deep_lists(fuse: Fuse) -> None:
    """Lists of that depth are read: nothing that the interpreter does to them overflows the stack."""
    data = forging.START + pickle.EMPTY_LIST * 300_000 + pickle.APPEND * 299_999 + pickle.STOP

    assert data == fuse.tried(io.BytesIO(data))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process")
@pytest.mark.parametrize(
    "value",
    [
        pytest.param(
            pickle.NONE + pickle.LONG_BINPUT + b"\xff\xff\xff\x7f",
            marks=pytest.mark.skipif(sys.version_info >= (3, 15), reason="the memo has what it needs"),
        ),
        forging.call("builtins", "bytearray", 1 << 40) + (pickle.EMPTY_SET + pickle.MEMOIZE + pickle.POP) * 8_000_000,
    ],
    ids=["index of the memo", "sets"],
)
def test_memory(value: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes more memory than it may is refused, with the setting that allows more."""
    monkeypatch.setattr(tibidi.config, "read_bytes", 1 << 30)
    error = refusal(forging.variables(x=value))

    assert TOO_LARGE == error.reason
    assert "TIBIDI_READ_BYTES" in error.hint


@pytest.mark.usefixtures("limits")
@pytest.mark.skipif(os.name == "nt", reason="programs in the shell")
@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("sleep 60", "take more than 1 s to read"),
        ("echo nonsense; cat > /dev/null; sleep 60", "gives no answer that makes sense"),
        ("cat > /dev/null & cat /dev/zero", "take more than 1 s to read"),
        ("exit 3", "ended with status 3"),
        ("kill -9 $$", "ended with signal 9"),
        ("(trap '' HUP TERM; sleep 60) & exit 0", "ended with status 0"),
        ("exec <&-; sleep 60", "gives no answer that makes sense"),
    ],
)
def test_other_children(program: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that hangs, dies, forks or writes nonsense is no answer, and nothing waits for it."""
    script = tmp_path / "python"
    script.write_text(f"#!/bin/sh\n{program}\n")
    script.chmod(stat.S_IRWXU)
    monkeypatch.setattr(sys, "executable", str(script))
    began = time.monotonic()

    assert reason in str(refusal(pickle.dumps("x" * 1_000_000, 5)))
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("executable", ["", "/does/not/exist"])
def test_no_process(executable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no process can be started values are not read, but the dump opens with their previews."""
    path = tmp_path / "x.pkl"
    path.write_bytes(forging.dump(forging.variables(x=forging.plain(5))))
    monkeypatch.setattr(sys, "executable", executable)
    dump = load(path, trust=False)

    assert "no process can be started" in dump.omissions[-1].detail
    assert UNAVAILABLE == dump.omissions[-1].reason


def test_hostile_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither variables nor the working directory add code to the process."""
    for name in ("sitecustomize", "usercustomize", "struct", "json", "tibidi"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "json.py"))
    monkeypatch.setenv("PYTHONINSPECT", "1")
    monkeypatch.chdir(tmp_path)
    fuse = Fuse()
    try:
        assert fuse.tried(io.BytesIO(pickle.dumps(5, 5)))
    finally:
        fuse.end()
    assert not (tmp_path / "ran").exists()


@pytest.mark.usefixtures("limits")
def test_refused_alone(tmp_path: Path) -> None:
    """Values that are refused are missing alone: what was read before is the same object behind them."""
    shared = forging.plain([1])
    members = [
        forging.variables(a=shared + forging.MEMOIZE),
        forging.variables(b=pickle.EMPTY_SET + COLLIDING + pickle.ADDITEMS).replace(b"[0].locals", b"[1].locals"),
        forging.variables(c=catalogue.get(2)).replace(b"[0].locals", b"[2].locals"),
    ]
    path = tmp_path / "x.pkl"
    path.write_bytes(forging.dump(*members, memos=(0, 3, 5)))
    dump = load(path, trust=False)
    frames = {path: value for path, value in dump_values(path).items()}

    assert [TIMEOUT] == [omission.reason for omission in dump.omissions if "values/0001.pkl" in omission.detail]
    assert frames[LOCALS]["a"] is frames["exceptions[0].frames[2].locals"]["c"]


def dump_values(path: Path) -> dict[str, dict[str, object]]:
    """Return the variables in a dump, whether its summary names their frames or not."""
    from tibidi.dumpfile.reader import Reader
    from tibidi.loader import _Loading

    with Reader(path) as reader:
        loading = _Loading(reader, live=False, main=None)
        loading._read()
        return loading.found


def test_start() -> None:
    """The process that tries values, which a prompt waits for, imports no module that takes long."""
    program = "import sys, tibidi.reading.inert.child; print(sys.modules.keys() & {'inspect', 'tokenize'})"
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {ROOT!r}); {program}"]

    assert "set()\n" == subprocess.run(command, capture_output=True, check=True, text=True).stdout
