"""Give an object its state where its own `__setstate__` is missing.

The interpreter, dataclasses and attrs write as a state: attributes, slots, or
the values of the fields in their order.
"""

from __future__ import annotations

from reprlib import recursive_repr

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import dictionary
from tibidi.look.anatomy import dictionary_reader
from tibidi.look.anatomy import members
from tibidi.look.classes import declared_fields

if TYPE_CHECKING:
    from typing import Any


def set_state(thing: Any, state: object) -> bool:
    """Set attributes as a state says, without running application code; return True if it was understood."""
    attributes = attributes_in(type(thing), state)
    if attributes is None:
        return False
    read = dictionary_reader(type(thing))
    own = None if read is None else read(thing)
    slots = members(type(thing))
    try:
        for name, value in attributes.items():
            if own is None or name in slots:
                object.__setattr__(thing, name, value)
            else:
                own[name] = value
    except (AttributeError, TypeError):  # no such slot here
        return False
    return True


def attributes_of(thing: object) -> dict[str, object]:
    """Return the declared fields, the slots and the `__dict__` of a thing."""
    found = {name: getattr(thing, name) for name in _field_names(type(thing)) if hasattr(thing, name)}
    return {**found, **dictionary(thing)}


@recursive_repr()
def show_attributes(thing: object) -> str:
    """Show a thing as dataclasses do: its type and attributes."""
    shown = (f"{name}={value!r}" for name, value in attributes_of(thing).items())
    return f"{type(thing).__qualname__}({', '.join(shown)})"


def attributes_in(cls: type, state: object) -> dict[str, object] | None:
    """Return the attributes in a state, None if its form is unknown."""
    if type(state) is dict and all(type(name) is str for name in state):
        return state
    if type(state) not in (tuple, list):
        return None
    parts: list[Any] = list(state)  # type: ignore[call-overload]  # a tuple or list
    if type(state) is tuple and len(parts) == 2 and all(part is None or type(part) is dict for part in parts):
        return {name: value for part in parts for name, value in (part or {}).items()}
    names = _field_names(cls)
    return dict(zip(names, parts)) if names and len(names) == len(parts) else None


def _field_names(cls: type) -> tuple[str, ...]:
    """Return the names of the fields that a class declares, else those of its slots, in the order of their values."""
    declared = declared_fields(cls)
    return tuple(members(cls)) if declared is None else declared
