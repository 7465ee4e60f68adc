"""Encode the location table that code objects have since Python 3.11.

The compiler gives every instruction a line, even if its node has none, but a debugger on `sys.monitoring` (debugpy
since 3.12) reports a line only if it differs from that of the previous instruction.  An instruction without any line in
between makes it report the same line twice.  Such a gap can only be made by rewriting the table: PEP 626 and PEP 657,
and in CPython `InternalDocs/code_objects.md`, formerly `Objects/locations.md`.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from types import CodeType

Location = tuple["int | None", "int | None", "int | None", "int | None"]

GAP_LINE = 1 << 24  # an instruction compiled onto this line loses its line
NOWHERE: Location = (None, None, None, None)

MAX_RUN = 8  # code units that one entry can cover
ENTRY_NO_LOCATION = 15
ENTRY_LONG = 14
ENTRY_NO_COLUMNS = 13


def with_gaps(code: CodeType) -> bytes:
    """Return the table of `code` without locations for the instructions on GAP_LINE."""
    positions = (NOWHERE if position[0] == GAP_LINE else position for position in code.co_positions())
    return encode(positions, code.co_firstlineno)


def encode(positions: Iterable[Location], first_line: int) -> bytes:
    """Return the table of these positions, one for each code unit."""
    table = bytearray()
    previous = first_line
    for location, run in groupby(positions):
        length = sum(1 for _ in run)
        for start in range(0, length, MAX_RUN):
            table += _entry(location, min(MAX_RUN, length - start), previous)
            previous = previous if location[0] is None else location[0]
    return bytes(table)


def _entry(location: Location, length: int, previous: int) -> bytes:
    line, end_line, column, end_column = location
    if line is None:
        return _header(ENTRY_NO_LOCATION, length)
    if column is None or end_column is None:
        return _header(ENTRY_NO_COLUMNS, length) + _signed(line - previous)
    columns = _varint((end_line or line) - line) + _varint(column + 1) + _varint(end_column + 1)
    return _header(ENTRY_LONG, length) + _signed(line - previous) + columns


def _header(kind: int, length: int) -> bytes:
    return bytes([0x80 | kind << 3 | length - 1])


def _varint(number: int) -> bytes:
    digits = bytearray()
    while number > 0x3F:
        digits.append(0x40 | number & 0x3F)
        number >>= 6
    digits.append(number)
    return bytes(digits)


def _signed(number: int) -> bytes:
    return _varint(-number << 1 | 1 if number < 0 else number << 1)
