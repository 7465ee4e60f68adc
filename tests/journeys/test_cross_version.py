"""Any supported Python opens the dump of any other.

Every interpreter that TIBIDI_TEST_PYTHONS names makes one dump, and every one
opens them all; those of tests/dumps, made once by each Python there was when
the format came to be, are opened always.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tibidi.dumpfile.headline import peek

if TYPE_CHECKING:
    from crashing import Crasher

CHANGED = """\
import asyncio, functools, queue, threading
class Area:
    @functools.cached_property
    def size(self): return 9
def crash():
    end = threading.Event()
    running, over = threading.Thread(target=end.wait, daemon=True), threading.Thread(target=end.is_set)
    running.start(); over.start(); over.join()
    area, items, later = Area(), queue.Queue(), asyncio.Queue()
    later.put_nowait(5)
    1 / 0
crash()
"""
CHECK = """\
import sys, tibidi
for path in sys.argv[1:]:
    found = tibidi.load(path, trust=True).exceptions[-1][-1]
    words = [repr(found[name]).partition(", ")[2].split()[0].strip(")>") for name in ("running", "over")]
    print(*words, found["area"].size, found["later"].qsize(), "_queue=[5]" in repr(found["later"]))
"""
KEPT = sorted((Path(__file__).parent.parent / "dumps").glob("v*/*.pkl"))


def opened(crash: Crasher, python: Path, how: str, dumps: list[Path], **environ: str) -> None:
    """Let one interpreter open dumps and check what is in them."""
    viewer = Path(__file__).parent.parent / "programs" / "dbg_viewer.py"
    ended = crash.run(
        str(viewer), how, *map(str, dumps), python=python, env={"TIBIDI_ENABLE": None, "TIBIDI_SILENT": "1", **environ}
    )

    assert (0, "", list(map(str, dumps))) == (ended.status, ended.stderr, ended.stdout.splitlines())


@pytest.mark.once
@pytest.mark.parametrize("how", ["live", "inert"])
def test_every_python_opens_every_dump(crash: Crasher, pythons: dict[str, Path], how: str) -> None:
    """Values, functions, classes and closures of each version work on each other, live; inert shows the plain data."""
    dumps = [crash("dbg_zoo.py", python=python).dump for python in pythons.values()]

    for python in pythons.values():
        opened(crash, python, how, dumps)


@pytest.mark.once
def test_what_changed_in_the_standard_library(crash: Crasher, pythons: dict[str, Path], tmp_path: Path) -> None:
    """Threads, queues and cached properties work live on each version, whose attributes are not the same."""
    (tmp_path / "changed.py").write_text(CHANGED)
    dumps = [str(crash(tmp_path / "changed.py", python=python).dump) for python in pythons.values()]

    for python in pythons.values():
        ended = crash.run("-c", CHECK, *dumps, python=python, env={"TIBIDI_SILENT": "1"})
        assert (["started stopped 9 1 True"] * len(dumps), "") == (ended.stdout.splitlines(), ended.stderr)


@pytest.mark.once
def test_one_fingerprint(crash: Crasher, pythons: dict[str, Path], tmp_path: Path) -> None:
    """A crash has the same fingerprint on every Python, as a script and as an imported module, in another folder."""
    source = (Path(__file__).parent.parent / "programs" / "grouped.py").read_text(encoding="utf-8")
    (tmp_path / "moved").mkdir()
    (tmp_path / "moved" / "grouped.py").write_text("# a line more\n" + source, encoding="utf-8")
    for how in ("comprehension", "json", "recursion", "member"):
        runs = [crash("grouped.py", how, python=python) for python in pythons.values()]
        runs.append(crash.run("-c", f"import grouped; grouped.main({how!r})", cwd=tmp_path / "moved"))

        assert 1 == len({peek(str(run.dump)).fingerprint for run in runs}), how


@pytest.mark.parametrize("how", ["live", "inert"])
@pytest.mark.parametrize("dump", KEPT, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_kept_dumps_open_for_ever(crash: Crasher, dump: Path, how: str) -> None:
    """Dumps of every format there was, made by every Python of its time, open today."""
    opened(crash, crash.python, how, [dump])


@pytest.mark.ends
def test_cloudpickle_releases(crash: Crasher, tmp_path: Path) -> None:
    """The oldest cloudpickle that is supported and a later one open each other's dumps."""
    folders = {release: install(tmp_path / release, release) for release in ("2.2.1", "3.1.1")}
    dumps = [crash("dbg_zoo.py", env={"PYTHONPATH": folder}).dump for folder in folders.values()]

    for folder in folders.values():
        for how in ("live", "inert"):
            opened(crash, crash.python, how, dumps, PYTHONPATH=folder)


def install(folder: Path, release: str) -> str:
    """Install one release of cloudpickle into a folder of its own."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder)]
    done = subprocess.run([*pip, f"cloudpickle=={release}"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"cloudpickle {release} can't be had: {done.stderr.strip().splitlines()[-1:]}")
    return str(folder)


def test_there_are_kept_dumps() -> None:
    """There is a kept dump for the format of today, and this interpreter's version made one unless it is newer."""
    versions = {path.stem for path in KEPT}

    assert {"3.9", "3.10", "3.11", "3.12", "3.13"} <= versions
    assert "{}.{}".format(*sys.version_info) in versions or sys.version_info >= (3, 16)
