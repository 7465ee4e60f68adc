"""cloudpickle's way of taking things apart, in our words.

What its reducers name are its own internals, which change from release to
release; a dump names what `vocabulary` has for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cloudpickle

from tibidi.pickling import vocabulary as words
from tibidi.pickling.anatomy import mro
from tibidi.pickling.anatomy import namespace
from tibidi.pickling.anatomy import type_flags
from tibidi.pickling.anatomy import type_qualname

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tibidi.pickling.ledger import Reduced

OUR_WORDS: dict[str, Callable[..., object]] = {
    "_builtin_type": words._type,
    "_class_setstate": words._class_state,
    "_get_dataclass_field_type_sentinel": words._field,
    "_make_dict_items": words._items,
    "_make_dict_keys": words._keys,
    "_make_dict_values": words._values,
    "_make_skeleton_class": words._class,
    "_make_skeleton_enum": words._enum,
    "_make_typevar": words._typevar,
    "getattr": words._attribute,
}
# Where in what a reducer returns there are functions: the one to call, and the one that sets the state.
FUNCTION_PLACES = (0, 5)


def reduce_class(cls: type) -> Any:
    """Take a class apart that cannot be imported by its name; NotImplemented for one that can."""
    reduced = cloudpickle.Pickler.reducer_override(None, cls)
    if reduced is NotImplemented:
        return reference(cls)
    reduced = translated(reduced)
    if reduced[0] is words._class:
        reduced[2][0].setdefault("__qualname__", cls.__qualname__)
    return reduced


def reference(cls: type) -> Any:
    """Return how a class is named: with what it is built on, too, so that its instances can be read without it."""
    bases = mro(cls)
    layout = next((base for base in bases if not type_flags(base) & words.HEAP_TYPE), object)
    name, module = type_qualname(cls), namespace(cls).get("__module__")
    if layout is object or layout is type or bases[0] is layout or type(module) is not str:
        return NotImplemented
    fields = next((namespace(base)["_fields"] for base in bases if "_fields" in namespace(base)), ())
    is_named = layout is tuple and type(fields) is tuple and all(type(field) is str for field in fields)
    return words._reference, (module, name, layout.__name__, fields if is_named else ())


def reducer_for(cls: type) -> Callable[[Any], Reduced] | None:
    """Return the reducer that cloudpickle or copyreg has for a type, None where they have none."""
    theirs = cloudpickle.Pickler.dispatch_table.get(cls)
    return None if theirs is None else lambda thing: translated(theirs(thing))


def translated(reduced: object) -> Reduced:
    """Return what a reducer says, in our words; raise TypeError where there is no word for it."""
    if type(reduced) is not tuple:
        raise TypeError(f"unexpected from a reducer: {type(reduced).__name__}")
    return tuple(_our_word(each) if place in FUNCTION_PLACES else each for place, each in enumerate(reduced))


def _our_word(function: object) -> object:
    name = getattr(function, "__name__", "")
    if name in OUR_WORDS:
        return OUR_WORDS[name]
    if str(getattr(function, "__module__", "")).startswith("cloudpickle"):
        raise TypeError(f"no word for {name} of cloudpickle")
    return function
