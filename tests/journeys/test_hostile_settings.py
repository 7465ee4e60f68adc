"""Whatever the settings say, a process ends as without tibidi: in time, with its own traceback and one line."""

from __future__ import annotations

import ctypes
import os
import re
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crashing import Crash
    from crashing import Crasher

SECONDS = 2
# The interpreter's own time, and the end of a dump after its deadline.
MARGIN = 3
LINE = re.compile(r"(Traceback dumped into: |tibidi: ).*\n")
CRASH = "def work(x):\n    return x / 0\nwork(5)\n"
EMPTY = "", "relative/path", "Z:\\dumps", "/proc/self/fd", "a\nb\x1b[2J", "%s{}", "\udcff\udcfe", "/" + "x" * 300


@pytest.fixture
def hung(tmp_path: Path) -> Iterator[Path]:
    """A directory on a file system whose server does not answer; the path in it cannot even be looked up."""
    libc = ctypes.CDLL(None, use_errno=True)
    path = tmp_path / "hung"
    path.mkdir()
    try:
        server = os.open("/dev/fuse", os.O_RDWR)
    except OSError as error:
        pytest.skip(f"no FUSE here: {error}")
    options = f"fd={server},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}"
    if libc.mount(b"hung", os.fsencode(path), b"fuse", 0, options.encode()):
        os.close(server)
        pytest.skip(f"cannot mount a file system: {os.strerror(ctypes.get_errno())}")
    yield path
    os.close(server)
    libc.umount2(os.fsencode(path), 2)


def compare(crash: Crasher, env: dict[str, str], code: str = CRASH) -> Crash:
    """Crash with and without tibidi; assert that it only adds one line, and ends in time."""
    limits = {"TIBIDI_MAX_SECONDS": str(SECONDS), "TIBIDI_ENABLE": "1"}
    without = crash.run("-c", code, env={**limits, **env, "TIBIDI_ENABLE": None})
    start = time.monotonic()
    crashed = crash.run("-c", code, env={**limits, **env})

    assert time.monotonic() - start < SECONDS + MARGIN
    assert (without.status, without.stdout) == (crashed.status, crashed.stdout)
    assert without.stderr == LINE.sub("", crashed.stderr)
    assert 1 >= len(LINE.findall(crashed.stderr)), crashed.stderr
    return crashed


def test_a_crash_directory_that_hangs(crash: Crasher, hung: Path) -> None:
    """A crash waits no longer than a dump may take; the line says what does not answer."""
    crashed = compare(crash, {"TIBIDI_DIR": str(hung / "dumps")})

    assert "tibidi: no dump: " in crashed.stderr
    assert "a file system or an import does not answer" in crashed.stderr
