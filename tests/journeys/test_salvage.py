"""A process that is killed while it dumps leaves a file that opens as far as it goes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from typing import TYPE_CHECKING

from crashing import PROGRAMS

import tibidi
from tibidi.dumpfile.members import content
from tibidi.dumpfile.members import scan
from tibidi.dumpfile.reader import Reader
from tibidi.errors import TibidiError
from tibidi.store.directory import CrashDirectory

if TYPE_CHECKING:
    from crashing import Crasher

KILLS = 30
DUMP_SECONDS = 2.2
PATIENCE_SECONDS = 20


def start(crash: Crasher) -> subprocess.Popen[bytes]:
    """Start the program, and return once it has begun to dump."""
    before = set(names(crash))
    command = [str(crash.python), str(PROGRAMS / "kill_slow.py")]
    process = subprocess.Popen(command, env=crash.environment({}), cwd=crash.work, stderr=subprocess.DEVNULL)
    end = time.monotonic() + PATIENCE_SECONDS
    while set(names(crash)) <= before and time.monotonic() < end:
        time.sleep(0.002)
    return process


def names(crash: Crasher) -> list[str]:
    """Return what is in the crash directory."""
    return os.listdir(crash.directory) if crash.directory.exists() else []


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill it without a chance to do anything about it."""
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_killed_at_any_moment(crash: Crasher) -> None:
    """Each file that was begun is listed, loads up to where it ends, and says what is missing."""
    moments = random.Random(4711)  # the same moments at each run, as far as processes have any
    opened = []
    for _ in range(KILLS):
        process = start(crash)
        time.sleep(moments.uniform(0, DUMP_SECONDS))
        kill(process)
        for entry in CrashDirectory(str(crash.directory)).entries():
            opened.append(story(entry.path))
            os.unlink(entry.path)

    told = [each for each in opened if each is not None]
    assert KILLS == len(opened)
    assert len(told) >= KILLS * 0.8, "a story is written within moments, so few kills come before its end"
    assert any(not complete for complete, _ in told)
    assert max(frames for _, frames in told) > min(frames for _, frames in told)


def story(path: str) -> tuple[bool, int] | None:
    """Return whether a dump is complete, and how many frames have their values; None where there is no story yet."""
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
    process = start(crash)
    time.sleep(DUMP_SECONDS / 2)
    kill(process)
    (entry,) = CrashDirectory(str(crash.directory)).entries()
    listed = crash.run("-m", "tibidi", "list")
    debugged = crash.run("-m", "tbdebug", entry.name, stdin="p name\nwhere\nomitted\nq\n")

    assert entry.partial
    assert entry.name in listed.stdout
    assert (0, True) == (debugged.status, "'frame 0'" in debugged.stdout)
    assert "the file ends" in debugged.stdout


def test_story_is_there_at_once(crash: Crasher) -> None:
    """Half a second after the crash of an ordinary program its story and its traceback are on the disk."""
    process = start(crash)
    time.sleep(0.5)
    kill(process)
    (entry,) = CrashDirectory(str(crash.directory)).entries()
    with Reader(entry.path) as reader:
        assert reader.summary.exceptions[-1].message.startswith("killed while frame 0")
    with open(entry.path, "rb") as file:
        (traceback,) = (each for each in scan(file, entry.size)[0] if each.name == "traceback.txt")
        assert content(file, traceback, entry.size).endswith(b"10 things\n")
