"""Learn the secrets in rows below a header, and in more records than are looked at one by one."""

from __future__ import annotations

import re
from contextlib import suppress

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import DICTS, dictionary, exact_type, first, type_name
from tibidi.redaction.concealing import COLUMNS, SCALARS
from tibidi.redaction.looks import is_varied
from tibidi.redaction.names import HARD, LONGEST_READ, as_text, kind_of_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from tibidi.look.classes import ClassFacts
    from tibidi.redaction import Redactor

MAX_ITEMS = 200
MEMORY = frozenset({"array.array", "memoryview"})
MAX_RECORDS = 100_000
MAX_COLUMNS = 100
MAX_TRIED = 200  # cells, one of which must look like no word
ROWS = frozenset({list, tuple})
MOST_LEVELS = 3  # of containers in containers
CONTAINERS = frozenset({list, tuple, set, frozenset})
PLAIN = frozenset({str, int, float})


def learn(redactor: Redactor, rows: Any, head: list[Any]) -> None:
    """Learn the secrets of a list, of which `head` are the first items."""
    if exact_type(head[0]) in ROWS:
        names = first(head[0], MAX_COLUMNS)
        if all(type(name) is str and name.replace("_", "").replace(" ", "").isalpha() for name in names):
            _columns(redactor, rows, [at for at, name in enumerate(names) if kind_of_name(name) == HARD], len(head[0]))
    elif len(rows) > len(head):
        secret = {name for name, value in _entries(head) if redactor.conceals(name, value)}
        for name, value in _entries(first(rows, MAX_RECORDS)[len(head) :]) if secret else ():
            if name in secret:
                redactor.learn(value)


def learn_message(redactor: Redactor, message: object, arguments: object) -> None:
    """Learn the secrets in the message of a log record, whose arguments stand beside it until it is formatted."""
    if type(message) is str and type(arguments) is tuple:
        with suppress(TypeError, ValueError):
            redactor.learn_from(message % tuple(each if exact_type(each) in PLAIN else "" for each in arguments))


def learn_secret(redactor: Redactor, value: Any, levels: int = MOST_LEVELS) -> None:
    """Learn a secret text, what it has after a sign (`--password=x`), or arbitrary texts in a container."""
    cls = type(value)
    if cls is tuple and len(value) == 2:  # user and password
        redactor.learn(value[1])
    elif re.fullmatch(COLUMNS, type_name(cls)):
        from tibidi.redaction import tables  # few crashes have tables

        learn_secret(redactor, tables.cells(value)[:MAX_TRIED], levels)
    elif issubclass(cls, dict) or exact_type(value) in CONTAINERS or type_name(cls) == "collections.deque":
        for each in first(dict.values(value) if issubclass(cls, dict) else value, MAX_TRIED):
            text = as_text(each, LONGEST_READ)
            if text is not None and is_varied(text):
                redactor.learn(each)
            elif levels and (type(each) is dict or exact_type(each) in CONTAINERS):
                learn_secret(redactor, each, levels - 1)
    else:
        for each in _spelt(value):
            redactor.learn(each)


def _spelt(value: Any) -> list[object]:
    """Return a secret that is no container as it may be written, with what it has after a sign."""
    name = type_name(type(value))
    if name in MEMORY:
        return [value.tobytes()]
    if name in SCALARS:
        text = str(dictionary(value).get("data") if name == "collections.UserString" else value)
        return [text, text.replace("-", "")]
    is_option = type(value) is str and value[:1] == "-" and "=" in value
    return [value, value.partition("=")[2]] if is_option else [value]


def variables(function: Any) -> Iterator[tuple[str, object]]:
    """Yield the parameters of a function with their defaults, its attributes, and the variables that it closes over."""
    code, defaults = function.__code__, function.__defaults__ or ()
    yield from zip(code.co_varnames[code.co_argcount - len(defaults) :], defaults)
    yield from (function.__kwdefaults__ or {}).items()
    yield from function.__dict__.items()
    for name, cell in zip(code.co_freevars, function.__closure__ or ()):
        with suppress(ValueError):  # an empty cell
            yield name, cell.cell_contents


def content(value: Any, facts: ClassFacts) -> tuple[list[Any], list[Any]]:
    """Return what an instance of a subclass of a builtin type contains: with names, and without."""
    kind: Any = facts.kind
    if kind in DICTS:
        return first(kind.items(value), MAX_ITEMS), []
    if facts.kind is list:
        return [], first(list.__iter__(value), MAX_ITEMS)
    if facts.kind is tuple:
        items = first(tuple.__iter__(value), MAX_ITEMS)
        return ([], items) if facts.fields is None else (list(zip(facts.fields, items)), [])
    return [], []


def _entries(rows: list[Any]) -> Iterator[tuple[str, object]]:
    for row in rows:
        if type(row) is dict:
            yield from [(name, value) for name, value in first(dict.items(row), MAX_COLUMNS) if type(name) is str]


def _columns(redactor: Redactor, rows: Any, secret: list[int], width: int) -> None:
    others = first(rows, MAX_RECORDS)[1:] if secret else []
    data = [row for row in others if exact_type(row) in ROWS and len(row) == width]
    cells = [row[at] for row in data for at in secret]
    if any(type(cell) is str and is_varied(cell) for cell in cells[:MAX_TRIED]):
        for cell in cells:
            redactor.learn(cell)
