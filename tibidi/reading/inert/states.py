"""Set the state of inert objects, and give items to those of unknown kind."""

from __future__ import annotations

from typing import Any

from tibidi.reading.inert.types import PARTIAL
from tibidi.reading.inert.types import InertCall
from tibidi.reading.inert.types import InertPartial
from tibidi.reading.inert.types import InertSequence
from tibidi.reading.inert.types import make_type
from tibidi.reading.inert.types import text_keys
from tibidi.reading.state import attributes_in


def absorb(made: Any, state: Any) -> None:
    """Set the attributes of an object from its state."""
    if isinstance(made, InertPartial) and type(state) is tuple and len(state) == len(PARTIAL):
        made.__dict__.update(zip(PARTIAL, state))
        return
    found = attributes_in(state, getattr(type(made), "_inert_slots_", ()))
    if found is None:
        made.__dict__["__state__"] = state  # the argument of __setstate__
    else:
        made.__dict__.update(text_keys(found))


def held(target: InertCall, kind: type[InertSequence], empty: Any) -> Any:
    """Return the container for the items of an object of unknown kind, which shows them from now on."""
    if not isinstance(target, InertSequence):
        cls = type(target)
        shown = make_type(cls.__module__, cls.__qualname__, kind, cls)
        target.__class__ = shown
        target.__dict__["_items_"] = empty
    return target.__dict__["_items_"]
