"""Reduce what libraries need help with: weak references, proxies of wrapt, elements of lxml, kinds of property.

Loaded for the first object of one of these libraries.
"""

from __future__ import annotations

import sys
from types import FunctionType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import (
    attributes,
    dictionary,
    is_native,
    members,
    mro,
    namespace,
    native_base,
    type_name,
    values,
)
from tibidi.look.classes import HOSTS, SHIPPED, is_evaluated, shipped
from tibidi.look.resources import essence
from tibidi.model import ILLEGAL
from tibidi.words import vocabulary as words
from tibidi.words.standins import Dummy
from tibidi.writing.essences import described
from tibidi.writing.instances import NEW, RECONSTRUCT, instance
from tibidi.writing.naming import is_found
from tibidi.writing.weak import WeakReducers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from tibidi.writing.pickle_state import PickleState, Reduced

# Types whose instances only their class can read, and that cannot be made again from a script.
NATIVE_LAYOUTS = frozenset({"_ctypes.Array", "_ctypes.Structure", "_ctypes.Union"})
LXML = frozenset({"lxml.etree._Attrib", "lxml.etree._Element", "lxml.etree._ElementTree"})
TABLES = frozenset({"numpy", "pandas", "polars", "pyarrow", "scipy", "torch", "xarray"})
HOST_FACTS = ("name", "fixturename", "param")  # of objects of pytest
STATE_HOOKS = ("__getnewargs__", "__getnewargs_ex__", "__getstate__", "__reduce__", "__reduce_ex__")
REDUCE_METHODS = ("__reduce_ex__", "__reduce__")
REDUCED_IN_PYTHON = frozenset({"_pydatetime", "_pydecimal", "collections", "fractions", "ipaddress", "pathlib", "uuid"})
MOST_COMPARED = 1000  # substitutions, the latest ones
OF_LIBRARY = "data that its library comes with"
WRAPPED = "the object that it wraps is in its place"


class Codec:
    """A function of `os`, which is there in any Python, but under a name that it does not have itself."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __reduce__(self) -> Any:
        return words._attribute, (sys.modules["os"], self._name)


def reduce_environment(variables: Any) -> Any:
    """Write an environment with functions that can be found: its own ones, which encode names, are local to `os`."""
    text: Any = (str, str) if sys.platform == "win32" else (Codec("fsencode"), Codec("fsdecode"))
    pair = (bytes, bytes) if variables.decodekey is bytes else text
    return type(variables), (variables._data, *pair, *pair)


class LibraryReducers:
    """Chooses reducers by the names of classes."""

    def __init__(self, roots: Iterable[object], state: PickleState) -> None:
        self._state = state
        self._weak = WeakReducers(roots)

    def reducer_for(self, cls: type) -> Callable[[Any], Any] | None:
        """Return the reducer for a class, None for a class that is reduced like any other."""
        names = {type_name(base) for base in mro(cls)}
        if not names.isdisjoint(NATIVE_LAYOUTS) and not is_found(cls):
            return lambda thing: described(self._state, thing, essence(thing))
        if "os._Environ" in names:
            return reduce_environment
        if not HOSTS.isdisjoint(names):
            return self._host if SHIPPED.keys().isdisjoint(names) else self._shipped
        if property in mro(cls)[1:]:
            return reduce_property
        if not LXML.isdisjoint(names):
            return self._element
        if any(name.startswith(("wrapt.", "_wrappers.")) and name.endswith("ObjectProxy") for name in names):
            return self._wrapper
        if any(name.partition(".")[0] in TABLES for name in names):
            from tibidi.writing import tables  # not for weak references

            return tables.reducer_for(cls, self._state)
        return self._weak.reducer_for(cls)

    def _element(self, element: Any) -> Any:
        """Describe an element, its attributes or a tree of lxml, whose content is in a library in C."""
        if type_name(type(element)) == "lxml.etree._Attrib":
            return described(self._state, element, {"attrib": dict(element)})
        text = sys.modules["lxml.etree"].tostring(element, encoding="unicode")
        facts = {name: getattr(element, name, None) for name in ("tag", "text", "tail", "sourceline")}
        attributes = dict(element.items()) if hasattr(element, "items") else {}
        return described(self._state, element, {**facts, "attrib": attributes, "tostring()": text, "": text})

    def _host(self, host: Any) -> Any:
        """Describe an object of a test runner or a shell, which leads to all that it knows."""
        own = attributes(host)
        return described(self._state, host, {name: own[name] for name in HOST_FACTS if name in own})

    def _shipped(self, thing: Any) -> Any:
        """Write an object without the data that its library comes with; say so once for hundreds of them."""
        own, name = dictionary(thing), type_name(type(thing))
        detail = f"{name}: {OF_LIBRARY}"
        if all(each.detail != detail for each in self._state.substitutions[-MOST_COMPARED:]):
            self._state.note(thing, ILLEGAL, detail)
        keys = own.keys() & shipped(map(type_name, mro(type(thing))))
        left_out = {key: Dummy(type_name(type(own[key])), OF_LIBRARY) for key in keys}
        return NEW, (type(thing),), {**own, **left_out}

    def _wrapper(self, wrapper: Any) -> Any:
        """Write what a proxy wraps, and of a decorated function the name under which it is found."""
        if is_found(wrapper):
            return wrapper.__qualname__
        self._state.note(wrapper, ILLEGAL, f"{type_name(type(wrapper))}: {WRAPPED}")
        return words._same, (object.__getattribute__(wrapper, "__wrapped__"),)


def reduce_property(found: Any) -> Any:
    """Reduce an instance of a subclass of property, which C code cannot pickle."""
    functions = [vars(property)[name].__get__(found) for name in ("fget", "fset", "fdel")]
    return type(found), (*functions, found.__doc__), dictionary(found) or None


def lazy_reducer(state: PickleState) -> Callable[[Any], Reduced]:
    """Return the reducer for objects that may be evaluated, which calls none: a proxy even forwards `__class__`."""

    def reduce(thing: Any) -> Any:
        own = dictionary(thing)
        if not is_evaluated(type(thing), own):
            return state.lazy(thing)
        return RECONSTRUCT, (type(thing), object, None), own, None, None, words._member_state

    return reduce


def with_attributes(thing: object, reduced: Reduced) -> Reduced:
    """Add the attributes of an instance of a subclass that the `__reduce__` of its base leaves out.

    That of datetime, Decimal and Counter, for example.  One that the application wrote decides for itself.
    """
    bases = mro(type(thing))
    owner, method = next((base, namespace(base)[n]) for base in bases for n in REDUCE_METHODS if n in namespace(base))
    is_of_application = type(method) is FunctionType and method.__module__.partition(".")[0] not in REDUCED_IN_PYTHON
    if is_of_application or owner is bases[0] or any("__setstate__" in namespace(base) for base in bases):
        return reduced
    own, before = dictionary(thing), bases[: bases.index(owner)]
    slots = {name: each for name, each in members(type(thing)).items() if each.__objclass__ in before}
    state = (own or None, dict(values(thing, slots))) if slots else own or None
    return (*reduced[:2], state, *reduced[3:])


def reduce_default(thing: object) -> Reduced | None:
    """Reduce an object without calling its `__getattr__` for a `__getstate__`; None if it would not be called.

    Before Python 3.11, where `object` got one, the `__getattr__` of a mock
    made one up, and another one for the result, without end.
    """
    bases = mro(type(thing))
    if not any("__getattr__" in namespace(base) for base in bases):
        return None
    owned = ((base, hook) for base in bases[:-1] for hook in STATE_HOOKS if hook in namespace(base))
    if any(not is_native(base) or hook == "__getstate__" for base, hook in owned):
        return None
    if native_base(type(thing)) is object:
        return instance(thing)
    if getattr(thing, "__getstate__", None) is not None:
        raise TypeError("its __getattr__ answers for __getstate__, which its class does not have")
    return None
