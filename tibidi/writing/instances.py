"""Reduce instances: by their own methods, or to their attributes."""

from __future__ import annotations

import copyreg
import operator
from _pickle import PicklingError
from types import BuiltinFunctionType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import dictionary, dictionary_reader, members, mro, namespace, native_base, values
from tibidi.words import vocabulary as words
from tibidi.writing.naming import is_builtin, reduce_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tibidi.writing.pickle_state import Reduced

REDUCE = operator.methodcaller("__reduce_ex__", words.PROTOCOL)
NEW: Any = copyreg.__newobj__  # type: ignore[attr-defined]  # private, so not in typeshed
RECONSTRUCT: Any = copyreg._reconstructor  # type: ignore[attr-defined]  # likewise


def reduce_with_getattr(thing: object) -> object:
    """Reduce an object by its own `__reduce_ex__`, which may call its `__getattr__`."""
    return named(thing, REDUCE(thing))


def named(thing: object, reduced: Any, *, is_own: bool = True) -> object:
    """Normalize a reduce value, of a method of the object if `is_own`; a name becomes that by which it is found."""
    if type(reduced) is not str:
        has_state = type(reduced) is not tuple or (len(reduced) > 2 and reduced[2] is not None)
        cls = type(thing)
        if is_own and not has_state and reduced[0] is cls and (dictionary(thing) or namespace(cls).get("__slots__")):
            from tibidi.writing.libraries import with_attributes  # few types

            return with_attributes(thing, reduced)
        # How C reduces methods of built-in types, such as that of a lock: an attribute of a stand-in is one, too.
        is_attribute = type(reduced) is tuple and len(reduced) == 2 and reduced[0] is getattr
        return (words._attribute, *reduced[1:]) if is_attribute else reduced
    is_object = native_base(type(thing)) is object
    if is_object and getattr(thing, "__module__", None) == "__main__":
        return instance(thing)  # `__main__` is another module where the dump is read
    try:
        return reduce_name(thing, reduced)
    except PicklingError:
        if not is_object:
            raise
        return instance(thing)


def reducer_like(reduced: Reduced, thing: object) -> Callable[[Any], Any]:
    """Return a reducer for objects with a `__dict__` and nothing else, if `thing` is one; else the interpreter's."""
    cls = type(thing)
    arguments = (cls,)
    read = dictionary_reader(cls)
    has_slots = namespace(cls).get("__slotnames__") != []  # where copyreg caches the slots of a class
    if has_slots or read is None or reduced[:2] != (NEW, arguments) or reduced[3:] != (None, None):
        return reduce_with_getattr
    is_dictionary = reduced[2] is read(thing)
    return (lambda thing: (NEW, arguments, read(thing) or None)) if is_dictionary else reduce_with_getattr


def makes_itself(cls: type) -> bool:
    """Return True for a class of exceptions whose `__new__` is C code of a library: that of its base is refused."""
    makers = [base for base in mro(cls) if type(namespace(base).get("__new__")) is BuiltinFunctionType]
    return not is_builtin(makers[0])


def instance(thing: object) -> Reduced:
    """Reduce an object as `object` would: class, attributes, slots."""
    own, slots = dictionary(thing), dict(values(thing, members(type(thing))))
    return NEW, (type(thing),), (own or None, slots) if slots else own or None
