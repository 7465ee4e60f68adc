"""Learn the secrets in rows below a header, and in more records than are looked at one by one."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import first
from tibidi.redaction.looks import is_varied
from tibidi.redaction.names import HARD, kind_of_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from tibidi.redaction import Redactor

MAX_RECORDS = 100_000
MAX_COLUMNS = 100
MAX_TRIED = 200  # cells, one of which must look like no word
ROWS = frozenset({list, tuple})


def learn(redactor: Redactor, rows: Any, head: list[Any]) -> None:
    """Learn the secrets of a list, of which `head` are the first items."""
    if type(head[0]) in ROWS:
        names = first(head[0], MAX_COLUMNS)
        if all(type(name) is str and name.replace("_", "").replace(" ", "").isalpha() for name in names):
            _columns(redactor, rows, [at for at, name in enumerate(names) if kind_of_name(name) == HARD], len(head[0]))
    elif len(rows) > len(head):
        secret = {name for name, value in _entries(head) if redactor.conceals(name, value)}
        for name, value in _entries(first(rows, MAX_RECORDS)[len(head) :]) if secret else ():
            if name in secret:
                redactor.learn(value)


def _entries(rows: list[Any]) -> Iterator[tuple[str, object]]:
    for row in rows:
        if type(row) is dict:
            yield from [(name, value) for name, value in first(dict.items(row), MAX_COLUMNS) if type(name) is str]


def _columns(redactor: Redactor, rows: Any, secret: list[int], width: int) -> None:
    data = [row for row in first(rows, MAX_RECORDS)[1:] if type(row) in ROWS and len(row) == width] if secret else []
    cells = [row[at] for row in data for at in secret]
    if any(type(cell) is str and is_varied(cell) for cell in cells[:MAX_TRIED]):
        for cell in cells:
            redactor.learn(cell)
