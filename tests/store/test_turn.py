"""tibidi.store.turn: one process after the other."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tibidi.store import turn
from tibidi.store.turn import Turn

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("fcntl", reason="there are no such locks on this system")

HOLD = """
import sys, time
from tibidi.store.turn import Turn
with Turn(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


def test_waits_for_a_moment(tmp_path: Path) -> None:
    """While another process has its turn one waits, for a moment; when that one is killed one does not."""
    holder = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert b"held\n" == holder.stdout.readline()
        start = time.monotonic()
        with Turn(str(tmp_path)):
            waited = time.monotonic() - start
        assert turn.MAX_SECONDS <= waited < turn.MAX_SECONDS + 5
    finally:
        holder.kill()
        holder.communicate()
    start = time.monotonic()
    with Turn(str(tmp_path)):
        assert time.monotonic() - start < turn.MAX_SECONDS


def test_no_directory(tmp_path: Path) -> None:
    """Where there is nothing to lock one goes on without."""
    with Turn(str(tmp_path / "gone")):
        pass
