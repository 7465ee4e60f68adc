"""Read classes and objects without running any application code.

Strategy
--------
`thing.name`, `vars(thing)`, `isinstance()` and even `cls.__mro__` may call a `__getattribute__`, a property or a
metaclass.  Nothing here does: the slots of a type object are read through the descriptors that CPython puts into
`type` (Objects/typeobject.c, `type_members` and `type_getsets`), and attributes through those that it makes for
`__dict__` and `__slots__`.  Descriptors in C that belong to another library are application code as well: they may
compute, warn or block.
"""

from __future__ import annotations

import builtins
import sys
from itertools import islice
from types import GetSetDescriptorType, MemberDescriptorType, ModuleType

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any, TypeVar

    from typing_extensions import TypeGuard

    T = TypeVar("T")

_MRO = type.__dict__["__mro__"]
_FLAGS = type.__dict__["__flags__"]
_DICT = type.__dict__["__dict__"]
_QUALNAME = type.__dict__["__qualname__"]

# Include/object.h
HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: made by a class statement, or by C code at run time
IMMUTABLE_TYPE = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE: new in Python 3.10

# A class that defines none of these is pickled by C code alone (Objects/typeobject.c, object___reduce_ex__).
HOOKS = (
    "__class__", "__dict__", "__getattr__", "__getattribute__", "__getnewargs__", "__getnewargs_ex__", "__getstate__",
    "__iter__", "__reduce__", "__reduce_ex__", "items",
)  # fmt: skip
PLAIN = frozenset({bool, bytes, complex, float, int, str, type(None)})  # the repr of which runs no other code
OF_ENUM = frozenset({"__objclass__", "_inverted_", "_name_", "_sort_order_", "_value_"})  # set by Lib/enum.py
EACH_TRY = range(5)  # for a container that another thread is changing
# The docstring of the `__dict__` that a class statement makes (Objects/typeobject.c, subtype_getsets_full).
DOC_OF_DICT = "dictionary for instance variables"
if sys.version_info >= (3, 10):
    STANDARD_MODULES = sys.stdlib_module_names
else:
    from tibidi.process.imports import standard_names

    STANDARD_MODULES = standard_names()
GROUP: Any = getattr(builtins, "BaseExceptionGroup", None)  # Python 3.11
DICTS: tuple[Any, ...] = (dict, getattr(builtins, "frozendict", dict))  # Python 3.15
# Objects/exceptions.c, BaseException_getset; without the traceback, as reviving makes a new one.
CHAIN = ("args", "__cause__", "__context__", "__suppress_context__")


# Classes.


def mro(cls: type) -> tuple[type, ...]:
    """Return the method resolution order.

    It is None in a static type that PyType_Ready() has not seen.  CPython 3.10 and 3.11 hand out instances of one, the
    iterator of `code.co_lines()` (Objects/codeobject.c, LineIterator): it is made ready when one of its attributes is
    looked up for the first time.
    """
    order: tuple[type, ...] | None = _MRO.__get__(cls)
    return (cls, object) if order is None else order


def namespace(cls: type) -> Any:
    """Return the dictionary of a class; {} for a type that is not ready."""
    return _DICT.__get__(cls) or {}


def inherited(cls: type, name: str, default: Any = None) -> Any:
    """Return what a class, or the first of its bases that has it, has under a name."""
    return next((namespace(base)[name] for base in mro(cls) if name in namespace(base)), default)


def exact_type(thing: object) -> type:
    """Return the type of a thing for looking it up: `object` where a metaclass may define `__hash__`."""
    cls = type(thing)
    return cls if type(cls) is type else object


def is_a(thing: object, kind: type[T] | tuple[type[T], ...]) -> TypeGuard[T]:
    """Return True if a thing is an instance by its type: `isinstance` asks a proxy for its `__class__`."""
    return issubclass(type(thing), kind)


def type_flags(cls: type) -> int:
    """Return the flags of a class, Py_TPFLAGS_*."""
    flags: int = _FLAGS.__get__(cls)
    return flags


def is_native(cls: type) -> bool:
    """Return True if a class is written in C: it is static, or immutable, as most of those made at run time are."""
    flags = type_flags(cls)
    return not flags & HEAP_TYPE or bool(flags & IMMUTABLE_TYPE)


def native_base(cls: type) -> type:
    """Return the nearest base in C, which decides the layout of instances (Objects/typeobject.c, solid_base)."""
    return next(filter(is_native, mro(cls)))


def type_qualname(cls: type) -> str:
    """Return the dotted name of a class within its module."""
    name: str = _QUALNAME.__get__(cls)
    return name


def type_name(cls: type) -> str:
    """Return the dotted name of a class, without `builtins`.

    The module of a heap type is in its dictionary.  That of a static type is a part of `tp_name`, which `type.__repr__`
    reads (Objects/typeobject.c, type_module and type_repr).
    """
    module = namespace(cls).get("__module__") if _FLAGS.__get__(cls) & HEAP_TYPE else None
    name: str = _QUALNAME.__get__(cls)
    if type(module) is not str:
        full = type.__repr__(cls)  # <class 'module.name'>
        name = full[8:-2] if full.startswith("<class '") else name
        return name.removeprefix("builtins.")
    return f"{module}.{name}"


def is_plain(cls: type) -> bool:
    """Return True if instances are pickled by the interpreter alone, without any other code."""
    return type(cls) is type and not any(map(_has_hooks, mro(cls)))


def _has_hooks(cls: type) -> bool:
    """Return True if a class may define how it is pickled; standard types in C do so in C."""
    if not _FLAGS.__get__(cls) & HEAP_TYPE and is_standard(cls):
        return False
    own = namespace(cls)
    return any(hook in own and type(own[hook]) is not GetSetDescriptorType for hook in HOOKS)


def is_standard(cls: type) -> bool:
    """Return True for a type of the interpreter or its library."""
    name = type_name(cls)
    return "." not in name or name.partition(".")[0] in STANDARD_MODULES


def dictionary_reader(cls: type) -> Callable[[Any], Any] | None:
    """Return a function that reads the `__dict__` of instances; None where they have none or only a foreign getter."""
    getters = [namespace(base).get("__dict__") for base in mro(cls) if base is not type]
    native = [getter for getter in getters if type(getter) is GetSetDescriptorType]
    # All of them, as the getter that a class statement makes calls that of the base that had one first
    # (Objects/typeobject.c, subtype_dict).
    if native and all(map(_is_cpythons, native)):
        return native[0].__get__
    # Modules have a member (Objects/moduleobject.c, module_members).
    return next((getter.__get__ for getter in getters if type(getter) is MemberDescriptorType), None)


def _is_cpythons(getter: GetSetDescriptorType) -> bool:
    """Return True for CPython's own getter of a `__dict__`; that of a proxy in C reads the `__dict__` of its target."""
    if (getter.__doc__ or "").startswith(DOC_OF_DICT):
        return True
    return is_standard(getter.__objclass__)


def members(cls: type) -> dict[str, Any]:
    """Return the descriptors of `__slots__`, and of the struct members that a type in C declares, by name."""
    return dict(slots_in(stored(cls)))


def slots_in(descriptors: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Return those of `stored` that are `members`, with their names."""
    return tuple([pair for pair in descriptors.items() if type(pair[1]) is MemberDescriptorType])


def stored(cls: type) -> dict[str, Any]:
    """Return the members of a class, and the getters in C.

    Not the getters of other libraries, which may do anything, nor those of ctypes, which read what a pointer refers to.
    """
    found: dict[str, Any] = {}
    for base in mro(cls):
        has_getters = is_standard(base) and type_name(base)[:8] != "_ctypes."
        for name, each in list(namespace(base).items()):  # a copy: another thread may set an attribute meanwhile
            is_stored = type(each) is MemberDescriptorType or (has_getters and type(each) is GetSetDescriptorType)
            if is_stored and name[:2] != "__":
                found.setdefault(name, each)
    return found


# Objects.


def dictionary(thing: object) -> dict[str, object]:
    """Return the `__dict__` of a thing, {} where it has none."""
    read = dictionary_reader(type(thing))
    found = None if read is None else read(thing)
    return found if type(found) is dict else {}


def contents(module: object) -> dict[str, object]:
    """Return the namespace of a module, without having a lazy one load itself; {} for anything else."""
    return dictionary(module) if is_a(module, ModuleType) else {}


def values(thing: object, descriptors: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield what descriptors read from a thing, by name."""
    for name, descriptor in descriptors.items():
        try:
            yield name, descriptor.__get__(thing)
        except Exception:  # noqa: BLE001, S112 - an empty slot, a closed file
            continue


def attributes(thing: object) -> dict[str, object]:
    """Return the `__dict__` and slots of a thing; {} of an instance of a type in C, which may keep more than that."""
    if native_base(type(thing)) is not object:
        return {}
    return {**dictionary(thing), **dict(values(thing, members(type(thing))))}


def member_attributes(member: object) -> dict[str, object]:
    """Return the attributes of a member of an enumeration beside its name and value."""
    return {name: value for name, value in dictionary(member).items() if name not in OF_ENUM}


# Containers that another thread may be changing.


def snapshot(items: Iterable[tuple[object, object]]) -> Iterable[tuple[object, object]]:
    """Return a copy of the items of a dictionary; raise RuntimeError if it changes during each of several tries.

    An iterator is returned as it is, since it can be read only once.
    """
    if not is_a(items, type({}.items())):
        return items
    for _ in EACH_TRY:
        try:
            return list(items)
        except RuntimeError:  # changed size during iteration (Objects/dictobject.c, dictiter_iternextitem)
            continue
    return list(items)


def first(iterable: Iterable[Any], limit: int) -> list[Any]:
    """Return the first items of a builtin container; none if it changes during each of several tries."""
    for _ in EACH_TRY:
        try:
            return list(islice(iterable, limit if limit > 0 else 0))
        except RuntimeError:  # changed during iteration
            continue
    return []


def is_about_change(error: BaseException) -> bool:
    """Return True for the error that the interpreter raises when a container is changed while it is read."""
    return type(error) is RuntimeError and str(error.args[:1])[:-3].endswith("during iteration")


# Exceptions.


def is_group(cls: type) -> bool:
    """Return True for a class of builtin exception groups (Python 3.11)."""
    return GROUP is not None and issubclass(cls, GROUP)


def may_have_members(cls: type) -> bool:
    """Return True for a class of exception groups, also one of the backport."""
    return is_group(cls) or any(type_qualname(base) == "BaseExceptionGroup" for base in mro(cls))


def group_members(exception: BaseException) -> tuple[BaseException, ...]:
    """Return the members of an exception group, also of the backport's; () for any other exception."""
    cls = type(exception)
    if not may_have_members(cls):
        return ()
    found = GROUP.exceptions.__get__(exception) if is_group(cls) else dictionary(exception).get("_exceptions")
    return tuple(each for each in found if is_a(each, BaseException)) if type(found) is tuple else ()


def exception_attributes(exception: BaseException, descriptors: Mapping[str, Any]) -> dict[str, object]:
    """Return what an exception keeps outside its `__dict__`: arguments, chain, and what is `stored` by its class."""
    found = {name: getattr(BaseException, name).__get__(exception) for name in CHAIN}
    if is_group(type(exception)):
        found.pop("args")  # made of message and members, which the group is made with
    for name, value in values(exception, descriptors):
        if value is not None or not is_native(descriptors[name].__objclass__):  # None in a field of C is not set
            found.setdefault(name, value)
    return found


def error_text(error: BaseException) -> str:
    """Return type and message of an error, without calling a `__str__` of its class."""
    name = type_name(type(error))
    native: Any = next(base for base in mro(type(error)) if not _FLAGS.__get__(base) & HEAP_TYPE)
    try:
        message = native.__str__(error)
        return f"{name}: {message}" if message else name
    except Exception as another:  # noqa: BLE001 - the `__str__` of an argument may be the application's
        return f"{name}, of which str() raises {type_name(type(another))}"
