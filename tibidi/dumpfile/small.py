"""Write many small members in one call: a stream for each would take longer than the pickle of a frame."""

from __future__ import annotations

import zlib

from tibidi import TYPE_CHECKING
from tibidi.dumpfile import format as fmt
from tibidi.dumpfile.encode import statement
from tibidi.dumpfile.noise import block_header
from tibidi.dumpfile.writer import LEVEL, Archive, WrittenMember
from tibidi.process.digest import sha256

if TYPE_CHECKING:
    from collections.abc import Iterable


# Fewer bytes than this hardly compress: they become one stored block of deflate.
STORED_BYTES = 160
# A window and tables for a few thousand bytes: clearing zlib's default ones takes longer than compressing so little.
WINDOW, MEMORY = -12, 4


def append(archive: Archive, members: Iterable[tuple[str, bytes, int | None]]) -> None:
    """Append members by name, content and the size of the memo before it; none of them if that fails."""
    parts: list[bytes] = []
    made: list[WrittenMember] = []
    at = archive.size
    for text, data, memo in members:
        name, packed, crc, size = text.encode(), deflated(data), zlib.crc32(data), len(data)
        note = b"" if memo is None else b'{"memo":%d}' % memo
        extra = note and fmt.EXTRA.pack(fmt.EXTRA_ID, len(note)) + note
        header = archive.local_header(name, extra, (crc, len(packed), size))
        words = statement(name, extra, (fmt.DEFLATED, crc, size), sha256(packed).hexdigest())
        start_of_next = at + len(header) + len(packed)
        made.append(WrittenMember._make((name, at, crc, len(packed), size, words, start_of_next)))
        parts += header, packed
        at = start_of_next
    start = archive.size
    try:
        archive.emit(b"".join(parts))
    except BaseException:
        archive.rollback(start)
        raise
    archive.members += made


def deflated(data: bytes) -> bytes:
    """Return a little data deflated."""
    size = len(data)
    if size < STORED_BYTES:
        return block_header(size, is_last=True) + data
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW, MEMORY)
    return compressor.compress(data) + compressor.flush()
