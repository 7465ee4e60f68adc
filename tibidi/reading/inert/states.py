"""Set the state of inert objects, and give items to those of unknown kind."""

from __future__ import annotations

from typing import Any

from tibidi.reading.inert import types
from tibidi.reading.state import attributes_in


def absorb(made: Any, state: Any) -> None:
    """Set the attributes of an object from its state."""
    if isinstance(made, types.InertPartial) and type(state) is tuple and len(state) == len(types.PARTIAL):
        made.__dict__.update(zip(types.PARTIAL, state))
        return
    found = attributes_in(state, getattr(type(made), "_inert_slots_", ()))
    if found is None:
        made.__dict__["__state__"] = state  # the argument of __setstate__
    else:
        made.__dict__.update(types.text_keys(found))


def held(target: types.InertCall, kind: type[types.InertSequence], empty: Any) -> Any:
    """Return the container for the items of an object of unknown kind, which shows them from now on."""
    if not isinstance(target, types.InertSequence):
        cls = type(target)
        shown = types.make_type(cls.__module__, cls.__qualname__, kind, cls)
        target.__class__ = shown
        target.__dict__["_items_"] = empty
    return target.__dict__["_items_"]
