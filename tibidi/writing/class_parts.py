"""Reduce what classes consist of: cached properties, and the internals of dataclasses."""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import dictionary
from tibidi.words import vocabulary as words
from tibidi.writing.instances import NEW

if TYPE_CHECKING:
    from typing import Any


def reduce_class_part(thing: Any) -> object:
    """Reduce a cached property, or the internals of dataclasses, so that other versions can read them."""
    if type(thing).__module__ == "functools":  # Python 3.12 removed the lock
        own = dictionary(thing)
        return type(thing), (own["func"],), {name: own[name] for name in own if name != "lock"}
    for name in ("MISSING", "KW_ONLY"):
        if thing is getattr(sys.modules["dataclasses"], name, None):
            return words._field, (name,)
    if type(thing).__name__ == "_FIELD_BASE":  # the kind of another field
        return words._field, (thing.name,)
    state = {name: getattr(thing, name, None) for name in getattr(type(thing), "__slots__", ())}
    return NEW, (type(thing),), state, None, None, words._slots_state
