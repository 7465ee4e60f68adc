"""Rows of cells to text: every kind for the terminal, totals for the document."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kinds_of_value.running import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from kinds_of_value.running import Row

CELLS = ("right", "essential", "said", "wrong")


def details(row: Row, every: bool) -> Iterator[str]:
    """Yield the cells of a kind if one is wrong, or if `every` kind is wanted, with what was loaded below."""
    if not row.is_wrong and not every:
        return
    cells = ", ".join(f"{column}: {cell}" for column, (cell, _) in row.cells.items())
    yield f"{row.section} / {row.kind} ({row.python}): {cells}{' BEHIND' if row.is_behind else ''}"
    for column, (cell, detail) in row.cells.items():
        if cell == "wrong" or (cell != "right" and (every or row.is_behind)):
            yield f"    {column}: {cell}: {detail}"


def totals(rows: list[Row]) -> Iterator[str]:
    """Yield a Markdown table: for each library, how many kinds are right / essential / said / wrong."""
    yield f"| library | kinds | {' | '.join(COLUMNS)} | live behind inert |"
    yield f"|---|---|{'---|' * len(COLUMNS)}---|"
    for name in dict.fromkeys(row.section for row in rows):
        yield _line(name, [row for row in rows if row.section == name])
    yield _line("**all**", rows)


def _line(name: str, rows: list[Row]) -> str:
    made = [row for row in rows if row.cells[COLUMNS[0]][0] in CELLS]
    columns = [Counter(row.cells[column][0] for row in made) for column in COLUMNS]
    cells = [" / ".join(str(counts[cell]) for cell in CELLS) for counts in columns]
    kinds = len({(row.section, row.kind) for row in made})
    return f"| {name} | {kinds} | {' | '.join(cells)} | {sum(row.is_behind for row in made)} |"


def insert(page: Path, name: str, lines: Iterable[str]) -> None:
    """Replace what is between the marks of that name in a document."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    text = "\n".join(lines)
    page.write_text(f"{before}{begin}\n{text}\n\n{end}{rest.partition(end)[2]}", encoding="utf-8")
