"""Store what does not compress, in the middle of a compressed member."""

from __future__ import annotations

import struct
import zlib

from tibidi import TYPE_CHECKING
from tibidi.dumpfile.writer import LEVEL, POOR_RATIO

if TYPE_CHECKING:
    from tibidi.dumpfile.writer import MemberStream

SAMPLE_BYTES = 4 << 10
# A stored block of deflate holds at most this much (RFC 1951, section 3.2.4).
BLOCK_BYTES = 0xFFFF
HEADER = struct.Struct("<BHH")


def store(stream: MemberStream, view: memoryview) -> bool:
    """Write `view` as stored blocks; return False if it compresses well enough to be worth the time.

    A full flush brings the compressor to a byte boundary and resets its
    window, so that it can go on after bytes that it has not seen.
    """
    if compresses(view):
        return False
    if stream.is_pending:
        stream.emit(stream.compressor.flush(zlib.Z_FULL_FLUSH))
        stream.is_pending = False
    for start in range(0, view.nbytes, BLOCK_BYTES):
        block = view[start : start + BLOCK_BYTES]
        length = block.nbytes
        stream.emit(block_header(length))
        stream.emit(block)
    return True


def block_header(length: int, *, is_last: bool = False) -> bytes:
    """Return what precedes so many bytes in a stored block (RFC 1951, section 3.2.4)."""
    return HEADER.pack(is_last, length, length ^ BLOCK_BYTES)


def compresses(view: memoryview) -> bool:
    """Return True if a sample from the middle compresses well."""
    middle = max(0, (view.nbytes - SAMPLE_BYTES) // 2)
    sample = view[middle : middle + SAMPLE_BYTES]
    return len(zlib.compress(sample, LEVEL)) < POOR_RATIO * sample.nbytes
