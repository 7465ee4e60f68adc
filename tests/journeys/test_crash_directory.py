"""The crash directory under real crashes: many at once, loops, attacks, a full disk."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from tibidi.dumpfile.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crashing import Crasher

    from tibidi.model import Summary

pytestmark = pytest.mark.ends

PROCESSES = 50
# Time enough for all on a busy machine.
ALL = {"TIBIDI_KEEP": "1000", "TIBIDI_MAX_SECONDS": "60"}


def crash_at_once(crash: Crasher, count: int, env: dict[str, str | None]) -> list[str]:
    """Crash so many processes at the same moment; return the lines about dumps that they print."""
    stderr = crash("dir_one_of_many.py", str(count), env=env).stderr
    return re.findall("Traceback dumped into: .*|tibidi: .*", stderr)  # among pieces of tracebacks


def summary_of(path: Path) -> Summary:
    """Return the summary of a dump."""
    with Reader(str(path)) as reader:
        return reader.summary


def test_many_at_once(crash: Crasher) -> None:
    """Of 50 processes that crash at the same moment each leaves a whole dump, and the latest is one of them."""
    said = crash_at_once(crash, PROCESSES, dict(ALL))

    assert PROCESSES == len(said), said
    assert all(line.startswith("Traceback dumped into: ") for line in said)
    summaries = [summary_of(path) for path in crash.dumps()]
    assert PROCESSES == len({summary.process.pid for summary in summaries})
    assert all(summary.complete for summary in summaries)
    assert os.readlink(crash.directory / "latest.pkl") in {path.name for path in crash.dumps()}
    assert {path.name for path in crash.dumps()} | {"latest.pkl"} == set(os.listdir(crash.directory))


def test_retention_with_many_at_once(crash: Crasher) -> None:
    """However many crash at once, no more than TIBIDI_KEEP dumps are left, and the latest is among them."""
    crash_at_once(crash, PROCESSES // 2, {"TIBIDI_KEEP": "5"})

    assert 5 == len(crash.dumps())
    assert summary_of(crash.directory / "latest.pkl").complete


def test_permissions(crash: Crasher) -> None:
    """Directory and dumps are private to their user, whatever the umask is."""
    crashed = crash.run("-c", "import os; os.umask(0); 1 / 0")

    assert 0o700 == stat.S_IMODE(crash.directory.stat().st_mode)
    assert 0o600 == stat.S_IMODE(crashed.dump.stat().st_mode)


def test_crash_loop(crash: Crasher) -> None:
    """In a crash loop the first dump, and one of another kind, outlive those between them."""
    limit = {"TIBIDI_KEEP": "4"}
    first = crash.run("-c", "1 / 0", env=limit).dump
    other = crash.run("-c", "{}['other']", env=limit).dump
    for _ in range(6):
        last = crash.run("-c", "1 / 0", env=limit).dumps[-1]

    assert 4 == len(crash.dumps())
    assert {first, other, last} <= set(crash.dumps())


def test_partial_file_in_the_way(crash: Crasher) -> None:
    """Planted links with the names of the next dumps are not followed."""
    victim = crash.work / "victim"
    victim.write_text("precious", encoding="utf-8")
    program = (
        "import os, time\n"
        "place = os.environ['TIBIDI_DIR']; os.makedirs(place, 0o700, exist_ok=True)\n"
        "for ahead in range(10):\n"
        "    stamp = time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(time.time() + ahead))\n"
        "    for suffix in ('', '.partial'):\n"
        "        os.symlink(os.path.abspath('victim'), f'{place}/{stamp}-python-{os.getpid()}.pkl{suffix}')\n"
        "1 / 0\n"
    )
    crashed = crash.run("-c", program)

    assert "precious" == victim.read_text(encoding="utf-8")
    assert [path for path in crashed.dumps if path.name.endswith("-2.pkl")] == [
        path for path in crashed.dumps if not path.is_symlink()
    ]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can drop to another user")
def test_somebody_elses_home(crash: Crasher) -> None:
    """Root, with the home directory of a user, does not write into it, and finds its dumps and life records."""
    os.chown(crash.home, 12345, 12345)
    env = {"TIBIDI_DIR": None, "TMPDIR": str(crash.work)}
    crash.run("-c", "1 / 0", env=env)
    crash.run("-c", "import os; os.abort()", env=env)
    listed = crash.run("-m", "tibidi", "list", "--json", env={**env, "TIBIDI_ENABLE": None}).stdout

    assert [] == list(crash.home.iterdir())
    assert ["builtins.ZeroDivisionError", "abort"] == [each["type"] for each in json.loads(listed)]
    assert 2 == len(list(crash.work.glob(f"tibidi-{os.geteuid()}/*-python-*.pkl")))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 1 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("cannot mount a file system here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_short_of_space(crash: Crasher, small_disk: Path) -> None:
    """On a disk with little space only the summary is written, with an omission."""
    crash.run("-c", "x = 5; x / 0", env={"TIBIDI_DIR": str(small_disk)})
    (path,) = (each for each in small_disk.glob("*.pkl") if each.name != "latest.pkl")
    with Reader(str(path)) as reader:
        summary = reader.summary
        values = list(reader.values())

    assert "5" == summary.exceptions[-1].frames[-1].locals["x"].preview
    assert ["the disk is nearly full: only the summary was written"] == [
        omission.detail for omission in summary.omissions if omission.path == "values"
    ]
    assert [] == values


def test_full_disk(crash: Crasher, small_disk: Path) -> None:
    """On a full disk the dump goes to the temporary directory; nothing is left behind, older dumps are unchanged."""
    temporary = crash.work / "temporary"
    temporary.mkdir()
    environment = {"TIBIDI_DIR": str(small_disk), "TMPDIR": str(temporary)}
    crash.run("-c", "1 / 0", env=environment)
    older = {path.name: path.read_bytes() for path in small_disk.iterdir()}
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space left"):
        filler.write_bytes(bytes(2 << 20))
    crashed = crash.run("-c", "1 / 0", env=environment)
    filler.unlink()

    assert 1 == crashed.status
    assert f"Traceback dumped into: {temporary}/tibidi-" in crashed.stderr
    assert older == {path.name: path.read_bytes() for path in small_disk.iterdir()}


def test_no_room_anywhere(crash: Crasher, small_disk: Path) -> None:
    """Without room in any crash directory one line says why."""
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space left"):
        filler.write_bytes(bytes(2 << 20))
    crashed = crash.run("-c", "1 / 0", env={"TIBIDI_DIR": str(small_disk), "TMPDIR": str(small_disk)})
    filler.unlink()

    assert 1 == crashed.status
    assert 1 == crashed.stderr.count("\ntibidi: no dump: ")
    assert "No space left on device" in crashed.stderr
