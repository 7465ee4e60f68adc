"""Redact the secrets of an object that its own `__reduce__` or `__getstate__` passes on without their names.

The filter of a pickle knows a secret by the name before it.  Here the attributes of the object tell the names, and
the values are found by their identity.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import exact_type, mro, type_name
from tibidi.model import REDACTED, REDACTED_TEXT
from tibidi.words.standins import Redacted

if TYPE_CHECKING:
    from typing import Any

    from tibidi.look.classes import ClassFacts
    from tibidi.redaction import Redactor
    from tibidi.writing.pickle_state import PickleState

MAX_ATTRIBUTES = 100
MAX_LEVELS = 3  # of tuples and lists
ROWS = frozenset({tuple, list})


def without_secrets(thing: object, reduced: Any, facts: ClassFacts, redactor: Redactor, state: PickleState) -> Any:
    """Return the reduce value of an object without the values of attributes that have the name of a secret."""
    attributes = facts.attributes(thing, MAX_ATTRIBUTES)
    if type(reduced) is not tuple or not redactor.may_conceal([name for name, _ in attributes]):
        return reduced
    secret = {id(value): (name, value) for name, value in attributes if redactor.conceals(name, value)}
    parts = [_cleaned(part, secret, MAX_LEVELS) for part in reduced[1:3]] if secret else []
    if all(new is old for new, old in zip(parts, reduced[1:3])):
        return reduced
    for name, _ in secret.values():
        state.note(thing, REDACTED, f"the name {name!r}", name)
    return (reduced[0], *parts, *reduced[3:])


def stand_in_for(value: object) -> object:
    """Return what replaces a secret."""
    bases = mro(type(value))
    if str in bases:
        return REDACTED_TEXT
    return REDACTED_TEXT.encode() if bytes in bases else Redacted(type_name(type(value)))


def _cleaned(part: Any, secret: dict[int, tuple[str, object]], levels: int) -> Any:
    if id(part) in secret:
        return stand_in_for(part)
    if exact_type(part) not in ROWS or not levels:
        return part
    items = [_cleaned(each, secret, levels - 1) for each in part]
    return part if all(new is old for new, old in zip(items, part)) else type(part)(items)
