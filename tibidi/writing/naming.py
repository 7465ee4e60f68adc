"""Reduce classes and importable objects: by name if possible, without cloudpickle if possible.

cloudpickle knows best, and takes ten milliseconds to import, a quarter of a small dump.  A class that a script makes
with a class statement is a name, its bases and a dictionary: it is reduced here, in the same way.  `translation`, which
imports cloudpickle, is loaded for the first object that is more than that: an enumeration, an abstract class, another
metaclass.
"""

from __future__ import annotations

import copyreg
import gc
import sys
import types
from _pickle import PicklingError
from collections import OrderedDict

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import (
    HEAP_TYPE,
    contents,
    is_a,
    is_native,
    mro,
    namespace,
    native_base,
    snapshot,
    type_flags,
    type_name,
    type_qualname,
)
from tibidi.look.classes import declared_fields
from tibidi.words import vocabulary as words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from tibidi.writing.pickle_state import Reduced

# cloudpickle has reducers for these builtin types, and for types of these modules.
THEIR_TYPES = frozenset({
    "dict_items", "dict_keys", "dict_values", "getset_descriptor", "odict_items", "odict_keys", "odict_values",
})  # fmt: skip
THEIR_MODULES = frozenset({"_abc", "_weakrefset", "abc", "logging", "typing", "weakref"})
# The interpreter creates these with the class, or on demand.
CREATED_WITH_CLASS = frozenset({"__annotate_func__", "__dict__", "__weakref__"})
# cloudpickle has another word for these.
SINGLETONS = frozenset({type(None), type(...), type(NotImplemented)})
ABSENT = object()
DESCRIPTORS = (
    types.ClassMethodDescriptorType, types.GetSetDescriptorType, types.MemberDescriptorType, types.MethodDescriptorType,
    types.WrapperDescriptorType,
)  # fmt: skip

ORDINARY_REDUCERS: dict[type, Callable[[Any], Reduced]] = {
    OrderedDict: lambda items: (OrderedDict, (), items.__dict__ or None, None, iter(items.items())),
    types.MappingProxyType: lambda view: (types.MappingProxyType, (_mapping_of(view),)),
    types.MethodType: lambda method: (types.MethodType, (method.__func__, method.__self__)),
    memoryview: lambda view: (words._view, ((bytes if view.readonly else bytearray)(view), view.format, view.shape)),
    classmethod: lambda method: (classmethod, (method.__func__,)),
    property: lambda found: (property, (found.fget, found.fset, found.fdel, found.__doc__)),
    staticmethod: lambda method: (staticmethod, (method.__func__,)),
}


def _mapping_of(view: Any) -> dict[object, object]:
    """Return the mapping behind a proxy if it is one of the library, as the order of an OrderedDict; else a copy."""
    (mapping,) = gc.get_referents(view)
    return mapping if is_a(mapping, dict) and type(mapping).__module__ == "collections" else dict(view)


def is_importable(thing: Any) -> bool:
    """Return True if a function or class is found under its name, and so is pickled by name."""
    module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", None)
    if module == "tibidi":  # stand-ins must not depend on cloudpickle
        return is_found(thing)
    # By its submodule, as the application may have a `cloudpickle.py` of its own.
    if "cloudpickle.cloudpickle" in sys.modules or type(module) is not str or type(name) is not str:
        # Modules may be registered there to be pickled by value; and it searches all modules for an object without one.
        return bool(_translation().is_importable(thing))
    return is_found(thing)


def is_found(thing: Any) -> bool:
    """Return True if a module other than `__main__` has the object under its name."""
    module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", None)
    if type(module) is not str or type(name) is not str or module == "__main__":
        return False
    return _find(module, name) is thing


def reduce_name(thing: object, name: str) -> Any:
    """Return the reduce value of an object that pickles itself as a name in its module.

    Another object may have the name by now, as our hook has `sys.excepthook`: then the name is `__excepthook__`.
    Raises PicklingError if the object is nowhere, which the C pickler would do too late.
    """
    module = getattr(thing, "__module__", None)
    if type(module) is str:
        found = name if _find(module, name) is thing else alias(thing, module)
        if found is None:
            raise PicklingError(f"{module}.{name} is something else, or not there")
        return found
    for module in _modules(type(thing)):
        if contents(module).get(name) is thing:
            return words._attribute, (module, name)
    raise PicklingError(f"{name} is in no module")


def _modules(cls: type) -> Iterator[object]:
    """Yield the modules of an object without `__module__`, the likely ones first: numpy spreads its functions."""
    name = cls.__module__
    yield sys.modules.get(name.partition(".")[0])
    yield sys.modules.get(name)
    yield from [each for name, each in list(sys.modules.items()) if name != "__main__"]


def alias(thing: object, module: str) -> str | None:
    """Return the name of an object in a loaded module, None if it has none there."""
    known: Any = snapshot(contents(sys.modules.get(module)).items())
    return next((name for name, each in known if each is thing), None)


def reduce_class(cls: type) -> Any:
    """Reduce a class, to its name if it can be imported."""
    if is_importable(cls):
        return reference(cls)
    known = alias(cls, cls.__module__) if is_native(cls) else None
    if known is not None:
        return known
    if is_struct_sequence(cls):
        return reference(cls)
    module: object = cls.__module__  # which an application may set to anything
    is_elsewhere = type(module) is str and module not in sys.modules
    found = _translation().reference_elsewhere(cls) if is_elsewhere else None
    return found or reduce_ordinary_class(cls) or _translation().reduce_class(cls)


def reduce_ordinary_class(cls: type) -> Reduced | None:
    """Reduce a class that cannot be imported by its name; None if that takes cloudpickle."""
    own = namespace(cls)
    if type(cls) is not type or type(own.get("__dict__")) is property:
        return None
    if not type_flags(cls) & HEAP_TYPE:
        name = next((name for name, each in vars(types).items() if each is cls), "")
        return (words._type, (name,)) if name and cls not in SINGLETONS else None
    keywords = {name: own[name] for name in needed_first(cls) if name in own}
    bases = own.get("__orig_bases__", cls.__bases__)  # PEP 560
    attributes = {**dict(_attributes(cls)), "__qualname__": cls.__qualname__}
    return words._class, (type, cls.__name__, bases, keywords), (attributes, {}), None, None, words._class_state


def needed_first(cls: type) -> tuple[str, ...]:
    """Return the attributes that a class is made with: without its slots, instances would have a `__dict__`."""
    return ("__module__",) if issubclass(cls, tuple) else ("__module__", "__slots__")  # typing.NamedTuple refuses them


def _attributes(cls: type) -> Iterator[tuple[str, object]]:
    """Yield the attributes in the body of a class that differ from those of its bases."""
    inherited: dict[str, object] = {}
    for base in reversed(cls.__bases__):
        inherited.update(namespace(base))
    for name, value in namespace(cls).items():
        is_own = name not in CREATED_WITH_CLASS and inherited.get(name, ABSENT) is not value
        if is_own and not is_native_attribute(value, cls):
            yield name, value


def is_native_attribute(value: Any, cls: type) -> bool:
    """Return True for an attribute that C code has put into a class: a method, a field, a slot."""
    return type(type(value)) is type and type(value) in DESCRIPTORS and value.__objclass__ is cls


def reducer_for(cls: type) -> Callable[[Any], Reduced] | None:
    """Return the reducer that cloudpickle or copyreg has for a type, None if there is none."""
    return _translation().reducer_for(cls) if may_be_theirs(cls) or cls in copyreg.dispatch_table else None


def may_be_theirs(cls: type) -> bool:
    """Return True if cloudpickle may have a reducer for a type: a fast check with false positives."""
    if not type_flags(cls) & HEAP_TYPE:
        return type_qualname(cls) in THEIR_TYPES
    return namespace(cls).get("__module__") in THEIR_MODULES


def reference(cls: type) -> Any:
    """Return a reference to a class, with its builtin base, so that its instances can be read without it."""
    # Exceptions in C of libraries are built on one of the interpreter.
    built_on = native_base(cls) if BaseException not in mro(cls) else next(filter(is_builtin, mro(cls)))
    name, module = type_qualname(cls), namespace(cls).get("__module__", type_name(cls).rpartition(".")[0])
    if is_struct_sequence(cls):
        own = namespace(cls)
        names = [key for key, value in own.items() if type(value) is types.MemberDescriptorType]
        visible = own["n_sequence_fields"] - own["n_unnamed_fields"]
        place = (module, name) if is_importable(cls) else ("", type_name(cls))  # no module has that of sys.flags
        return words._reference, (*place, words.STRUCT_SEQUENCE, tuple(names[:visible]))
    if built_on is object or built_on is type or built_on is cls or type(module) is not str:
        return NotImplemented
    fields = declared_fields(cls) if built_on is tuple else None
    return words._reference, (module, name, built_on.__name__, fields or ())


def is_struct_sequence(cls: type) -> bool:
    """Return True for a tuple with names in C, such as os.stat_result (Objects/structseq.c)."""
    own = namespace(cls)
    return type(own.get("n_sequence_fields")) is int and type(own.get("n_unnamed_fields")) is int


def is_builtin(cls: type) -> bool:
    """Return True for a class of the module builtins."""
    return "." not in type_name(cls)


def _find(module: str, name: str) -> object:
    """Return the object with that dotted name in a loaded module, None if there is none."""
    found: object = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _translation() -> Any:
    from tibidi.writing import translation  # imports cloudpickle

    return translation
