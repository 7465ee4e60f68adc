"""Reduce what classes consist of: members of enumerations, cached properties, and the internals of dataclasses."""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import dictionary, member_attributes
from tibidi.words import vocabulary as words
from tibidi.writing.instances import NEW

if TYPE_CHECKING:
    from typing import Any

    from tibidi.writing.pickle_state import Reduced


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


def reduce_member(member: Any) -> Reduced:
    """Reduce a member to its name and value, with the attributes that it has besides."""
    own = dictionary(member)
    name, value = own.get("_name_"), own.get("_value_")
    if type(name) is not str:  # a combination of flags up to Python 3.10
        name = str(value) if type(value) is int else "?"
    reduced = words._member, (type(member), name, value)
    more = member_attributes(member)
    return (*reduced, more, None, None, words._member_state) if more else reduced
