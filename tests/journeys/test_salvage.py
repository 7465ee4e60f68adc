"""A process that is killed while it dumps leaves a file that opens as far as it goes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from crashing import PROGRAMS

import tibidi
from tibidi.dumpfile.members import chunks, scan
from tibidi.dumpfile.reader import Reader
from tibidi.errors import TibidiError
from tibidi.store.directory import CrashDirectory

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

    from tibidi.store.directory import Entry

pytestmark = pytest.mark.once

KILLS = 30
KILLS_AT_ONCE = 4  # the processes mostly sleep
DUMP_SECONDS = 1.2
START_SECONDS = 20


def start(crash: Crasher, directory: Path) -> subprocess.Popen[bytes]:
    """Start the program, and return once it has begun to dump."""
    command = [str(crash.python), str(PROGRAMS / "kill_slow.py")]
    environ = crash.environment({"TIBIDI_DIR": str(directory)})
    process = subprocess.Popen(command, env=environ, cwd=crash.work, stderr=subprocess.DEVNULL)
    end = time.monotonic() + START_SECONDS
    while not names(directory) and time.monotonic() < end:
        time.sleep(0.002)
    return process


def names(directory: Path) -> list[str]:
    """Return the names of the files in a crash directory, life records aside."""
    return [name for name in os.listdir(directory) if name[:1] != "."] if directory.exists() else []


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process without a chance to react."""
    process.send_signal(signal.SIGKILL)
    process.wait()


def killed(crash: Crasher, directory: Path, seconds: float) -> Entry:
    """Kill the program so long after it has begun to dump; return the only file that it leaves."""
    process = start(crash, directory)
    time.sleep(seconds)
    kill(process)
    (entry,) = CrashDirectory(str(directory)).entries()
    return entry


def test_killed_at_any_moment(crash: Crasher, tmp_path: Path) -> None:
    """Each file that was begun is listed, loads up to where it ends, and says what is missing."""
    chance = random.Random(4711)  # the same moments in each run, as far as processes have any
    moments = [DUMP_SECONDS / KILLS * (number + chance.random()) for number in range(KILLS)]
    with ThreadPoolExecutor(KILLS_AT_ONCE) as pool:
        runs = [pool.submit(killed, crash, tmp_path / f"{number}", each) for number, each in enumerate(moments)]
    opened = [opened_as(run.result().path) for run in runs]

    summarized = [each for each in opened if each is not None]
    assert len(summarized) >= KILLS * 0.3, "a summary is written within moments, so most kills come after its end"
    assert any(not complete for complete, _ in summarized)
    assert max(frames for _, frames in summarized) > min(frames for _, frames in summarized)


def opened_as(path: str) -> tuple[bool, int] | None:
    """Return whether a dump is complete, and how many frames have their values; None if it has no summary yet."""
    try:
        dump = tibidi.load(path, trust=False)
    except TibidiError:
        return None
    crashed = dump.exceptions[-1]
    complete = dump.summary.complete
    whole = sum(isinstance(frame.locals.get("things"), list) for frame in crashed)

    assert 11 == len(crashed)
    assert complete or any("damaged" == each.reason for each in dump.omissions)
    return complete, whole


def test_killed_dump_in_the_debugger(crash: Crasher) -> None:
    """tbdebug stands in the crashed frame of a cut dump, and says that something is missing."""
    entry = killed(crash, crash.directory, DUMP_SECONDS / 2)
    listed = crash.run("-m", "tibidi", "list")
    debugged = crash.run("-m", "tbdebug", entry.name, stdin="p name\nwhere\nomitted\nq\n")

    assert entry.partial
    assert entry.name in listed.stdout
    assert (0, True) == (debugged.status, "'frame 0'" in debugged.stdout)
    assert "the file ends" in debugged.stdout


def test_summary_is_written_at_once(crash: Crasher, tmp_path: Path) -> None:
    """Half a second after the crash of an ordinary program its summary and its traceback are on the disk."""
    for number in range(3):  # a busy machine may take longer once
        entry = killed(crash, tmp_path / f"{number}", 0.5)
        if opened_as(entry.path):
            break
    with Reader(entry.path) as reader:
        assert reader.summary.exceptions[-1].message.startswith("killed while frame 0")
    with open(entry.path, "rb") as file:
        (traceback,) = (each for each in scan(file, entry.size)[0] if each.name == "traceback.txt")
        assert b"".join(chunks(file, traceback)).endswith(b"10 things\n")
