"""What happened before a crash: the tail of the log, and the exceptions that were caught.  Few crashes have either."""

from __future__ import annotations

import re
import sys

from tibidi import TYPE_CHECKING
from tibidi.history import LogRecord, SwallowedException
from tibidi.model import REDACTED_TEXT, TOO_LARGE, UNAVAILABLE, Omission
from tibidi.process import MAX_CAUGHT, MAX_LOGGED, time
from tibidi.process.texts import ascii_safe, iso_time

if TYPE_CHECKING:
    from typing import Any

    from tibidi.redaction import Redactor

MAX_CHARACTERS = 1 << 18  # of the texts of all records
LONGEST_WORD = 200  # characters


class Shown(str):
    """A text without quotation marks in its repr(): what is known of an argument that was not plain."""

    __slots__ = ()
    __repr__ = str.__str__


def before(redactor: Redactor, omissions: list[Omission]) -> dict[str, Any]:
    """Return what happened before a crash, by the fields of the summary."""
    tail, caught = (sys.modules.get(f"tibidi.hooks.{name}") for name in ("tail", "swallowed"))
    records, places = list(tail.records) if tail else [], caught.shown() if caught else []
    texts = [_formatted(record, redactor) for record in records]
    for text in [*texts, *map(_message, places)]:
        redactor.learn_from(text)  # a secret that one of them names is redacted in all
    log = _log(records, texts, redactor, omissions)
    swallowed = _swallowed(caught, places, redactor, omissions) if caught else ()
    return {"log": log, "swallowed": swallowed}


def _swallowed(
    hook: Any, places: list[Any], redactor: Redactor, omissions: list[Omission]
) -> tuple[SwallowedException, ...]:
    omissions += [Omission("swallowed", UNAVAILABLE, gap) for gap in [hook.tool.gap()] if gap]
    start = time.time() - time.monotonic()
    found = []
    for each in places:
        place = each.file, each.module, each.line, each.name
        record = iso_time(int((start + each.time) * 1e9)), each.type, _message(each), each.count(), *place, *each.origin
        found.append([part if type(part) is int else ascii_safe(redactor.text(part)) for part in record])
    return tuple(map(SwallowedException._make, found))


def _formatted(record: tuple[Any, ...], redactor: Redactor) -> str:
    *_, template, arguments, error = record
    return _text(template, arguments, redactor) + (f" [{_shown(error)}]" if error else "")


def _message(place: Any) -> str:
    return ", ".join([_whole(text, MAX_CAUGHT) for text in place.texts])


def _whole(text: str, most: int) -> str:
    """Return a text without its last word if it was cut there: a part of a secret is not recognized."""
    if len(text) <= most:
        return text
    kept = text[:most]
    word = re.split(r"\s", kept[-LONGEST_WORD:])[-1]
    return f"{kept[: len(kept) - len(word)].rstrip()} …".lstrip()


def _log(
    records: list[tuple[Any, ...]], formatted: list[str], redactor: Redactor, omissions: list[Omission]
) -> tuple[LogRecord, ...]:
    """Return the records of the tail, the oldest first; the oldest are left out if all take too much room."""
    found: list[LogRecord] = []
    room = MAX_CHARACTERS
    for (when, level, logger, file, line, name, thread, *_), text in zip(reversed(records), reversed(formatted)):
        facts = map(str, map(_shown, (level, logger, file, name, thread)))
        texts = [ascii_safe(redactor.text(each)) for each in (*facts, text)]
        room -= sum(map(len, texts))
        if room < 0:
            omissions.append(Omission("log", TOO_LARGE, f"{len(records) - len(found)} older records are left out"))
            break
        level, logger, file, name, thread, text = texts
        number = line if type(line) is int else 0
        found.append(LogRecord(iso_time(int(when * 1e9)), level, logger, file, number, name, thread, text))
    return tuple(found[::-1])


def _text(text: Any, arguments: Any, redactor: Redactor) -> str:
    """Format a record as its library would have done; an argument that is not plain is shown as its type."""
    template = str(_shown(text))
    if type(arguments) is list:
        items = [f"{_shown(name)}={_value(name, value, redactor)!r}" for name, value in arguments]
        return " ".join([template, *items])
    if not arguments:
        return template
    values: Any = tuple(map(_shown, arguments))
    if type(arguments) is dict:
        values = {name: _value(name, value, redactor) for name, value in arguments.items()}
    try:
        return str(template % values)
    except Exception:  # noqa: BLE001 - a template that does not fit
        return f"{template} {values}"


def _value(name: object, value: object, redactor: Redactor) -> object:
    if not redactor.conceals(name, value):
        return _shown(value)
    redactor.learn(value)
    return REDACTED_TEXT


def _shown(value: Any) -> Any:
    """Return a plain value; for a tuple with the name of a type, and maybe the text of an exception, a text."""
    if type(value) is str:
        return _whole(value, MAX_LOGGED)
    if type(value) is not tuple:
        return value
    name, *texts = [_whole(text, MAX_LOGGED) for text in value]
    return Shown(f"{name}({texts[0]!r})" if texts else f"<{name}>")
