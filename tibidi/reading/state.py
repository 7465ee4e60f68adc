"""Give an object its state where its own way of taking it is not there.

What the interpreter, dataclasses and attrs write as a state: attributes, slots,
or the values of the fields in their order.
"""

from __future__ import annotations

from reprlib import recursive_repr

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import dictionary
from tibidi.look.anatomy import dictionary_reader

if TYPE_CHECKING:
    from typing import Any


def set_state(thing: Any, state: object) -> bool:
    """Set attributes as a state says; tell whether it was understood.  No code of the application is run."""
    attributes = attributes_in(type(thing), state)
    if attributes is None:
        return False
    read = dictionary_reader(type(thing))
    own = None if read is None else read(thing)
    try:
        for name, value in attributes.items():
            if own is None or _is_slot(type(thing), name):
                object.__setattr__(thing, name, value)
            else:
                own[name] = value
    except (AttributeError, TypeError):  # no such slot here
        return False
    return True


def attributes_of(thing: object) -> dict[str, object]:
    """Return what is in the slots and the `__dict__` of a thing."""
    found = {name: getattr(thing, name) for name in field_names(type(thing)) if hasattr(thing, name)}
    return {**found, **dictionary(thing)}


@recursive_repr()
def show_attributes(thing: object) -> str:
    """Show a thing as dataclasses do: its type and attributes."""
    shown = (f"{name}={value!r}" for name, value in attributes_of(thing).items())
    return f"{type(thing).__qualname__}({', '.join(shown)})"


def attributes_in(cls: type, state: object) -> dict[str, object] | None:
    """Return the attributes in a state, None where it is of an unknown make."""
    if type(state) is dict and all(type(name) is str for name in state):
        return state
    if type(state) not in (tuple, list):
        return None
    parts: list[Any] = list(state)  # type: ignore[call-overload]  # a tuple or list
    if type(state) is tuple and len(parts) == 2 and all(part is None or type(part) is dict for part in parts):
        return {name: value for part in parts for name, value in (part or {}).items()}
    names = field_names(cls)
    return dict(zip(names, parts)) if names and len(names) == len(parts) else None


def field_names(cls: type) -> list[str]:
    """Return the names of fields that a dataclass, an attrs class or slots declare, in the order of their values."""
    fields = getattr(cls, "__dataclass_fields__", None)
    if isinstance(fields, dict):
        return list(fields)
    attributes = getattr(cls, "__attrs_attrs__", None)
    if isinstance(attributes, tuple):
        return [getattr(each, "name", "") for each in attributes]
    return [name for base in reversed(cls.__mro__) for name in _slots(base)]


def _slots(cls: type) -> tuple[str, ...]:
    names = vars(cls).get("__slots__", ())
    names = (names,) if isinstance(names, str) else names
    return tuple(name for name in names if not name.startswith("__"))


def _is_slot(cls: type, name: str) -> bool:
    return any(name in _slots(base) for base in cls.__mro__)
