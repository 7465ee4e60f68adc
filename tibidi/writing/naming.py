"""What is pickled by its name, and when cloudpickle is asked how to take something apart.

cloudpickle knows best, and takes ten milliseconds to import, a quarter of
a small dump.  So what is plain is answered here and in `ordinary`, in the same
way, and `translation`, which imports it, is loaded for the first thing that is
not.
"""

from __future__ import annotations

import copyreg
import sys
from _pickle import PicklingError

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import HEAP_TYPE
from tibidi.look.anatomy import contents
from tibidi.look.anatomy import is_native
from tibidi.look.anatomy import namespace
from tibidi.look.anatomy import native_base
from tibidi.look.anatomy import snapshot
from tibidi.look.anatomy import type_flags
from tibidi.look.anatomy import type_qualname
from tibidi.look.classes import declared_fields
from tibidi.words import vocabulary as words
from tibidi.writing import ordinary

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from typing import Any

    from tibidi.writing.ledger import Reduced

# Types that cloudpickle has reducers for: builtin ones by name, of others the modules.
THEIR_TYPES = frozenset({
    "dict_items", "dict_keys", "dict_values", "getset_descriptor", "memoryview", "odict_items", "odict_keys",
    "odict_values",
})  # fmt: skip
THEIR_MODULES = frozenset({"_abc", "_weakrefset", "abc", "logging", "typing", "weakref"})


def is_importable(thing: Any) -> bool:
    """Tell whether a function or class is found under its name, and so is pickled by it."""
    module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", None)
    if module == "tibidi":  # what stands for whatever fails must not fail itself
        return is_found(thing)
    # By its submodule, as the application may have a `cloudpickle.py` of its own.
    if "cloudpickle.cloudpickle" in sys.modules or type(module) is not str or type(name) is not str:
        # Modules may be registered there to be pickled by value; and it looks everywhere for what has no module.
        return bool(_translation().is_importable(thing))
    return is_found(thing)


def is_found(thing: Any) -> bool:
    """Tell whether a thing is what its module, which is not `__main__`, has under its name."""
    module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", None)
    if type(module) is not str or type(name) is not str or module == "__main__":
        return False
    return _find(module, name) is thing


def reduce_name(thing: object, name: str) -> Any:
    """Say how a thing is written that pickles itself as what has that name in its module.

    Something else may have the name by now, as our hook has in
    `sys.excepthook`: then it goes by another one, `__excepthook__`.  Raises
    PicklingError when it is nowhere, which a pickler in C would do too late.
    """
    module = getattr(thing, "__module__", None)
    if type(module) is str:
        found = name if _find(module, name) is thing else alias(thing, module)
        if found is None:
            raise PicklingError(f"{module}.{name} is something else, or not there")
        return found
    for home in _homes(type(thing)):
        if contents(home).get(name) is thing:
            return words._attribute, (home, name)
    raise PicklingError(f"{name} is in no module")


def _homes(cls: type) -> Iterator[object]:
    """Yield where a thing may be at home that does not know its module: numpy has its functions under many roofs."""
    module = cls.__module__
    yield sys.modules.get(module.partition(".")[0])
    yield sys.modules.get(module)
    yield from [each for name, each in list(sys.modules.items()) if name != "__main__"]


def alias(thing: object, module: str) -> str | None:
    """Return the name under which a loaded module has a thing, None where it has it not."""
    known: Any = snapshot(contents(sys.modules.get(module)).items())
    return next((name for name, each in known if each is thing), None)


def reduce_class(cls: type) -> Any:
    """Take a class apart that cannot be imported by its name; say how the name is written of one that can."""
    if is_importable(cls):
        return reference(cls)
    known = alias(cls, cls.__module__) if is_native(cls) else None
    if known is not None:
        return known
    return ordinary.reduce_class(cls) or _translation().reduce_class(cls)


def reducer_for(cls: type) -> Callable[[Any], Reduced] | None:
    """Return the reducer that cloudpickle or copyreg has for a type, None where they have none."""
    if cls in ordinary.REDUCERS:
        return ordinary.REDUCERS[cls]
    if not may_be_theirs(cls) and cls not in copyreg.dispatch_table:
        return None
    reducer: Callable[[Any], Reduced] | None = _translation().reducer_for(cls)
    return reducer


def may_be_theirs(cls: type) -> bool:
    """Tell whether cloudpickle might have a reducer for a type: quickly, and rather too often."""
    if not type_flags(cls) & HEAP_TYPE:
        return type_qualname(cls) in THEIR_TYPES
    return namespace(cls).get("__module__") in THEIR_MODULES


def reference(cls: type) -> Any:
    """Return how a class is named: with what it is built on, too, so that its instances can be read without it."""
    built_on = native_base(cls)
    name, module = type_qualname(cls), namespace(cls).get("__module__")
    if built_on is object or built_on is type or built_on is cls or type(module) is not str:
        return NotImplemented
    fields = declared_fields(cls) if built_on is tuple else None
    return words._reference, (module, name, built_on.__name__, fields or ())


def _find(module: str, name: str) -> object:
    """Return what has that dotted name in a loaded module, None for nothing."""
    found: object = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _translation() -> Any:
    from tibidi.writing import translation  # imports cloudpickle

    return translation
