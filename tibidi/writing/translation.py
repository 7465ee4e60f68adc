"""cloudpickle's reducers, translated into our words.

They name internals of cloudpickle, which change from release to release; a dump names our words instead.  Loaded by
`naming` when needed, as cloudpickle is slow to import.
"""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import contents, member_attributes, native_base
from tibidi.process.quiet import warnings_hidden
from tibidi.words import vocabulary as words
from tibidi.writing.naming import is_native_attribute, needed_first

with warnings_hidden():  # the import hooks of an application warn of code that they do not like, such as beartype's
    import cloudpickle
    from cloudpickle.cloudpickle import _should_pickle_by_reference as is_importable

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tibidi.writing.pickle_state import Reduced

__all__ = ["is_importable", "reduce_class", "reducer_for"]

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
PLAIN: frozenset[Any] = frozenset({bytes, complex, float, int, str, tuple})
# Attributes with the values of members, which `enum` has set since versions that cloudpickle does not know.
MADE_BY_ENUM = ("_hashable_values_", "_unhashable_values_", "_unhashable_values_map_")
# Where a reduce value has functions: the one to call, and the one that sets the state.
FUNCTION_PLACES = (0, 5)


def reduce_class(cls: type) -> Any:
    """Reduce a class that cannot be imported by its name."""
    reduced = cloudpickle.Pickler.reducer_override(None, cls)
    if reduced is NotImplemented:
        return NotImplemented
    reduced = translated(reduced)
    if reduced[0] is words._class:
        attributes = reduced[2][0]
        attributes.setdefault("__qualname__", cls.__qualname__)
        reduced[1][3].update({name: attributes[name] for name in needed_first(cls) if name in attributes})
        for name in [name for name, value in attributes.items() if is_native_attribute(value, cls)]:
            del attributes[name]
    return enumeration(cls, reduced) if reduced[0] is words._enum else reduced


def reference_elsewhere(cls: type) -> Reduced | None:
    """Return a reference to a class of a library that names a module that is loaded on demand, such as numpy.rec."""
    name, package = cls.__qualname__, f"{cls.__module__.partition('.')[0]}."
    places = [(home, each) for home, each in list(sys.modules.items()) if f"{home}.".startswith(package)]
    home = next((home for home, each in places if contents(each).get(name) is cls), None)
    return None if home is None else (words._reference, (home, name, native_base(cls).__name__, ()))


def enumeration(cls: Any, reduced: Reduced) -> Reduced:
    """Add what cloudpickle leaves out: aliases, the arguments of members, and their own attributes."""
    bases, name, qualname, _, module, *_ = reduced[1]
    for each in MADE_BY_ENUM:
        reduced[2][0].pop(each, None)
    known = cls.__members__
    members = {each: member._value_ for each, member in known.items()}
    contents = {each: content_of(member) for each, member in known.items()}
    # Listed here, so that their attributes are written too.
    special = {each: member for each, member in known.items() if member_attributes(member)}
    return (words._enum, (bases, name, qualname, members, module, contents), (reduced[2][0], special), *reduced[3:])


def content_of(member: object) -> tuple[object, ...]:
    """Return the arguments that the builtin base of a member is made from: itself, for a number or a text."""
    base = next((base for base in type(member).__mro__ if base in PLAIN), None)
    return () if base is None else base.__getnewargs__(member)  # type: ignore[attr-defined]  # these have it


def reducer_for(cls: type) -> Callable[[Any], Reduced] | None:
    """Return the reducer that cloudpickle or copyreg has for a type, None if there is none."""
    theirs = cloudpickle.Pickler.dispatch_table.get(cls)
    if cls.__name__ in {"ParamSpec", "TypeVarTuple"} and cls.__module__.startswith("typing"):
        theirs = reduce_type_parameter
    return None if theirs is None else lambda thing: translated(theirs(thing))


def reduce_type_parameter(thing: Any) -> Any:
    """Reduce what stands for several types, which cloudpickle and its own class can only name, as `def f[**P]` does."""
    name, module = thing.__name__, thing.__module__
    is_found = contents(sys.modules.get(module)).get(name) is thing and module != "__main__"
    return name if is_found else (type(thing), (name,))


def translated(reduced: object) -> Any:
    """Translate a reduce value, except a name; raise TypeError if there is no word for its function."""
    if type(reduced) is str:
        return reduced
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
