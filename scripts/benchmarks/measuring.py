"""Run processes one after the other and measure them.

Rules: the cases of a measurement are interleaved, in another order each
round, so that whatever else the machine does meets all of them alike; what
is reported are medians.  This process stays small, because Linux hands the
peak of a parent's memory down to a child that it spawns.
"""

from __future__ import annotations

import contextlib
import os
import pty
import random
import re
import select
import shutil
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

PROMPT = re.compile(rb"\(Pdb\)|\(tibidi\)")
SEED = 7


class Sample(NamedTuple):
    """One run: wall time, peak resident memory, bytes on the disk; seconds is infinite if it was stopped."""

    seconds: float
    peak_bytes: int = 0
    dump_bytes: int = 0
    status: int = 0


class Case(NamedTuple):
    """A command to run repeatedly; in each run, `{place}` in an argument or variable is a new folder."""

    command: tuple[str, ...]
    environ: Mapping[str, str]


def interleave(cases: Mapping[str, Callable[[], Sample]], rounds: int) -> dict[str, list[Sample]]:
    """Run every case once in each round; a case that was stopped once is not run again."""
    order = random.Random(SEED)  # noqa: S311 - an order, not a secret
    samples: dict[str, list[Sample]] = {name: [] for name in cases}
    running = list(cases)
    for _ in range(rounds):
        order.shuffle(running)
        for name in list(running):
            samples[name].append(cases[name]())
            if samples[name][-1].seconds == float("inf"):
                running.remove(name)
    return samples


def median(samples: Sequence[Sample]) -> Sample:
    """Return the median of each column, infinite if any run was stopped."""
    seconds = [sample.seconds for sample in samples]
    return Sample(
        seconds=float("inf") if float("inf") in seconds else statistics.median(seconds),
        peak_bytes=int(statistics.median(sample.peak_bytes for sample in samples)),
        dump_bytes=int(statistics.median(sample.dump_bytes for sample in samples)),
        status=samples[0].status,
    )


def run(case: Case, limit_seconds: float) -> Sample:
    """Run a process to its end."""
    with new_place() as place:
        command, environ = in_place(case, place)
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            env=environ,
            cwd=place,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        timer = threading.Timer(limit_seconds, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode == -signal.SIGKILL:
            return Sample(float("inf"))
        return Sample(seconds, usage.ru_maxrss << 10, size_of_files(place), process.returncode)


def run_to_prompt(case: Case, limit_seconds: float) -> Sample:
    """Run a debugger on a terminal until its first prompt, then end it."""
    with new_place() as place:
        command, environ = in_place(case, place)
        ours, theirs = pty.openpty()
        start = time.perf_counter()
        process = subprocess.Popen(
            command, env=environ, cwd=place, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)
        try:
            found = wait_for_prompt(ours, start + limit_seconds)
            return Sample(time.perf_counter() - start if found else float("inf"))
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            os.close(ours)


def wait_for_prompt(terminal: int, until: float) -> bool:
    """Read a terminal until a prompt, its end, or the deadline; return True if it was a prompt."""
    text = b""
    while not PROMPT.search(text):
        readable, _, _ = select.select([terminal], [], [], max(0, until - time.perf_counter()))
        if not readable:
            return False
        try:
            text += os.read(terminal, 1 << 16)
        except OSError:  # the other end is closed
            return False
    return True


@contextlib.contextmanager
def new_place() -> Iterator[str]:
    """Make a folder for one run."""
    place = tempfile.mkdtemp(prefix="tibidi-bench-")
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def in_place(case: Case, place: str) -> tuple[list[str], dict[str, str]]:
    """Return command and variables of a case with the folder of this run filled in."""
    command = [word.replace("{place}", place) for word in case.command]
    return command, {name: value.replace("{place}", place) for name, value in case.environ.items()}


def size_of_files(place: str) -> int:
    """Return the size of all regular files below a folder."""
    return sum(path.stat().st_size for path in Path(place).rglob("*") if path.is_file() and not path.is_symlink())
