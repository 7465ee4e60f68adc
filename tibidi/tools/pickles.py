"""The texts in the pickles of a dump, read opcode by opcode: nothing is unpickled."""

from __future__ import annotations

import pickletools
from io import BytesIO
from typing import TYPE_CHECKING
from typing import Any

from tibidi.errors import DamagedDump

if TYPE_CHECKING:
    from collections.abc import Iterator

MEMO_READS = frozenset({"BINGET", "LONG_BINGET"})


def texts(data: bytes, start: int = 0, end: int | None = None, large: int = 4) -> Iterator[str | bytes | float]:
    """Yield texts, bytes, and numbers of at least `large` digits; raise DamagedDump if the pickle cannot be read."""
    for opcode, argument, position, _ in _opcodes(_from(data, start)):
        if end is not None and position >= end:
            return
        if isinstance(argument, (str, bytes, bytearray)):
            yield bytes(argument) if isinstance(argument, bytearray) else argument
        elif isinstance(argument, (int, float)) and opcode.stack_after and opcode.name not in MEMO_READS:
            yield from (argument,) if abs(argument) >= 10 ** (large - 1) else ()


def _opcodes(file: BytesIO) -> Iterator[tuple[Any, Any, int, int]]:
    """Yield each opcode from here on, its argument, and where it begins and ends."""
    try:
        for opcode, argument, position in pickletools.genops(file):
            yield opcode, argument, position or 0, file.tell()
    except (ValueError, OverflowError) as error:
        raise DamagedDump(f"a pickle cannot be read: {error}") from None


def _from(data: bytes, start: int) -> BytesIO:
    file = BytesIO(data)
    file.seek(start)
    return file
