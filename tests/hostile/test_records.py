"""Life records that a stranger has put into a folder of dumps are bounded, stay in it, and get no signature."""

from __future__ import annotations

import os
import resource
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from tibidi.__main__ import main
from tibidi.dumpfile.reader import Reader

if TYPE_CHECKING:
    from pathlib import Path

MAX_SECONDS = 5
FACTS: dict[str, Any] = {
    **{"pid": 4711, "ppid": 1, "argv": ["shop.py"], "executable": "python", "cwd": "/srv", "python": "3.12.1"},
    **{"implementation": "cpython", "hostname": "", "place": "0badbeef-1", "time": 1.0, "uptime": 0.0},
    **{"memory": None, "stops": True, "faulthandler": True},
}
STACK = '\nFatal Python error: Aborted\n\nCurrent thread 0x1 (most recent call first):\n  File "{}", line 1 in f\n'
LINES = {
    "parentheses": b"(" * 100_000,
    "signs": b"-" * 200_000 + b"1",
    "sum": b"1+" * 100_000 + b"1j",
    "lists": b"[" + b"[]," * 1_300_000 + b"]",
    "integers": b"[" + b"1," * 2_000_000 + b"]",
    "no dictionary": b"[]",
    "no text": b"\xff",
}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there are no records elsewhere")


def put(folder: Path, line: bytes, rest: str = "") -> Path:
    """Write a record into a folder of dumps."""
    folder.mkdir(0o700, exist_ok=True)
    place = folder / ".0badbeef-1-4711-1.0.life"
    place.write_bytes(line + rest.encode())
    return place


def record(folder: Path, rest: str, **facts: object) -> Path:
    """Write a record of this machine before it was started again, with some facts that differ."""
    return put(folder, f"{ {**FACTS, 'hostname': os.uname().nodename, **facts}!a}\n".encode(), rest)


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_what_is_no_record(line: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line of whatever is left alone, in bounded time and memory."""
    put(tmp_path / "crashes", line + b"\n")
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert 0 == main(["list", str(tmp_path / "crashes")])
    assert (f"no dumps in {tmp_path / 'crashes'}\n", "") == capsys.readouterr()
    assert time.process_time() - began < MAX_SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10


def test_climbing(tmp_path: Path) -> None:
    """A process whose number is a path leaves no dump elsewhere."""
    place = record(tmp_path / "crashes", STACK.format("/srv/shop.py"), pid="/../../escaped")
    stem = time.strftime("%Y%m%dT%H%M%SZ-shop-", time.gmtime(place.stat().st_mtime))
    (place.parent / stem).mkdir()

    assert 0 == main(["list", str(place.parent)])
    assert [place.parent] == list(tmp_path.iterdir())
    assert sorted([place, place.parent / stem]) == sorted(place.parent.iterdir())


@pytest.mark.parametrize("name", ["pipe", "/dev/zero", "/proc/self/mem"])
def test_what_is_read(name: str, tmp_path: Path) -> None:
    """Neither a source nor a count of kills is read from what may block or never end; the dump is not signed."""
    os.mkfifo(tmp_path / "pipe")
    file = str(tmp_path / name)
    record(tmp_path / "crashes", STACK.format(file), memory=(file, 0))
    assert 0 == main(["list", str(tmp_path / "crashes")])
    record(tmp_path / "crashes", f"\nx{STACK.format(file).partition(':')[2]}", memory=(file, 0))
    assert 0 == main(["list", str(tmp_path / "crashes")])

    made = [path for path in tmp_path.rglob("2*.pkl")]
    assert 2 == len(made)
    for path in made:
        with Reader(path) as reader:
            assert ({}, False) == (reader.sources, reader.has_signature)


def test_name_of_a_source(tmp_path: Path) -> None:
    """A source whose name has a character that no member may have is in the dump, and the dump is whole."""
    file = tmp_path / "shop:1.py"
    file.write_text("def f(): pass\n")
    record(tmp_path / "crashes", STACK.format(file))
    assert 0 == main(["list", str(tmp_path / "crashes")])

    (made,) = tmp_path.rglob("2*.pkl")
    with Reader(made) as reader:
        assert ({str(file): "def f(): pass\n"}, False) == (reader.sources, reader.cut)


def test_many_frames(tmp_path: Path) -> None:
    """A source is parsed once, however many frames are in it."""
    frames = f'  File "{os.__file__}", line 9 in f\n' * 20_000
    record(tmp_path / "crashes", STACK.format("/srv/shop.py") + frames)
    began = time.process_time()

    assert 0 == main(["list", str(tmp_path / "crashes")])
    assert 1 == len(list((tmp_path / "crashes").glob("2*.pkl")))
    assert time.process_time() - began < MAX_SECONDS
