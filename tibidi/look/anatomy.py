"""Looking at objects without running a line of the application.

Everything is read through the descriptors of `type` and `object` themselves,
so that no `__getattribute__`, property or metaclass has a say.
"""

from __future__ import annotations

import builtins
import sys
from types import GetSetDescriptorType
from types import MemberDescriptorType
from types import ModuleType

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from typing import Any
    from typing import TypeVar

    from typing_extensions import TypeGuard

    T = TypeVar("T")

_MRO = type.__dict__["__mro__"]
_FLAGS = type.__dict__["__flags__"]
_DICT = type.__dict__["__dict__"]
_QUALNAME = type.__dict__["__qualname__"]
_MODULE_DICT: Any = vars(ModuleType)["__dict__"]

HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: made by a class statement or at run time
IMMUTABLE_TYPE = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE

# A class that defines none of these is pickled by C code alone.
HOOKS = (
    "__class__",
    "__dict__",
    "__getattr__",
    "__getattribute__",
    "__getnewargs__",
    "__getnewargs_ex__",
    "__getstate__",
    "__iter__",
    "__reduce__",
    "__reduce_ex__",
    "items",
)
OF_ENUM = frozenset({"__objclass__", "_inverted_", "_name_", "_sort_order_", "_value_"})  # set by the metaclass
STEADY_TRIES = 5
# What CPython writes on the `__dict__` that a class statement makes (typeobject.c, subtype_getsets_full).
DOC_OF_DICT = "dictionary for instance variables"
STANDARD_MODULES: frozenset[str] = getattr(sys, "stdlib_module_names", None) or frozenset({  # from 3.10 on
    "_asyncio", "_functools", "_io", "_queue", "_random", "_socket", "_ssl", "_thread", "array", "ast", "collections",
    "datetime", "decimal", "functools", "itertools", "operator", "re", "types", "zoneinfo",
})  # fmt: skip
DICT_ITEMS: type = type({}.items())
GROUP: type | None = getattr(builtins, "BaseExceptionGroup", None)
# Read as they are; the traceback is not kept, reviving makes a new one.
CHAIN = ("args", "__cause__", "__context__", "__suppress_context__")


def mro(cls: type) -> tuple[type, ...]:
    """Return the method resolution order."""
    order: tuple[type, ...] = _MRO.__get__(cls)
    return order


def namespace(cls: type) -> Any:
    """Return the dictionary of a class."""
    return _DICT.__get__(cls)


def exact_type(thing: object) -> type:
    """Return the type of a thing for looking it up: `object` where a metaclass may have its own `__hash__`."""
    cls = type(thing)
    return cls if type(cls) is type else object


def is_a(thing: object, kind: type[T] | tuple[type[T], ...]) -> TypeGuard[T]:
    """Tell whether a thing is an instance, by its type: `isinstance` asks a proxy for its `__class__`."""
    return issubclass(type(thing), kind)


def type_flags(cls: type) -> int:
    """Return the flags of a class, Py_TPFLAGS_*."""
    flags: int = _FLAGS.__get__(cls)
    return flags


def is_native(cls: type) -> bool:
    """Tell a class that is written in C; since 3.12 many of them are made at run time, and immutable (from 3.10 on)."""
    flags = type_flags(cls)
    return not flags & HEAP_TYPE or bool(flags & IMMUTABLE_TYPE)


def layout(cls: type) -> type:
    """Return the class in C that a class is built on."""
    return next(filter(is_native, mro(cls)))


def type_qualname(cls: type) -> str:
    """Return the dotted name of a class within its module."""
    name: str = _QUALNAME.__get__(cls)
    return name


def type_name(cls: type) -> str:
    """Return the dotted name of a class, without `builtins`."""
    module = namespace(cls).get("__module__") if _FLAGS.__get__(cls) & HEAP_TYPE else None
    name: str = _QUALNAME.__get__(cls)
    if type(module) is not str:
        full = type.__repr__(cls)  # <class 'module.name'>
        name = full[8:-2] if full.startswith("<class '") else name
        return name[9:] if name.startswith("builtins.") else name
    return f"{module}.{name}"


def is_plain(cls: type) -> bool:
    """Tell whether instances are pickled by the interpreter alone, without code of anybody else."""
    return type(cls) is type and not any(map(_has_hooks, mro(cls)))


def _has_hooks(cls: type) -> bool:
    """Tell whether a class has its own way of being pickled; types written in C are asked where they are foreign."""
    if not _FLAGS.__get__(cls) & HEAP_TYPE and _is_standard(cls):
        return False
    own = namespace(cls)
    return any(hook in own and type(own[hook]) is not GetSetDescriptorType for hook in HOOKS)


def _is_standard(cls: type) -> bool:
    name = type_name(cls)
    return "." not in name or name.partition(".")[0] in STANDARD_MODULES


def is_group(cls: type) -> bool:
    """Tell whether a class is of exception groups, which came with Python 3.11."""
    return GROUP is not None and GROUP in mro(cls)


def dictionary(thing: object) -> dict[str, object]:
    """Return the attributes in the `__dict__` of a thing, {} where it has none."""
    read = dictionary_reader(type(thing))
    found = None if read is None else read(thing)
    return found if type(found) is dict else {}


def attributes(thing: object) -> dict[str, object]:
    """Return what is in the dictionary and slots of a thing that is nothing else; {} of what C code keeps."""
    if layout(type(thing)) is not object:
        return {}
    return {**dictionary(thing), **dict(fields(thing))}


def contents(module: object) -> dict[str, object]:
    """Return what a module has loaded, {} of what is no module; one that loads on demand does not."""
    found: dict[str, object] = _MODULE_DICT.__get__(module) if is_a(module, ModuleType) else {}
    return found


def dictionary_reader(cls: type) -> Callable[[Any], Any] | None:
    """Return what reads the `__dict__` of things of a type, None where they have none."""
    getters = [namespace(base).get("__dict__") for base in mro(cls) if base is not type]
    native = [getter for getter in getters if type(getter) is GetSetDescriptorType]
    # All, as that of a class asks the one of a base where that was there first.
    return native[0].__get__ if native and all(map(_is_the_interpreters, native)) else None


def _is_the_interpreters(getter: GetSetDescriptorType) -> bool:
    """Tell CPython's own way of getting a `__dict__` from that of a proxy, which asks what it stands for."""
    if (getter.__doc__ or "").startswith(DOC_OF_DICT):
        return True
    return _is_standard(getter.__objclass__)


def member_attributes(member: object) -> dict[str, object]:
    """Return what a member of an enumeration has beside its name and value."""
    return {name: value for name, value in dictionary(member).items() if name not in OF_ENUM}


def exception_attributes(exception: BaseException) -> dict[str, object]:
    """Return what an exception keeps outside its dictionary: arguments, chain, slots and the fields of C types."""
    found = {name: getattr(BaseException, name).__get__(exception) for name in CHAIN}
    if is_group(type(exception)):
        found.pop("args")  # made of message and members, which the group is made with
    for name, value in fields(exception):
        if value is not None:
            found.setdefault(name, value)
    return found


def steady(items: Iterable[tuple[object, object]]) -> Iterable[tuple[object, object]]:
    """Return the items of a dictionary that another thread may be changing; raise RuntimeError if it never holds still.

    Of an iterator, which can be read only once, itself.
    """
    if not isinstance(items, DICT_ITEMS):
        return items
    for _ in range(STEADY_TRIES):
        try:
            return list(items)
        except RuntimeError:  # changed size during iteration
            continue
    return list(items)


def is_about_change(error: BaseException) -> bool:
    """Tell what the interpreter raises when a container is changed, by another thread, while it is read."""
    return type(error) is RuntimeError and str(error.args[:1])[:-3].endswith("during iteration")


def fields(thing: object) -> Iterator[tuple[str, object]]:
    """Yield what a thing keeps in slots or in fields that C code declares."""
    for base in mro(type(thing)):
        for name, descriptor in namespace(base).items():
            if name.startswith("__") or type(descriptor) not in {MemberDescriptorType, GetSetDescriptorType}:
                continue
            try:
                yield name, descriptor.__get__(thing)
            except Exception:  # noqa: BLE001, S112 - an empty slot, or a type written in C by somebody else
                continue


def error_text(error: BaseException) -> str:
    """Return type and message of an error; the application's own `__str__` is not asked."""
    name = type_name(type(error))
    native: Any = next(base for base in mro(type(error)) if not _FLAGS.__get__(base) & HEAP_TYPE)
    try:
        message = native.__str__(error)
        return f"{name}: {message}" if message else name
    except Exception as another:  # noqa: BLE001 - an argument's __str__ is the application's again
        return f"{name}, of which str() raises {type_name(type(another))}"
