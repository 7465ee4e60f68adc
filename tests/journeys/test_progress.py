"""A long dump shows on a terminal that it is being written."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from crashing import PROGRAMS

if TYPE_CHECKING:
    from crashing import Crasher

pytestmark = pytest.mark.once


def on_terminal(crash: Crasher, **changes: str) -> str:
    """Crash the slow program on a terminal of its own; return what it printed there."""
    ours, theirs = pty.openpty()
    command = [crash.python, PROGRAMS / "slow_value.py"]
    process = subprocess.Popen(
        command, env=crash.environment(changes), cwd=crash.work, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    printed = b""
    while True:
        try:
            chunk = os.read(ours, 4096)
        except OSError:  # the program has ended
            break
        if not chunk:
            break
        printed += chunk
    os.close(ours)
    assert 1 == process.wait()
    return printed.decode()


def test_progress(crash: Crasher) -> None:
    """After a second there is a line, which is erased when the dump is complete."""
    printed = on_terminal(crash)

    assert re.search(r"\r\x1b\[Ktibidi: dumping, 0\.0 MiB, [1-9] s", printed)
    before, _, after = printed.rpartition("\r\x1b[K")
    assert before.endswith(" s")
    assert after.startswith("Traceback dumped into: ")


def test_silent(crash: Crasher) -> None:
    """With TIBIDI_SILENT there is none."""
    printed = on_terminal(crash, TIBIDI_SILENT="1")

    assert "tibidi:" not in printed
    assert "\x1b[K" not in printed


def test_no_terminal(crash: Crasher) -> None:
    """Without a terminal there is none."""
    assert "tibidi:" not in crash("slow_value.py").stderr
