"""Reduce the members of enumerations.  Loaded when the first one is met."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import dictionary, member_attributes
from tibidi.words import vocabulary as words

if TYPE_CHECKING:
    from typing import Any

    from tibidi.writing.pickle_state import Reduced


def reduce_member(member: Any) -> Reduced:
    """Reduce a member to its name and value, with the attributes that it has besides."""
    own = dictionary(member)
    name, value = own.get("_name_"), own.get("_value_")
    if type(name) is not str:  # a combination of flags up to Python 3.10
        name = str(value) if type(value) is int else "?"
    reduced = words._member, (type(member), name, value)
    more = member_attributes(member)
    return (*reduced, more, None, None, words._member_state) if more else reduced
