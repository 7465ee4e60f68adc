"""Instances, taken apart: as they say themselves, or from their attributes where that says nothing."""

from __future__ import annotations

import copyreg
import operator
import sys
from _pickle import PicklingError

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import dictionary
from tibidi.look.anatomy import dictionary_reader
from tibidi.look.anatomy import is_native
from tibidi.look.anatomy import members
from tibidi.look.anatomy import mro
from tibidi.look.anatomy import namespace
from tibidi.look.anatomy import native_base
from tibidi.look.anatomy import values
from tibidi.writing.naming import reduce_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tibidi.writing.ledger import Reduced

REDUCE = operator.methodcaller("__reduce_ex__", 5)
NEW: Any = copyreg.__newobj__  # type: ignore[attr-defined]  # no business of typeshed's
RECONSTRUCT: Any = copyreg._reconstructor  # type: ignore[attr-defined]  # likewise
STATE_HOOKS = ("__getnewargs__", "__getnewargs_ex__", "__getstate__", "__reduce__", "__reduce_ex__")


def unasked(thing: object) -> Reduced | None:
    """Take a thing apart without asking its `__getattr__` for a `__getstate__`; None where it would not be asked.

    Before Python 3.11, where `object` got one, that of a mock made one up, for ever new ones.
    """
    bases = mro(type(thing))
    if sys.version_info >= (3, 11) or not any("__getattr__" in namespace(base) for base in bases):
        return None
    if any(hook in namespace(base) for base in bases if not is_native(base) for hook in STATE_HOOKS):
        return None
    if native_base(type(thing)) is object:
        return _instance(thing)
    if getattr(thing, "__getstate__", None) is not None:
        raise TypeError("its __getattr__ answers for __getstate__, which its class does not have")
    return None


def asked(thing: object) -> object:
    """Reduce as the thing itself says."""
    return named(thing, REDUCE(thing))


def named(thing: object, reduced: object) -> object:
    """Pass on what a reducer says; where that is a name, look whether the thing has it, and elsewhere, too."""
    if type(reduced) is not str:
        return reduced
    is_object = native_base(type(thing)) is object
    if is_object and getattr(thing, "__module__", None) == "__main__":
        return _instance(thing)  # where the dump is read `__main__` is another one
    try:
        return reduce_name(thing, reduced)
    except PicklingError:
        if not is_object:
            raise
        return _instance(thing)


def reducer_like(reduced: Reduced, thing: object) -> Callable[[Any], Any]:
    """Return a reducer of things that are a `__dict__` and nothing else, if `thing` is; else the interpreter's."""
    cls = type(thing)
    arguments = (cls,)
    read = dictionary_reader(cls)
    has_slots = namespace(cls).get("__slotnames__") != []  # where copyreg keeps what it has found
    if has_slots or read is None or reduced[:2] != (NEW, arguments) or reduced[3:] != (None, None):
        return asked
    return (lambda thing: (NEW, arguments, read(thing) or None)) if reduced[2] is read(thing) else asked


def _instance(thing: object) -> Reduced:
    """Take a thing apart as `object` would: class, attributes, slots."""
    own, slots = dictionary(thing), dict(values(thing, members(type(thing))))
    return NEW, (type(thing),), (own or None, slots) if slots else own or None
