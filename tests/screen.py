"""A terminal whose screen can be read: tmux."""

from __future__ import annotations

import shutil
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TMUX = shutil.which("tmux")
SECONDS = 30.0


class Screen:
    """A tmux terminal in which a command runs; `socket` is the file by which tmux is controlled."""

    def __init__(self, socket: Path, command: str, columns: int = 150, lines: int = 45) -> None:
        self._tmux = [str(TMUX), "-f", "/dev/null", "-S", str(socket)]
        self._run("new-session", "-d", "-x", str(columns), "-y", str(lines), command)

    def press(self, *keys: str) -> None:
        """Press keys, named as tmux does."""
        self._run("send-keys", *keys)

    def wait_for(self, condition: Callable[[str], bool]) -> str:
        """Wait until the screen fulfils `condition`; return it."""
        deadline = time.monotonic() + SECONDS
        while not condition(screen := self._run("capture-pane", "-p")):
            assert time.monotonic() < deadline, screen
            time.sleep(0.1)
        return screen

    def close(self) -> None:
        """End the command."""
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)

    def _run(self, *args: str) -> str:
        return subprocess.run([*self._tmux, *args], check=True, capture_output=True, encoding="utf-8").stdout
