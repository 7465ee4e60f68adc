"""The location table of code objects since Python 3.11, written by hand.

The compiler gives every instruction a line, even when the tree has none, but
a debugger on `sys.monitoring` (debugpy since 3.12) reports a line only when
it differs from that of the instruction before.  An instruction without any
line in between makes it report the same line twice.  Such a gap can only be
had by rewriting the table: PEP 626 and PEP 657, and in CPython's own words
`InternalDocs/code_objects.md`, formerly `Objects/locations.md`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from types import CodeType
    from typing import Optional

    Location = tuple[Optional[int], Optional[int], Optional[int], Optional[int]]

GAP_LINE = 1 << 24  # compile an instruction onto this line to have it lose its line
NOWHERE: Location = (None, None, None, None)

MAX_RUN = 8  # code units that one entry can cover
ENTRY_NO_LOCATION = 15
ENTRY_LONG = 14
ENTRY_NO_COLUMNS = 13


def with_gaps(code: CodeType) -> bytes:
    """Return the table of `code` with the instructions on GAP_LINE placed nowhere."""
    positions = (NOWHERE if position[0] == GAP_LINE else position for position in code.co_positions())
    return encode(positions, code.co_firstlineno)


def encode(positions: Iterable[Location], first_line: int) -> bytes:
    """Return the table that says these positions, one for each code unit."""
    table = bytearray()
    previous = first_line
    for location, length in _runs(positions):
        line, end_line, column, end_column = location
        if line is None:
            table.append(_header(ENTRY_NO_LOCATION, length))
            continue
        known = column is not None and end_column is not None
        table.append(_header(ENTRY_LONG if known else ENTRY_NO_COLUMNS, length))
        table += _signed(line - previous)
        if column is not None and end_column is not None:
            table += _varint((end_line or line) - line) + _varint(column + 1) + _varint(end_column + 1)
        previous = line
    return bytes(table)


def _runs(positions: Iterable[Location]) -> Iterator[tuple[Location, int]]:
    """Yield each position with the number of code units in a row that share it."""
    current: Location | None = None
    length = 0
    for position in positions:
        if position == current and length < MAX_RUN:
            length += 1
            continue
        if current is not None:
            yield current, length
        current, length = position, 1
    if current is not None:
        yield current, length


def _header(kind: int, length: int) -> int:
    return 0x80 | kind << 3 | length - 1


def _varint(number: int) -> bytes:
    digits = bytearray()
    while number > 0x3F:
        digits.append(0x40 | number & 0x3F)
        number >>= 6
    digits.append(number)
    return bytes(digits)


def _signed(number: int) -> bytes:
    return _varint(-number << 1 | 1 if number < 0 else number << 1)
