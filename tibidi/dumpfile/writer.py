"""Write a dump as a ZIP archive, front to back.

This does not use `zipfile`, because a crash needs more: a member can be rolled back while it is written, a cut file
is readable up to the cut, no time is spent on data that does not compress, and the import takes a tenth of that of
`zipfile`.
"""

from __future__ import annotations

import re
import zlib
from _thread import allocate_lock

from tibidi import TYPE_CHECKING
from tibidi.dumpfile import format as fmt
from tibidi.dumpfile.encode import dumps, sign, statement
from tibidi.process import time
from tibidi.process.digest import digest_for
from tibidi.process.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from io import BytesIO, FileIO
    from time import struct_time
    from typing import Any


LEVEL = 1  # zlib's fastest: half the time of its default for a tenth more bytes
RAW_DEFLATE = -15

# A sample of chunks from this size on is compressed first; of smaller ones only after one that did not compress.
LARGE_BYTES = 256 << 10
SMALLEST_TRIED_BYTES = 16 << 10
POOR_RATIO = 0.95

# Characters that file systems and unpackers may refuse in a name.
UNSAFE = re.compile(r"[\0-\x1f\x7f<>:\"|?*]")
MAX_NAME_CHARACTERS = 400


class WrittenMember(NamedTuple):
    """A member as the central directory and the signature describe it."""

    name: bytes
    offset: int
    crc: int
    packed: int
    size: int
    statement: bytes
    end: int


class Archive:
    """A ZIP archive being written into `file`, which must be empty and seekable.

    One member is open at a time.  `size` is the number of bytes on disk so far.
    """

    def __init__(self, file: FileIO | BytesIO) -> None:
        self.size = 0
        self._file = file
        self.members: list[WrittenMember] = []
        self.lock = allocate_lock()  # held by a thread while it changes the archive
        self._stamp = dos_time(time.gmtime())

    def add(self, name: str, data: bytes, note: Mapping[str, object] | None = None) -> None:
        """Write a whole member; `note` goes into its header as JSON."""
        with self.open(name, note) as stream:
            stream.write(data)

    def open(self, name: str, note: Mapping[str, object] | None = None, size: int = 0) -> MemberStream:
        """Begin a member, of `size` bytes if that is known; data written to it goes to the disk at once."""
        return MemberStream(self, name.encode(), extra_field(note), digest_for(size))

    def finish(self, key: bytes | None) -> None:
        """Sign all members, if there is a key, and write the central directory."""
        if key is not None:
            self.add(fmt.SIGNATURE, sign(key, [member.statement for member in self.members]))
        start = self.size
        self.emit(b"".join(map(self._central, self.members)))
        length = len(self.members)
        self.emit(fmt.END.pack(fmt.END_MAGIC, 0, 0, length, length, self.size - start, start, 0))

    def emit(self, data: bytes | memoryview) -> None:
        """Append `data` to the file."""
        view = memoryview(data)
        while view:
            written = self._file.write(view) or 0
            self.size += written
            view = view[written:]

    def local_header(self, name: bytes, extra: bytes, sizes: tuple[int, int, int] | None = None) -> bytes:
        """Return the header of a member: checksum, packed size and size, or None where they are not known yet."""
        flags = fmt.UTF8_NAME | (fmt.UNFINISHED if sizes is None else 0)
        fixed = (fmt.LOCAL_MAGIC, fmt.ZIP_VERSION, flags, fmt.DEFLATED, *self._stamp, *(sizes or (0, 0, 0)))
        return fmt.LOCAL.pack(*fixed, len(name), len(extra)) + name + extra

    def end_member(self, member: WrittenMember, *, is_whole: bool) -> None:
        """Remember the member that ends here, and complete its header unless it was written whole."""
        if not is_whole:
            sizes = fmt.LOCAL_SIZES.pack(member.crc, member.packed, member.size)
            self._patch(member.offset + fmt.LOCAL_SIZES_OFFSET, sizes)
            # The flag last: if the process is killed before, the member counts as incomplete.
            self._patch(member.offset + fmt.LOCAL_FLAGS_OFFSET, fmt.UTF8_NAME.to_bytes(2, "little"))
            self._file.seek(self.size)
        self.members.append(member)

    def rollback(self, offset: int) -> None:
        """Remove everything from `offset` on."""
        self._file.seek(offset)
        self._file.truncate(offset)
        self.size = offset

    def _patch(self, offset: int, data: bytes) -> None:
        self._file.seek(offset)
        self._file.write(data)

    def _central(self, member: WrittenMember) -> bytes:
        fixed = (fmt.CENTRAL_MAGIC, fmt.MADE_BY_UNIX, fmt.ZIP_VERSION, fmt.UTF8_NAME, fmt.DEFLATED, *self._stamp)
        sizes = (member.crc, member.packed, member.size, len(member.name), 0, 0, 0, 0)
        return fmt.CENTRAL.pack(*fixed, *sizes, fmt.PRIVATE_FILE, member.offset) + member.name


class MemberStream:
    """One member while it is written: `write`, then `close` or `rollback`.

    As a context manager it is closed at the end and rolled back by an
    exception, so that other members can still be written.
    """

    def __init__(self, archive: Archive, name: bytes, extra: bytes, digest: Any) -> None:
        self.name = name
        self.size = 0
        self._archive = archive
        self._offset = archive.size
        self._extra = extra
        self._crc = 0
        self._digest = digest
        self.compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW_DEFLATE)
        self._ended = False
        self._compressed_badly = False  # the last chunk
        self.is_pending = False  # the compressor holds bytes back
        self._has_header = False  # on the disk: it follows with the first packed bytes, but counts from now on
        archive.size = self._start = archive.size + fmt.LOCAL.size + len(name) + len(extra)

    def __enter__(self) -> MemberStream:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self.rollback()
        elif not self._ended:
            self.close()

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Append `data`, anything with a contiguous buffer; return its size in bytes.

        Raises OSError if writing fails, OverflowError beyond 4 GiB.
        """
        view = memoryview(data).cast("B") if not isinstance(data, bytes) else memoryview(data)
        if self.size + view.nbytes > fmt.MAX_MEMBER_BYTES:
            raise OverflowError(f"{self.name.decode()} would exceed {fmt.MAX_MEMBER_BYTES} bytes")
        self.size += view.nbytes
        self._crc = zlib.crc32(view, self._crc)
        is_doubtful = view.nbytes >= (SMALLEST_TRIED_BYTES if self._compressed_badly else LARGE_BYTES)
        if is_doubtful:
            from tibidi.dumpfile import noise  # only of much data

            if noise.store(self, view):
                return view.nbytes
        packed = self.compressor.compress(view)
        self.emit(packed)
        self.is_pending = True
        self._compressed_badly = len(packed) > POOR_RATIO * view.nbytes
        return view.nbytes

    def close(self) -> None:
        """End the member and complete its header; roll it back if that fails."""
        self._ended = True
        try:
            rest = self.compressor.flush(zlib.Z_FINISH)
            is_whole = not self._has_header  # a small member, all of it in the compressor: it is written at once
            self.emit(rest, (self._crc, len(rest), self.size) if is_whole else None)
            end = self._archive.size
            packed = end - self._start
            words = statement(self.name, self._extra, (fmt.DEFLATED, self._crc, self.size), self._digest.hexdigest())
            member = WrittenMember._make((self.name, self._offset, self._crc, packed, self.size, words, end))
            self._archive.end_member(member, is_whole=is_whole)
        except BaseException:
            self.rollback()
            raise

    def rollback(self) -> None:
        """Remove the member as if it had never been begun."""
        self._ended = True
        self._archive.rollback(self._offset)

    def emit(self, data: bytes | memoryview, sizes: tuple[int, int, int] | None = None) -> None:
        """Append packed bytes, the first of them behind the header."""
        if not data:
            return
        self._digest.update(data)
        if not self._has_header:
            self._has_header, self._archive.size = True, self._offset
            data = self._archive.local_header(self.name, self._extra, sizes) + bytes(data)
        self._archive.emit(data)


def extra_field(note: Mapping[str, object] | None) -> bytes:
    """Return `note` as an extra field of ZIP; raise ValueError if it is too long."""
    if not note:
        return b""
    data = dumps(note)
    if len(data) > fmt.MAX_EXTRA_BYTES:
        raise ValueError(f"a note of {len(data)} bytes, at most {fmt.MAX_EXTRA_BYTES} fit")
    return fmt.EXTRA.pack(fmt.EXTRA_ID, len(data)) + data


def source_name(file: str, taken: set[str]) -> str:
    """Return a member name for a source file that is safe to unpack anywhere, and add it to `taken`."""
    text = file.encode("utf-8", "replace").decode()  # without surrogates, which stand for undecodable bytes
    parts = [UNSAFE.sub("_", part) for part in re.split(r"[\\/]", text)]
    end = "/".join(part for part in parts if part.strip("."))[-MAX_NAME_CHARACTERS:]
    base = name = fmt.SOURCES + (end.lstrip("./") or "_")  # it may have been cut between a dot and a slash
    number = 1
    while name in taken:
        number += 1
        name = f"{base}~{number}"
    taken.add(name)
    return name


def dos_time(when: struct_time) -> tuple[int, int]:
    """Return the time and date of `when` in the format of ZIP (APPNOTE 4.4.6)."""
    clock = when.tm_hour << 11 | when.tm_min << 5 | when.tm_sec // 2
    return clock, max(when.tm_year - 1980, 0) << 9 | when.tm_mon << 5 | when.tm_mday
