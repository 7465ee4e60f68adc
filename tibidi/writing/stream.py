"""Where picklers write to: counts, watches for secrets, and knows when to stop."""

from __future__ import annotations

import sys
from pickle import PickleBuffer

from tibidi import TYPE_CHECKING
from tibidi.process import os
from tibidi.process import time
from tibidi.process.records import NamedTuple
from tibidi.process.worker import Abandoned

if TYPE_CHECKING:
    from typing import Protocol

    from tibidi.redaction import Redactor

    class Stream(Protocol):
        """One member of the archive while it is written."""

        def write(self, data: bytes | memoryview, /) -> int:
            """Append to it."""
            ...

        def close(self) -> None:
            """End it."""

        def rollback(self) -> None:
            """Take it back."""

    class Target(Protocol):
        """The archive: opens members, and knows how much is on disk."""

        size: int

        def open(self, name: str) -> Stream:
            """Begin a member."""
            ...


# Picklers write what is larger than a frame (64 KiB, PEP 3154) by itself.
LARGE_BYTES = 128 << 10
SLICE_BYTES = 1 << 20


class TooLarge(Exception):
    """What is being written does not fit into its share of the dump."""


class TooLate(Exception):
    """What is being written takes longer than its share of the time."""


class OutOfTime(Exception):
    """The deadline of the dump has come."""


class DiskRefused(Exception):
    """What is written did not get to the disk; the OSError is the cause."""


class SecretName(Exception):
    """There may be the name of a secret in what is being written."""


class SecretValue(Exception):
    """There may be a secret in what is being written."""


class Share(NamedTuple):
    """What one piece may take: so many bytes on disk, and until which moment (of time.monotonic) it may be written."""

    bytes: int
    until: float


class Sink:
    """The file that a pickler has; its content goes to one member of the archive after the other.

    `total` counts all that was written to it but large texts and data, as a
    measure of how much there is in the memo.

    `write` raises TooLarge beyond `limit` bytes on disk, TooLate after the moment
    `until`, OutOfTime behind the deadline, SecretName or SecretValue where it scans for them and may have met
    one, and Abandoned once nobody waits any more for the thread that writes, as
    nobody does in a child of fork().
    """

    def __init__(self, target: Target, deadline: float, redactor: Redactor) -> None:
        self.scans_names = self.scans_values = False
        self.total = self._total_before = 0
        self.limit = 0
        self.until = deadline
        self.abandoned = False
        self._process = os.getpid()
        self._target = target
        self._redactor = redactor
        self._deadline = deadline
        self._stream: Stream | None = None

    def begin(self, name: str, share: Share | None = None) -> None:
        """Open a member, which may take its share, or all that there is."""
        self.limit = sys.maxsize if share is None else self._target.size + share.bytes
        self.until = self._deadline if share is None else share.until
        self._total_before = self.total
        self._stream = self._target.open(name)

    def end(self) -> None:
        """Close the member, which is taken back where the disk refuses its end."""
        stream, self._stream = self._stream, None
        if stream is not None:
            try:
                stream.close()
            except OSError as error:
                raise DiskRefused(str(error)) from error

    def rollback(self) -> None:
        """Take back the member that is open, if one is."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.rollback()
            self.total = self._total_before

    def write(self, data: bytes | memoryview | PickleBuffer) -> int:
        """Append `data`."""
        # Code of the application may have forked: the file is the parent's, who writes on where this would.
        if self.abandoned or self._stream is None or self._process != os.getpid():
            raise Abandoned
        # A buffer is an array's: numbers, in which secrets are neither looked for nor could be replaced.
        if type(data) is not PickleBuffer:
            self._scan(bytes(data))
        now = time.monotonic()
        if now > self.until:
            raise OutOfTime if now > self._deadline else TooLate
        view = memoryview(data)
        if view.nbytes < LARGE_BYTES:
            self.total += view.nbytes
        if self._target.size + view.nbytes // BEST_RATIO > self.limit:
            raise TooLarge
        # In slices, so that what is too large is noticed before all of it is on the disk.
        flat = view.cast("B")
        for start in range(0, max(1, flat.nbytes), SLICE_BYTES):
            self._write_slice(flat[start : start + SLICE_BYTES])
        return view.nbytes

    def _write_slice(self, data: memoryview) -> None:
        try:
            self._stream.write(data)  # type: ignore[union-attr]  # there is one while a member is open
        except OSError as error:  # told from one that the application's own code raises
            raise DiskRefused(str(error)) from error
        if self._target.size > self.limit:
            raise TooLarge

    def _scan(self, data: bytes) -> None:
        if self.scans_names and self._redactor.suspects_name(data):
            raise SecretName
        if self.scans_values and self._redactor.suspects_value(data):
            raise SecretValue


# Deflate shrinks nothing to less than a thousandth (RFC 1951): what is over the limit even then need not be tried.
BEST_RATIO = 1032
