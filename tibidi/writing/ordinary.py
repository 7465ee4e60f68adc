"""Ordinary classes, and what stands in them, taken apart as cloudpickle would.

A class that a script makes with a class statement is a name, its bases and a
dictionary.  cloudpickle takes ten milliseconds to import, so it is asked only
of what is more than that: enumerations, abstract classes, other metaclasses.
"""

from __future__ import annotations

import types
from types import ClassMethodDescriptorType
from types import GetSetDescriptorType
from types import MappingProxyType
from types import MemberDescriptorType
from types import MethodDescriptorType
from types import MethodType
from types import WrapperDescriptorType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import HEAP_TYPE
from tibidi.look.anatomy import namespace
from tibidi.look.anatomy import type_flags
from tibidi.words import vocabulary as words

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from typing import Any

    from tibidi.writing.ledger import Reduced

# The interpreter makes them anew with the class, or on demand.
MADE_ANEW = frozenset({"__annotate_func__", "__dict__", "__weakref__"})
# cloudpickle has another word for these.
SINGLETONS = frozenset({type(None), type(...), type(NotImplemented)})
ABSENT = object()
DESCRIPTORS = (
    ClassMethodDescriptorType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    WrapperDescriptorType,
)

REDUCERS: dict[type, Callable[[Any], Reduced]] = {
    MappingProxyType: lambda view: (MappingProxyType, (dict(view),)),
    MethodType: lambda method: (MethodType, (method.__func__, method.__self__)),
    classmethod: lambda method: (classmethod, (method.__func__,)),
    property: lambda found: (property, (found.fget, found.fset, found.fdel, found.__doc__)),
    staticmethod: lambda method: (staticmethod, (method.__func__,)),
}


def reduce_class(cls: type) -> Reduced | None:
    """Take a class apart that cannot be imported by its name; None for one that is not ordinary."""
    own = namespace(cls)
    if type(cls) is not type or type(own.get("__dict__")) is property:
        return None
    if not type_flags(cls) & HEAP_TYPE:
        name = next((name for name, each in vars(types).items() if each is cls), "")
        return (words._type, (name,)) if name and cls not in SINGLETONS else None
    keywords = {"__module__": own["__module__"]} if "__module__" in own else {}
    bases = own.get("__orig_bases__", cls.__bases__)  # PEP 560
    attributes = {**dict(_attributes(cls)), "__qualname__": cls.__qualname__}
    return words._class, (type, cls.__name__, bases, keywords), (attributes, {}), None, None, words._class_state


def _attributes(cls: type) -> Iterator[tuple[str, object]]:
    """Yield what stands in the body of a class and is not the same in its bases."""
    inherited: dict[str, object] = {}
    for base in reversed(cls.__bases__):
        inherited.update(namespace(base))
    for name, value in namespace(cls).items():
        if name not in MADE_ANEW and inherited.get(name, ABSENT) is not value and not is_of_c(value, cls):
            yield name, value


def is_of_c(value: Any, cls: type) -> bool:
    """Tell what C code has put into a class: its methods and fields, and what is made of `__slots__`."""
    return type(value) in DESCRIPTORS and value.__objclass__ is cls
