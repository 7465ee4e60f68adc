"""What becomes of the state that a pickle has for an inert object, and of items for one of unknown make."""

from __future__ import annotations

from typing import Any

from tibidi.reading.inert.types import PARTIAL
from tibidi.reading.inert.types import InertCall
from tibidi.reading.inert.types import InertPartial
from tibidi.reading.inert.types import InertSequence
from tibidi.reading.inert.types import make_type
from tibidi.reading.inert.types import text_keys


def absorb(made: Any, state: Any) -> None:
    """Put a state into the attributes of an object: a dictionary, one of slots, or both (PEP 307)."""
    if isinstance(made, InertPartial) and type(state) is tuple and len(state) == len(PARTIAL):
        made.__dict__.update(zip(PARTIAL, state))
        return
    parts = state if type(state) is tuple and len(state) == 2 else (state,)
    if not all(part is None or isinstance(part, dict) for part in parts):
        names = getattr(type(made), "_inert_slots_", ())
        if type(state) in {list, tuple} and names and len(names) == len(state):
            made.__dict__.update(zip(names, state))
            return
        made.__dict__["__state__"] = state  # what __setstate__ would have been given
        return
    for part in parts:
        attributes = text_keys(part)
        if type(attributes.get("__dict__")) is dict:  # as pydantic has it
            made.__dict__.update(text_keys(attributes.pop("__dict__")))
        made.__dict__.update(attributes)


def held(target: InertCall, kind: type[InertSequence], empty: Any) -> Any:
    """Return what holds the items of an object of unknown make, which from now on shows them."""
    if not isinstance(target, InertSequence):
        cls = type(target)
        shown = make_type(cls.__module__, cls.__qualname__, kind, cls)
        target.__class__ = shown
        target.__dict__["_items_"] = empty
    return target.__dict__["_items_"]
