"""A progress line on the terminal: written after a second, cleared at the end."""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi.process import time

if TYPE_CHECKING:
    from typing import TextIO

DELAY_SECONDS = 1.0
INTERVAL_SECONDS = 0.25
MIB = 1 << 20
CLEAR_LINE = "\r\x1b[K"


class Progress:
    """Shows the progress of a dump or a load that began at `start`, as a context manager.

    Only if stderr is a terminal, and not if `silent`.  A stream with which the
    application has replaced stderr is left alone.
    """

    def __init__(self, verb: str, *, silent: bool, start: float | None = None) -> None:
        self._verb = verb
        self._stream = None if silent else terminal()
        self._start = time.monotonic() if start is None else start
        self._next = self._start + DELAY_SECONDS
        self._is_shown = False
        self._done = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_shown:
            self._write(CLEAR_LINE)
        self._stream = None  # a thread that is late writes nothing any more

    def advance(self, size: int) -> None:
        """Count bytes, and show the sum now and then; cheap enough to be called all the time."""
        self._done += size
        self.show(self._done)

    def show(self, size: int) -> None:
        """Show the number of bytes, a few times a second."""
        if self._stream is None:
            return
        now = time.monotonic()
        if now >= self._next:
            self._next = now + INTERVAL_SECONDS
            self._is_shown = True
            self._write(f"{CLEAR_LINE}tibidi: {self._verb}, {size / MIB:.1f} MiB, {now - self._start:.0f} s")

    def _write(self, text: str) -> None:
        if self._stream is not None:
            try:
                self._stream.write(text)
                self._stream.flush()
            except (OSError, ValueError):  # closed, or hung up
                self._stream = None


def terminal() -> TextIO | None:
    """Return stderr if it is the interpreter's own and a terminal."""
    stream = sys.stderr
    if stream is not sys.__stderr__:
        return None
    try:
        return stream if stream is not None and stream.isatty() else None
    except ValueError:  # closed
        return None
