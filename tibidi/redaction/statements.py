"""Find the secrets of SQL: values in a statement, and those of its parameters, which stand in a row beside it.

The column of a value is the one in the same place of `INSERT INTO t (a, b) VALUES (?, ?)`, or the one that it is
compared with or assigned to, as in `password = ?`.  The placeholders are those of PEP 249 that have no names, and the
numbered ones of SQLite, PostgreSQL and Oracle.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import exact_type, first
from tibidi.process.records import NamedTuple
from tibidi.redaction.records import ROWS, learn_secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from tibidi.redaction import Redactor

LITERAL = r"'(?:[^'\\]|''|\\.)*'"
PLACEHOLDER = r"\?\d*|%s|[$:]\d+(?!\w)"
INSERT = r"(?i:\b(?:insert|replace)\s[^()]{0,200}\(([^()]*)\)\s*values\s*)(?=\()"
ANOTHER_ROW = r"\s*,\s*(?=\()"
COMPARED = rf"(?<![\w$])([\w$]{{1,64}})[\"`\]]?\s*(?:=|<>|!=|\b(?i:like)\b)\s*(?:\w+\(\s*)?({PLACEHOLDER})"
AROUND_NAMES = ' \t\r\n"`[]'
MOST_ROWS = 200


class Value(NamedTuple):
    """Where a value is in a statement, and its column."""

    start: int
    end: int
    column: str


def inserted(blank: str) -> Iterator[Value]:
    """Yield the values of INSERT statements in a text without literals."""
    head = re.compile(INSERT).search(blank)
    while head is not None:
        columns = head[1].split(",")
        row: re.Match[str] | None = head
        while row is not None:
            spans, end = _row(blank, row.end())
            yield from [Value(*span, column.strip(AROUND_NAMES)) for span, column in zip(spans, columns)]
            row = re.compile(ANOTHER_ROW).match(blank, end)
        head = re.compile(INSERT).search(blank, end)


def _row(blank: str, at: int) -> tuple[list[tuple[int, int]], int]:
    """Return where the values are in the parentheses that begin at a place, and where those end."""
    depth, start = 0, at + 1
    spans: list[tuple[int, int]] = []
    for mark in re.compile("[(),]").finditer(blank, at):
        depth += {"(": 1, ",": 0, ")": -1}[mark[0]]
        if mark[0] != "(" and depth == (mark[0] == ","):
            spans.append((start, mark.start()))
            start = mark.end()
        if not depth:
            return spans, mark.end()
    return spans, len(blank)


def literals(statement: str) -> Iterator[Value]:
    """Yield the texts in quotes that INSERT statements contain."""
    for value in inserted(_without_literals(statement)):
        for match in re.compile(LITERAL).finditer(statement, value.start, value.end):
            yield Value(match.start() + 1, match.end() - 1, value.column)


def learn(redactor: Redactor, statement: str, others: Iterable[Any]) -> None:
    """Learn the secrets among the parameters of a statement: in those rows, or lists of rows, that have its length."""
    blank = _without_literals(statement)
    marks = list(re.finditer(PLACEHOLDER, blank))
    numbers = [int(mark[0][1:]) - 1 if mark[0][1:].isdecimal() else place for place, mark in enumerate(marks)]
    starts = [mark.start() for mark in marks]
    values = [*inserted(blank), *(Value(*match.span(2), match[1]) for match in re.finditer(COMPARED, blank))]
    secret = [
        (number, value.column)
        for value in values
        if redactor.is_secret_name(value.column)
        for number in numbers[bisect_left(starts, value.start) : bisect_left(starts, value.end)]
    ]
    for row in _rows(others, max(numbers) + 1) if secret else ():
        for number, column in secret:
            if redactor.conceals(column, row[number]):
                learn_secret(redactor, row[number])


def _rows(values: Iterable[Any], length: int) -> Iterator[Any]:
    """Yield the rows of a length among values, and in lists of rows."""
    for value in values:
        if exact_type(value) in ROWS:
            rows = [value, *first(value, MOST_ROWS)]
            yield from [row for row in rows if exact_type(row) in ROWS and len(row) == length]


def _without_literals(statement: str) -> str:
    """Return a statement of the same length, with nothing in its quotes."""
    return re.sub(LITERAL, lambda it: f"'{'_' * (len(it[0]) - 2)}'", statement)
