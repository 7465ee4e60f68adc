"""A line on the terminal while something takes long: written after a second, gone when it is done."""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi import config
from tibidi.config import MIB
from tibidi.process import time

if TYPE_CHECKING:
    from typing import TextIO

DELAY_SECONDS = 1.0
INTERVAL_SECONDS = 0.25
CLEAR_LINE = "\r\x1b[K"


class Progress:
    """Says how far a dump or a load is, as a context manager.

    Only where stderr is a terminal, and never with TIBIDI_SILENT.  A stream
    that the application has put in the place of stderr is left alone.
    """

    def __init__(self, verb: str) -> None:
        self._verb = verb
        self._stream = terminal()
        self._start = time.monotonic()
        self._next = self._start + DELAY_SECONDS
        self._is_shown = False
        self._done = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_shown:
            self._write(CLEAR_LINE)
        self._stream = None  # whoever is late has nothing to say any more

    def advance(self, size: int) -> None:
        """Count bytes that are done, and say so now and then; cheap enough to be called all the time."""
        self._done += size
        self.show(self._done)

    def show(self, size: int) -> None:
        """Say now and then how many bytes are done."""
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
            except (OSError, ValueError):  # closed, or hung up: nobody is there to tell
                self._stream = None


def terminal() -> TextIO | None:
    """Return stderr where it is the interpreter's own and a terminal, and may be written to."""
    stream = sys.stderr
    if config.silent or stream is not sys.__stderr__:
        return None
    try:
        return stream if stream is not None and stream.isatty() else None
    except ValueError:  # closed
        return None
