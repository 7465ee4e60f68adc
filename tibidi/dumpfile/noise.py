"""Data that does not compress: store it within a compressed member, and find out early that it does not fit."""

from __future__ import annotations

import struct
import zlib

from tibidi.dumpfile.writer import LEVEL, POOR_RATIO, MemberStream

SAMPLE_BYTES = 4 << 10
BEST_RATIO = 1032  # deflate never compresses better (RFC 1951)
# Samples of two windows, in which deflate finds all repetitions that it finds anywhere.
LARGE_SAMPLE_BYTES, LARGE_SAMPLES = 64 << 10, 8
NOISE_RATIO = 0.9
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


def fits(view: memoryview, room: int) -> bool:
    """Return False if data is too large for `room` bytes, however well it compresses, or twice as large and noise."""
    if view.nbytes // BEST_RATIO > room:
        return False
    if view.nbytes // 2 < max(room, LARGE_SAMPLES * LARGE_SAMPLE_BYTES):
        return True
    last = view.nbytes - LARGE_SAMPLE_BYTES
    samples = (view[last * n // (LARGE_SAMPLES - 1) :][:LARGE_SAMPLE_BYTES] for n in range(LARGE_SAMPLES))
    return any(len(zlib.compress(sample, LEVEL)) < NOISE_RATIO * LARGE_SAMPLE_BYTES for sample in samples)
