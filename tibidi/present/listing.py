"""`tibidi list`: one line for each fingerprint, or with --all for each dump."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from tibidi.dumpfile.headline import Headline, headline_of
from tibidi.dumpfile.members import is_ended
from tibidi.errors import NotADump
from tibidi.present import phrases
from tibidi.process.texts import printable, unix_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tibidi.store.directory import Entry

DUMP_COLUMNS = ("NAME", "TIME (UTC)", "PROGRAM", "PID", "SIZE", "CRASH")
GROUP_COLUMNS = ("COUNT", "FIRST (UTC)", "LAST (UTC)", "NEWEST", "CRASH")
NUMBERS = ("PID", "SIZE", "COUNT")
GAP = "  "
INDENT = " " * 7  # of a crash on a line of its own

WHOLE = ""
UNFINISHED = "unfinished"  # its process was killed while writing, or is still writing
DAMAGED = "damaged"


class Row(NamedTuple):
    """A dump as its first bytes describe it; `shown` is the name that opens it."""

    entry: Entry
    state: str
    headline: Headline
    shown: str


def row(entry: Entry, shown: str = "") -> Row:
    """Read the headline of a dump."""
    shown = shown or entry.name
    try:
        with open(entry.path, "rb", buffering=0) as file:
            headline = headline_of(file, entry.path)
            whole = is_ended(file, entry.size)
    except (OSError, NotADump):
        return Row(entry, DAMAGED, Headline(), shown)
    return Row(entry, UNFINISHED if entry.partial else WHOLE if whole else DAMAGED, headline, shown)


def groups(rows: Iterable[Row]) -> list[list[Row]]:
    """Return the rows by fingerprint, in the order of the newest of each; a dump without one is a group of its own."""
    found: dict[str, list[Row]] = {}
    for each in rows:
        key = each.headline.fingerprint or each.entry.path
        group = found[key] = found.pop(key, [])  # moved to the end, as `each` is newer than all before
        group.append(each)
    return list(found.values())


def inbox(found: Sequence[Sequence[Row]], width: int | None = None) -> Iterator[str]:
    """Yield a line for each group, or two if lines would be longer than `width`; both are cut to it."""
    return _table(GROUP_COLUMNS, map(_group_cells, found), width)


def lines(rows: Iterable[Row], width: int | None = None) -> Iterator[str]:
    """Yield a line for each dump in the order of `rows`, or two as `inbox` does."""
    return _table(DUMP_COLUMNS, map(_cells, rows), width)


def to_json(each: Row) -> dict[str, object]:
    """Return a dump as plain data."""
    entry, fields = each.entry, each.headline._asdict()
    function = fields.pop("name")
    own = {"path": entry.path, "size": entry.size, "state": each.state or "whole", "dump": entry.name}
    return {**own, **fields, "program": entry.program, "function": function}


def group_to_json(rows: Sequence[Row]) -> dict[str, object]:
    """Return the newest dump of a group as plain data, with the number of dumps, the times, and the paths of all."""
    times = {"first": rows[0].headline.time, "last": rows[-1].headline.time}
    return {**to_json(rows[-1]), "count": len(rows), **times, "dumps": [each.entry.path for each in rows]}


def words(rows: Sequence[Row]) -> dict[str, str]:
    """Return the times of a group, and its crash."""
    first, last = (phrases.minute(each.headline.time) for each in (rows[0], rows[-1]))
    return {"first": first, "last": last, "crash": _crash(rows[-1])}


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]], width: int | None) -> Iterator[str]:
    """Yield the lines of a table; where one would be longer than `width`, the crashes stand on lines of their own."""
    table = [columns, *(tuple(map(printable, cells)) for cells in rows)]
    widths = [max(map(len, column)) for column in zip(*table)]
    is_narrow = width is not None and sum(widths) + len(GAP) * (len(widths) - 1) > width
    for cells in table:
        line = GAP.join(map(_pad, columns, cells, widths)).rstrip()
        if is_narrow:
            yield _cut(GAP.join(map(_pad, columns[:-1], cells, widths)), width)
        if not is_narrow or cells is not columns:
            yield _cut(INDENT + cells[-1] if is_narrow else line, width)


def _cut(line: str, width: int | None) -> str:
    line = line.rstrip()
    return line if width is None or len(line) <= width else line[: max(width - 1, 0)] + "…"


def _group_cells(rows: Sequence[Row]) -> tuple[str, ...]:
    first, last = rows[0].headline.time, rows[-1].headline.time
    first = "" if len(rows) == 1 else phrases.minute(first)
    return str(len(rows)), first, phrases.minute(last), rows[-1].shown, _crash(rows[-1])


def _cells(each: Row) -> tuple[str, ...]:
    entry, headline, size = each.entry, each.headline, phrases.size(each.entry.size)
    return each.shown, phrases.moment(headline.time), entry.program, str(headline.pid or ""), size, _crash(each)


def _crash(each: Row) -> str:
    headline = each.headline
    mark = f"[{each.state}] " if each.state else ""
    if not headline.type:
        return mark.rstrip()
    file, line, name = headline.file, headline.line, headline.name
    if headline.own_file:
        file, line, name = headline.own_file, headline.own_line, headline.own_name
    place = phrases.place(os.path.basename(unix_path(file)), line, name) if file else ""
    if headline.cause:
        return mark + phrases.caused_by(headline.type, headline.cause, place)
    return mark + phrases.crash_line(headline.type, headline.message) + (place and f" ({place})")


def _pad(column: str, cell: str, width: int) -> str:
    return cell.rjust(width) if column in NUMBERS else cell.ljust(width)
