"""How much there is left to use: of the size of a dump, of its time, and of memory."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.process import time
from tibidi.writing.stream import Share

if TYPE_CHECKING:
    from tibidi.writing.pieces import Piece
    from tibidi.writing.stream import Target

# Of the room and the time that is left, how much one piece may take: innermost frames come first, yet never take all.
SHARE = 0.75
# Of the time, where there are several variables, so that enough is left to try them one by one.
SHARE_OF_SEVERAL = 0.4
# Kept for each root that is still to come, so that the small values of outer frames make it too.
SMALL_ROOT_BYTES = 8 << 10
# What a member costs beside its content: headers, and an entry in the directory at the end.
MEMBER_BYTES = 256
RESERVE_BYTES = 4 << 20  # some arenas of pymalloc


class Room:
    """How much of the size of a dump is left, and of the time until `deadline`."""

    def __init__(self, archive: Target, max_bytes: int, deadline: float) -> None:
        self._archive = archive
        self._max_bytes = max_bytes
        self._deadline = deadline
        self._members = 0

    def count_member(self) -> None:
        """Keep room for what one more member needs at the end of the archive."""
        self._members += 1

    def for_piece(self, piece: Piece, others: int) -> Share:
        """Return what a piece may take, while that many others wait."""
        left = max(0, self._max_bytes - self._archive.size - self._members * MEMBER_BYTES)
        kept = min(others * SMALL_ROOT_BYTES, left // 4)
        now = time.monotonic()
        part = SHARE_OF_SEVERAL if piece.has_several else SHARE
        return Share(int((left - kept) * SHARE), now + (self._deadline - now) * part)


def reserve() -> list[bytes]:
    """Return memory to let go of when there is none left, as much as the allocator needs to go on."""
    try:
        return [bytes(RESERVE_BYTES)]  # calloc: pages that are never touched are never there
    except MemoryError:
        return []
