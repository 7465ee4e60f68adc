"""One process after the other, where what they do would not go together.

The kernel gives a lock back when its process ends, however it ends, and who
cannot have it within a moment goes on without, so nobody is kept waiting.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.process import os
from tibidi.process import time

if TYPE_CHECKING:
    from typing import Any

MAX_SECONDS = 1.0
POLL_SECONDS = 0.01


class Turn:
    """A turn in the directory at `path`: `with Turn(path): ...`; none on Windows, and on file systems without locks."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._descriptor: int | None = None

    def __enter__(self) -> None:
        try:
            import fcntl

            self._descriptor = os.open(self._path, os.O_RDONLY)
            self._wait(fcntl)
        except (ImportError, OSError):
            return

    def __exit__(self, *_: object) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)

    def _wait(self, fcntl: Any) -> None:
        until = time.monotonic() + MAX_SECONDS
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > until:
                    return
                time.sleep(POLL_SECONDS)
