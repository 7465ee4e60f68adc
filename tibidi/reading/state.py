"""Set the state of an object without its own `__setstate__`.

A state as the interpreter, dataclasses, attrs and pydantic write it: attributes,
slots, or the values of the fields in their order.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence
from reprlib import recursive_repr

from tibidi.look.anatomy import dictionary, dictionary_reader, members, native_base
from tibidi.look.classes import declared_fields
from tibidi.process.hints import Any


def set_state(thing: Any, state: object) -> bool:
    """Set the attributes in a state; return False if it is not understood.  No application code runs."""
    attributes = attributes_in(state, field_names(type(thing)))
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


def fill(made: Any, content: Any) -> None:
    """Give an instance of a class on a built-in container its items, by the methods of that container alone."""
    native: Any = native_base(type(made))
    if native is OrderedDict:
        for key, value in content.items():
            native.__setitem__(made, key, value)
    else:
        (native.extend if issubclass(native, (list, deque)) else native.update)(made, content)


@recursive_repr()
def show_attributes(thing: object) -> str:
    """Return a repr as dataclasses have it: the type, and the attributes in the slots and the `__dict__`."""
    names = field_names(type(thing)) or members(type(thing))  # the fields of attrs are unknown where it is missing
    found = {name: getattr(thing, name) for name in names if hasattr(thing, name)}
    shown = (f"{name}={value!r}" for name, value in {**found, **dictionary(thing)}.items())
    return f"{type(thing).__qualname__}({', '.join(shown)})"


def attributes_in(state: Any, names: Sequence[str]) -> dict[str, object] | None:
    """Return the attributes in a state, None if it is of an unknown kind; `names` are those of bare values.

    A dictionary, one of slots, or both (PEP 307); attributes may be within "__dict__", as pydantic writes them.
    """
    parts = state if type(state) is tuple and len(state) == 2 else (state,)
    if all(part is None or isinstance(part, dict) for part in parts):
        found = {name: value for part in parts for name, value in (part or {}).items()}
    elif type(state) in {list, tuple} and len(state) == len(names) > 0:
        found = dict(zip(names, state))
    else:
        return None
    if type(found.get("__dict__")) is dict:
        found = {**found.pop("__dict__"), **found}
    return found if all(type(name) is str for name in found) else None


def field_names(cls: type) -> tuple[str, ...]:
    """Return the names of the fields that a class declares, else those of its slots, in the order of their values."""
    declared = declared_fields(cls)
    return tuple(members(cls)) if declared is None else declared
