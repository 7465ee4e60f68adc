"""tibidi.tools.memory, and `tibidi mem`: the largest values of a dump."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from crashing import Crasher

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
class Order:
    def __init__(self, prices):
        self.prices = prices
class Node:
    next = None
def work(shared, rows):
    table = {"a": {"rows": [n * 1000 for n in range(100_000)]}, "b": "small"}
    again, order = shared, Order(shared)
    first = node = Node()
    for n in range(3000):
        node.next = node = Node()
    raise ValueError("no")
work({n: str(n) * 100 for n in range(10_000)}, ["%05d" % n + "x" * 200 for n in range(90_000)])
"""
ARRAYS = """
import numpy, pandas
def work():
    grid = numpy.ones((500, 1000))
    views = [grid[:10], grid]
    frame = pandas.DataFrame({"price": numpy.arange(200_000.0), "amount": numpy.arange(200_000)})
    raise ValueError("no")
work()
"""
SHORT = """
import resource
def load(names):
    index = {name: name * 100 for name in names}
    resource.setrlimit(resource.RLIMIT_AS, (1 << 28, 1 << 28))
    rows = []
    while True:
        rows.append(bytearray(1 << 20))
load([str(n) for n in range(1000)])
"""
FULL = """
import resource
def load():
    resource.setrlimit(resource.RLIMIT_AS, (1 << 28, 1 << 28))
    image, small = bytearray(80 << 20), bytearray(1000)
    chunks = []
    while True:
        chunks.append(bytearray(1 << 20))
load()
"""
FRAME = "exceptions[0].frames[1].locals"


def largest(crash: Crasher, folder: Path, text: str, *options: str, env: dict[str, str] | None = None) -> Any:
    """Return what `mem --json` prints of a program that crashes, with the largest values by path."""
    program = folder / "app.py"
    program.write_text(text, encoding="utf-8")
    dump = crash(program, env=env or {"TIBIDI_MAX_BYTES": "100M"}).dump
    found = json.loads(crash.run("-m", "tibidi", "mem", "--json", *options, str(dump)).stdout)
    return {**found, "largest": {each["path"]: each for each in found["largest"]}}


@pytest.fixture(scope="module")
def crashed(python: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Crasher, Any]:
    """The program has crashed once, and this is what is largest."""
    place = tmp_path_factory.mktemp("largest")
    crash = Crasher(python, place)
    return crash, largest(crash, place, PROGRAM)


def test_sizes(crashed: tuple[Crasher, Any]) -> None:
    """The largest comes first, with all that it holds; what is shared counts once, for the shortest first path."""
    found = crashed[1]
    sizes = {path: each["size"] for path, each in found["largest"].items()}
    rows = [f"{n:05}" + "x" * 200 for n in range(90_000)]
    numbers = sum(sys.getsizeof(n * 1000) for n in range(100_000))

    assert [*map(f"{FRAME}[{{!r}}]".format, ("rows", "shared", "table")), f"{FRAME}['table']['a']['rows']"] == list(
        sizes
    )[:4]
    assert sum(map(sys.getsizeof, rows)) == pytest.approx(sizes[f"{FRAME}['rows']"], rel=0.1)
    assert numbers == pytest.approx(sizes[f"{FRAME}['table']['a']['rows']"], rel=0.3)
    assert sizes[f"{FRAME}['shared']"] > 4_000_000
    assert sizes[f"{FRAME}['order']"] < 1_000
    assert f"{FRAME}['again']" not in sizes
    assert f"{FRAME}['first'].next" not in sizes  # each node is most of the one before
    assert found["size"] == pytest.approx(sum(size for path, size in sizes.items() if path.count("[") == 3), rel=0.01)


def test_estimates(crashed: tuple[Crasher, Any]) -> None:
    """Plain values are measured; objects of the application, and what has such a part, are estimated."""
    found = crashed[1]["largest"]

    assert "exceptions[0].frames[0].locals['Order']" not in found  # a class is not counted
    assert [False, False, True] == [found[f"{FRAME}[{name!r}]"]["estimated"] for name in ("rows", "table", "order")]
    assert ["list", "dict", "__main__.Order"] == [
        found[f"{FRAME}[{name!r}]"]["type"] for name in ("rows", "table", "order")
    ]


def test_missing_values(crash: Crasher, tmp_path: Path) -> None:
    """A value that was too large for the dump has the size that is known of it."""
    found = largest(crash, tmp_path, PROGRAM, env={"TIBIDI_MAX_BYTES": "300K"})["largest"]
    shared = found[f"{FRAME}['rows']"]

    assert ("list", True) == (shared["type"], shared["estimated"])
    assert 700_000 < shared["size"] < 21_000_000


def test_arrays(crash: Crasher, tmp_path: Path) -> None:
    """Arrays and tables have the size of their data, also if several arrays share it."""
    pytest.importorskip("pandas", reason="pandas is not installed")
    found = largest(crash, tmp_path, ARRAYS)["largest"]

    assert 4_000_000 == pytest.approx(found[f"{FRAME}['grid']"]["size"], rel=0.01)
    assert 3_200_000 == pytest.approx(found[f"{FRAME}['frame']"]["size"], rel=0.01)
    assert found[f"{FRAME}['views']"]["size"] < 100_000


def test_text(crashed: tuple[Crasher, Any]) -> None:
    """It prints a line for each value, of a frame if one is named, and the sum; nothing there is status 1."""
    crash = crashed[0]
    lines = crash.run("-m", "tibidi", "mem", "--top", "1", "--under", "exceptions[0].frames[1]").stdout.splitlines()
    nothing = crash.run("-m", "tibidi", "mem", "--under", "exceptions[7]")

    assert ["MiB", "list", f"{FRAME}['rows']"] == lines[0].split()[1:]
    assert lines[1].endswith("values; ~ is estimated")
    assert 2 == len(lines)
    assert (1, "no variable has a path that begins with 'exceptions[7]'\n") == (nothing.status, nothing.stdout)


def test_unread_values(crashed: tuple[Crasher, Any]) -> None:
    """Values that may not be read are named before all others, with what allows it: they may be the largest."""
    crash, limited = crashed[0], {"TIBIDI_READ_BYTES": "16M"}
    lines = crash.run("-m", "tibidi", "mem", env=limited).stdout.splitlines()
    elsewhere = crash.run("-m", "tibidi", "mem", "--under", "exceptions[0].frames[0]", env=limited).stdout

    assert lines[0].startswith(f"not counted: {FRAME}: values/")
    assert "allow it more memory: TIBIDI_READ_BYTES=" in lines[0]
    assert "not counted" not in elsewhere
    assert [] == crashed[1]["unread"]


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS limits the memory of a process on Linux only")
def test_memory_error(crash: Crasher, tmp_path: Path) -> None:
    """After a MemoryError the largest value is the one that grew; `show` and `info` name the command."""
    found = largest(crash, tmp_path, SHORT, env={"TIBIDI_MAX_BYTES": "20M", "TIBIDI_MAX_SECONDS": "60"})["largest"]
    hint = "he largest values: python -m tibidi mem DUMP"

    path, first = next(iter(found.items()))
    assert f"{FRAME}['rows']" == path
    assert first["size"] > 20 << 20
    assert f"\nT{hint}\n" in crash.run("-m", "tibidi", "show", "--plain").stdout
    assert f"\nvariables    t{hint}\n" in crash.run("-m", "tibidi", "info").stdout
    assert "\n  tibidi mem " in crash.run("-m", "tibidi", "analyze").stdout


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS limits the memory of a process on Linux only")
def test_no_memory_to_write_it(crash: Crasher, tmp_path: Path) -> None:
    """A value that could not be written for lack of memory has its size."""
    found = largest(crash, tmp_path, FULL, env={"TIBIDI_MAX_BYTES": "20M", "TIBIDI_MAX_SECONDS": "60"})["largest"]

    assert 80 << 20 == found[f"{FRAME}['image']"]["size"]
