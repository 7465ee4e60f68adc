"""The file that picklers write to, and the budget of a dump: size, time and memory."""

from __future__ import annotations

import sys
from _pickle import PickleBuffer
from _thread import allocate_lock, get_ident

from tibidi import TYPE_CHECKING
from tibidi.process import os, time
from tibidi.process.records import NamedTuple
from tibidi.process.temporary import Abandoned
from tibidi.process.watch import FINISH_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tibidi.dumpfile.writer import Archive, MemberStream
    from tibidi.redaction import Redactor

# Picklers write objects larger than a frame (64 KiB, PEP 3154) separately.
LARGE_BYTES = 128 << 10
CHUNK_BYTES = 1 << 20
# A secret across the border of two chunks is searched for in a longer one.
OVERLAP_BYTES = 4 << 10

# What a small piece may take: bytes before compression, as many as the C pickler collects before it writes, and a part
# of the remaining time.  What takes more is written after all that is small.
SMALL_BYTES, EARLY_BYTES = 64 << 10, 8 << 20
SMALL_PART = 1 / 20
# The part of the remaining size and time that a large piece may take; of the time while others wait.
LARGE_PART = 0.75
LARGE_PART_BESIDE_OTHERS = 0.5
# Kept for each piece in the queue, so that at least its stand-in fits too.
SMALL_ROOT_BYTES = 8 << 10
# The overhead of a member: headers, and an entry in the central directory.
MEMBER_BYTES = 256
# Some arenas of pymalloc.  More than DEFAULT_MMAP_THRESHOLD_MAX of glibc is mapped and unmapped as a whole, and never
# touched; less may come from the heap of a thread, and stay.  mimalloc fills with zeros what it has had before.
RESERVE_BYTES, SMALL_RESERVE_BYTES = 512 << 10 if "free-threading" in sys.version else 33 << 20, 4 << 20


class TooLarge(Exception):
    """The piece does not fit into its slice of the dump."""


class TooLate(Exception):
    """The piece takes longer than its slice of the time."""


class OutOfTime(Exception):
    """The deadline of the dump has passed."""


class DiskRefused(Exception):
    """The data did not reach the disk; the OSError is the cause."""


class SecretName(Exception):
    """The data may contain the name of a secret."""


class SecretValue(Exception):
    """The data may contain a secret."""


class Slice(NamedTuple):
    """The part of the budget that one piece may use.

    Bytes on disk, a moment (of time.monotonic), and bytes before compression.
    """

    bytes: int
    until: float
    raw_bytes: int = sys.maxsize


class Budget:
    """The remaining size of a dump, and the remaining time until `deadline`."""

    def __init__(self, archive: Archive, max_bytes: int, deadline: float) -> None:
        self._archive = archive
        self._max_bytes = max_bytes
        self._deadline = deadline
        self._members = 0

    def count_member(self) -> None:
        """Reserve the space that one more member needs at the end of the archive."""
        self._members += 1

    def slice(self, others: int, *, is_large: bool, is_early: bool = False) -> Slice:
        """Return the slice for a piece while `others` are in the queue."""
        left = max(0, self._max_bytes - self._archive.size - self._members * MEMBER_BYTES)
        kept = min(others * SMALL_ROOT_BYTES, left // 4)
        size = int((left - kept) * LARGE_PART)
        now = time.monotonic()
        if not is_large:
            most = EARLY_BYTES if is_early else SMALL_BYTES
            return Slice(size, now + (self._deadline - now) * SMALL_PART, most)
        return Slice(size, now + (self._deadline - now) * (LARGE_PART_BESIDE_OTHERS if others else LARGE_PART))


def reserve(size: int = RESERVE_BYTES) -> list[bytes]:
    """Return memory to release when there is none left, as much as the allocator needs to go on; or []."""
    try:
        return [bytes(size)]  # calloc: pages that are never touched are never allocated
    except MemoryError:
        return reserve(SMALL_RESERVE_BYTES) if size > SMALL_RESERVE_BYTES else []


class Sink:
    """The file object of a pickler; its content goes to one member of the archive after the other.

    `total` counts the bytes written, except large texts and data, as a measure of the size of the memo.

    `write` raises TooLarge beyond `limit` bytes on disk or `raw_limit` bytes written, TooLate after the moment `until`,
    OutOfTime after the deadline, SecretName or SecretValue where it scans for them and may have found one.  Only the
    thread that is the `owner` may use it: Abandoned is raised in all others, and in a child of fork().
    """

    def __init__(self, target: Archive, deadline: float, redactor: Redactor) -> None:
        self.scans_names = self.scans_values = False
        self.total = self._total_before = 0
        self.limit, self.raw_limit = 0, sys.maxsize
        self.until = deadline
        self.owner = get_ident()
        self.aside: bytes | None = None  # if not None, output goes here and not to the member
        self._process = os.getpid()
        self._target = target
        self._redactor, self._deadline = redactor, deadline
        self._stream: MemberStream | None = None

    def begin(self, name: str, part: Slice | None = None, memo: int | None = None) -> None:
        """Open a member, which may use its part of the budget, or all of it; note the size of the memo before it."""
        part = part or Slice(sys.maxsize, self._deadline)
        with self._target.lock:
            self.check_owner()
            self.limit, self.until, self.raw_limit = self._target.size + part.bytes, part.until, part.raw_bytes
            self._total_before = self.total
            self._stream = self._target.open(name) if memo is None else self._target.open(name, {"memo": memo})

    def end(self) -> None:
        """Close the member, which is rolled back if the disk refuses its end."""
        stream, self._stream = self._stream, None
        if stream is not None:
            self._change(stream.close)

    def rollback(self) -> None:
        """Remove the open member, if there is one."""
        if self._stream is not None:
            self._change(self._stream.rollback)
            self._stream, self.total = None, self._total_before

    def write(self, data: bytes | memoryview | PickleBuffer) -> int:
        """Append `data`."""
        if self.aside is not None:
            self.aside += bytes(data)
            return len(self.aside)
        if self._stream is None or self.owner != get_ident():
            raise Abandoned
        view = memoryview(data).cast("B")
        self.raw_limit -= view.nbytes
        if self.raw_limit < 0:  # before the scan, which takes time
            raise TooLarge
        self._check_room(view)
        # A buffer belongs to an array: secrets are neither looked for in numbers nor could they be replaced.
        if type(data) is not PickleBuffer:
            self._scan(bytes(data))
        self._check_time()
        if view.nbytes < LARGE_BYTES:
            self.total += view.nbytes
        # In chunks, so that data that is too large is noticed before all of it is on the disk.
        for start in range(0, max(1, view.nbytes), CHUNK_BYTES):
            self._change(self._stream.write, view[start : start + CHUNK_BYTES])
            if self._target.size > self.limit:
                raise TooLarge
        return view.nbytes

    def _change(self, change: Callable[..., object], *arguments: object) -> None:
        """Change the archive, as no other thread does meanwhile; an OSError is the fault of the disk."""
        with self._target.lock:
            self.check_owner()
            try:
                change(*arguments)
            except OSError as error:  # kept apart from an OSError that application code raises
                raise DiskRefused(str(error)) from error

    def take_back(self, count: int) -> bool:
        """Revoke the owner's right to write, and keep the first `count` members; return True if complete ones went.

        The owner may be anywhere, even between the bytes on the disk and what is noted of them.
        """
        if not self._target.lock.acquire(timeout=FINISH_SECONDS / 4):  # the disk holds the owner
            self._target.lock = allocate_lock()
            self._target.lock.acquire()
        self.owner, had_more = 0, len(self._target.members) > count
        self._target.lock.release()
        del self._target.members[count:]
        self._target.rollback(self._target.members[-1].end if self._target.members else 0)
        return had_more

    def check_owner(self) -> None:
        """Raise Abandoned in a thread that nobody waits for any more, and in a child of fork().

        Application code may have forked: the file belongs to the parent, which goes on writing at this offset.
        """
        if self.owner != get_ident() or self._process != os.getpid():
            raise Abandoned

    def _check_room(self, data: memoryview) -> None:
        room = self.limit - self._target.size
        if data.nbytes > room:
            from tibidi.dumpfile.noise import fits  # only where much is to be written

            if not fits(data, room):
                raise TooLarge

    def _check_time(self) -> None:
        now = time.monotonic()
        if now > self.until:
            raise OutOfTime if now > self._deadline else TooLate

    def _scan(self, data: bytes) -> None:
        if self.scans_names and self._redactor.suspects_name(data):
            raise SecretName
        # In chunks too, as a scan may take long.
        for end in range(CHUNK_BYTES, len(data) + CHUNK_BYTES, CHUNK_BYTES) if self.scans_values else ():
            start = max(0, min(end, len(data)) - CHUNK_BYTES - OVERLAP_BYTES)  # the last one is as long as the others
            if self._redactor.suspects_value(data[start:end]):
                raise SecretValue
            self._check_time()
