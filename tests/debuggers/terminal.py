"""A program in a pseudo-terminal: press keys, and wait for its output."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SECONDS = 30.0
LINES, COLUMNS = 40, 120
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[@-_=>])")


class Terminal:
    """A process whose standard streams are a terminal of its own."""

    def __init__(self, command: list[str], environ: Mapping[str, str], cwd: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of threads of the runner, which exec() ends
            self.pid, self.fd = pty.fork()
        if not self.pid:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # as shells do; who runs the tests may have it ignored
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
            os.chdir(cwd)
            os.execvpe(command[0], command, dict(environ))
        self.shown = ""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            os.killpg(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(self.fd)

    def wait_for(self, text: str) -> str:
        """Read until `text` appears; return and drop the output up to it."""
        deadline = time.monotonic() + SECONDS
        while text not in self.shown:
            assert time.monotonic() < deadline, f"no {text!r} in:\n{self.shown}"
            self._read(deadline)
        before, found, self.shown = self.shown.partition(text)
        return before + found

    def press(self, keys: str) -> None:
        """Press keys; Enter is \\r, Ctrl-C is \\x03."""
        os.write(self.fd, keys.encode())

    def ask(self, line: str, prompt: str = "(Pdb) ") -> str:
        """Enter a line; return the output up to the next prompt."""
        self.press(line + "\r")
        return self.wait_for(prompt)

    def status(self) -> int:
        """Wait for the end; return the exit status."""
        deadline = time.monotonic() + SECONDS
        while self._read(deadline):
            assert time.monotonic() < deadline, f"no end:\n{self.shown}"
        _, status = os.waitpid(self.pid, 0)
        return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)

    def _read(self, deadline: float) -> bool:
        """Wait for output and read it; return False at the end of the program."""
        ready, _, _ = select.select([self.fd], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # Linux says EIO when the other end is closed
            return False
        self.shown += ESCAPES.sub("", data.decode("utf-8", "replace")).replace("\r\n", "\n")
        return bool(data)
