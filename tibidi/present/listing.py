"""`tibidi list`: one line for each dump of a crash directory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from typing import NamedTuple

from tibidi.dumpfile.headline import Headline
from tibidi.dumpfile.headline import peek
from tibidi.dumpfile.members import is_ended
from tibidi.errors import NotADump
from tibidi.present import phrases
from tibidi.process.texts import printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from tibidi.store.directory import Entry

COLUMNS = ("NAME", "TIME (UTC)", "PROGRAM", "PID", "SIZE", "CRASH")
NUMBERS = ("PID", "SIZE")

WHOLE = ""
UNFINISHED = "unfinished"  # its process was killed while writing, or is still writing
DAMAGED = "damaged"


class Row(NamedTuple):
    """One dump, as far as its first bytes describe it."""

    entry: Entry
    state: str
    headline: Headline


def row(entry: Entry) -> Row:
    """Read the headline of a dump in the crash directory."""
    try:
        headline = peek(entry.path)
        with open(entry.path, "rb") as file:
            whole = is_ended(file, entry.size)
    except (OSError, NotADump):
        return Row(entry, DAMAGED, Headline())
    return Row(entry, UNFINISHED if entry.partial else WHOLE if whole else DAMAGED, headline)


def lines(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the table with its heading, in the order of `rows`."""
    table = [COLUMNS, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*table)]
    for cells in table:
        yield "  ".join(map(_pad, COLUMNS, cells, widths)).rstrip()


def to_json(each: Row) -> dict[str, object]:
    """Return a line of the table as plain data."""
    entry, fields = each.entry, each.headline._asdict()
    function = fields.pop("name")
    own = {"path": entry.path, "size": entry.size, "state": each.state or "whole", "dump": entry.name}
    return {**own, **fields, "program": entry.program, "function": function}


def _cells(each: Row) -> tuple[str, ...]:
    headline = each.headline
    return (
        printable(each.entry.name),
        printable(phrases.moment(headline.time)),
        printable(each.entry.program),
        str(headline.pid or ""),
        phrases.size(each.entry.size),
        printable(_crash(each)),
    )


def _crash(each: Row) -> str:
    headline = each.headline
    mark = f"[{each.state}] " if each.state else ""
    if not headline.type:
        return mark.rstrip()
    place = f" ({os.path.basename(headline.file)}:{headline.line} in {headline.name})" if headline.file else ""
    return mark + phrases.crash_line(headline.type, headline.message) + place


def _pad(column: str, cell: str, width: int) -> str:
    return cell.rjust(width) if column in NUMBERS else cell.ljust(width)
