"""The words of the format, and some functions of the standard library, as the inert reader makes them.

`WORDS` has the names of `vocabulary.WORDS` like `tibidi.reading.makers`, but
functions become descriptions and classes inert classes, and bytecode is not
looked at.
"""

from __future__ import annotations

import types
from collections import OrderedDict
from collections.abc import Callable
from collections.abc import Mapping
from types import CellType
from types import MappingProxyType
from types import MethodType
from types import ModuleType
from typing import Any

from tibidi.reading import makers
from tibidi.reading.inert import classes
from tibidi.reading.inert import plain
from tibidi.reading.inert.exceptions import exception_state
from tibidi.reading.inert.exceptions import make_exception
from tibidi.reading.inert.layouts import atomic
from tibidi.reading.inert.layouts import itself
from tibidi.reading.inert.repr import BOUNDED
from tibidi.reading.inert.repr import clean
from tibidi.reading.inert.sources import block
from tibidi.reading.inert.types import INERT
from tibidi.reading.inert.types import InertAtom
from tibidi.reading.inert.types import InertMapping
from tibidi.reading.inert.types import InertObject
from tibidi.reading.inert.types import InertSequence
from tibidi.reading.inert.types import InertType
from tibidi.reading.inert.types import called
from tibidi.reading.inert.types import instance
from tibidi.reading.inert.types import make_type
from tibidi.reading.inert.types import text_keys
from tibidi.words import standins
from tibidi.words import vocabulary


class InertModule(ModuleType):
    """A module of which only the name is known."""

    __copy__ = atomic
    __deepcopy__ = property(itself)

    def __getattr__(self, name: str) -> object:
        raise AttributeError(f"module {self.__name__!r} has no attribute {clean(name)!r} in the dump; {INERT}")

    def __repr__(self) -> str:
        return f"<module {self.__name__!r} (inert)>"


class InertCode(InertAtom):
    """A code object: its origin; its bytecode stays in the file."""

    _inert_name_ = "code"


class InertFunction(InertAtom):
    """A function that was written by value: its name, origin, source and attributes."""

    _inert_name_ = "function"

    def __call__(self, *arguments: object, **_: object) -> object:
        """Raise TypeError: no application code runs; for a pickle, return what the function would make."""
        return called(self, arguments)

    @property
    def __source__(self) -> str:
        """The captured text of the function."""
        code = self.__dict__["__code__"].__dict__
        return block(code["_text_"], code["co_firstlineno"])

    def __repr__(self) -> str:
        code = self.__dict__["__code__"].__dict__
        place = f"{code['co_filename']}:{code['co_firstlineno']}"
        return f"<function {clean(self.__dict__['__qualname__'])} of {place} (inert)>"


class InertAttribute(InertObject):
    """An attribute of an object, most often a bound method."""

    _inert_name_ = "attribute"

    def __call__(self, *arguments: object, **_: object) -> object:
        """Raise TypeError: no application code runs; for a pickle, return what the method would make."""
        return called(self, arguments)

    def __repr__(self) -> str:
        own = self.__dict__
        return f"<{clean(own['__name__'])} of {BOUNDED.repr(own['__self__'])} (inert)>"


class InertReference(InertObject):
    """A weak reference, which keeps its object; called, it returns it, None if it was dead."""

    _inert_name_ = "weakref"

    def __call__(self) -> object:
        """Return the object."""
        return self.__dict__.get("to")


class InertPattern(InertObject):
    """A regular expression, not compiled: that can take forever."""

    def __repr__(self) -> str:
        return f"re.compile({BOUNDED.repr(self.__dict__['pattern'])})"


def _module(name: object) -> object:
    return InertModule(clean(plain.expect_text(name)))


def _module_state(module: object, state: object) -> None:
    if type(module) is InertModule:
        module.__dict__.update(text_keys(state))


def make_code(sources: Mapping[str, str], _magic: object, _marshalled: object, *key: object) -> Any:
    """Return a description of a code object; its bytecode stays in the file."""
    file, qualname, name, first_line = (*key, "?", "?", "?", 0)[:4]
    variables = key[6] if len(key) > 6 and type(key[6]) is tuple else ()
    return instance(
        InertCode,
        co_filename=clean(file),
        co_qualname=clean(qualname),
        co_name=clean(name),
        co_firstlineno=first_line if type(first_line) is int else 0,
        co_varnames=variables,
        _text_=sources.get(file, "") if type(file) is str else "",
    )


def _function(code: object, namespace: object, name: object, closure: object) -> object:
    if type(code) is not InertCode:
        code = make_code({}, b"", b"")
    return instance(
        InertFunction,
        __name__=clean(name),
        __qualname__=code.__dict__["co_qualname"],
        __code__=code,
        __globals__=namespace,
        __closure__=closure,
    )


def _function_state(function: object, state: object) -> None:
    attributes, dictionary, _, *early = plain.expect(state, tuple)
    classes.prefill(early)
    if type(function) is InertFunction:
        known = text_keys(attributes)
        known.pop("__code__", None)
        if "__qualname__" in known:
            known["__qualname__"] = clean(known["__qualname__"])
        function.__dict__.update(known)
        function.__dict__.update({k: v for k, v in text_keys(dictionary).items() if not k.startswith("__")})


def _cell_state(cell: object, state: object) -> None:
    (content,) = plain.expect(state, tuple)
    plain.expect(cell, CellType).cell_contents = content


def _slots_state(thing: object, state: object) -> None:
    if isinstance(thing, InertObject):
        thing.__dict__.update(text_keys(plain.expect(state, dict)))


def _type(name: object) -> object:
    found = getattr(types, plain.expect_text(name), None)
    if not isinstance(found, type):
        raise TypeError("not a type of the interpreter")
    return found


def _typevar(name: object, *_: object) -> object:
    return instance(make_type("typing", "TypeVar"), __name__=clean(name))


def _attribute(owner: object, name: object) -> object:
    text = clean(name)
    if isinstance(owner, InertModule) and (owner.__name__, text) in plain.CONSTANTS:
        return plain.CONSTANTS[owner.__name__, text]
    known = owner.__dict__.get(text) if isinstance(owner, (InertObject, InertModule)) else None
    return instance(InertAttribute, __self__=owner, __name__=text) if known is None else known


def _values(content: object, ordered: object = False) -> object:
    return (OrderedDict if ordered is True else dict)(enumerate(plain.expect(content, list, tuple))).values()


def _items(content: object, ordered: object = False) -> object:
    return (OrderedDict if ordered is True else dict)(plain.expect(content, dict, OrderedDict)).items()


def _field(name: object) -> object:
    return instance(make_type("dataclasses", clean(name)))


def _weakref(target: object, _function: object = None) -> object:
    return instance(InertReference, to=target)


def _weak(cls: object) -> object:
    name = (cls.__module__, cls.__qualname__) if isinstance(cls, InertType) else ("weakref", "?")
    return instance(make_type(*name, InertSequence), _items_=[])


def _weak_state(made: object, content: object) -> None:
    """Fill a collection; that of a mapping is pairs, of which only keys that are plain or inert are hashed."""
    if not isinstance(made, InertSequence):
        return
    items: Any = plain.expect(content, list)
    if items and all(type(each) is tuple and len(each) == 2 for each in items):
        made.__class__ = make_type(type(made).__module__, type(made).__qualname__, InertMapping)
        items = {key: value for key, value in items if type(key) in {str, int, bytes} or isinstance(key, InertObject)}
    made.__dict__["_items_"] = items


def _view(data: object, code: object, shape: object) -> object:
    return makers._view(plain.expect(data, bytes, bytearray), plain.expect_text(code, 2), plain.expect(shape, tuple))


def _standin(kind: type) -> Callable[..., object]:
    def make(*arguments: object) -> object:
        return kind(*(clean(each) if type(each) is str else each for each in arguments))

    return make


def _method(function: object, owner: object) -> object:
    return instance(InertAttribute, __self__=owner, __func__=function, __name__=name_of(function))


def _proxy(mapping: object) -> object:
    return instance(make_type("builtins", "mappingproxy", InertMapping), _items_=plain.expect(mapping, dict))


def name_of(thing: object) -> str:
    """Return the printable name of a function."""
    if isinstance(thing, InertType):  # pickled by its name
        return clean(thing.__name__)
    own = thing.__dict__ if isinstance(thing, InertObject) else {}
    return clean(own.get("__name__", type(thing).__name__))


def home_of(function: InertObject) -> tuple[str, str]:
    """Return the module and name of the class whose instance a call returns, as far as they are known.

    A private method of a class, such as `ZoneInfo._unpickle`, makes an instance of that class.
    """
    name, owner = name_of(function), function.__dict__.get("__self__")
    if isinstance(owner, InertType):
        return owner.__module__, owner.__qualname__ if name.startswith("_") else f"{owner.__qualname__}.{name}"
    return type(owner).__module__ if owner is not None else "?", name


def _pattern(pattern: object, flags: object = 0) -> object:
    return instance(InertPattern, pattern=plain.expect(pattern, str, bytes), flags=plain.expect(flags, int))


STANDINS: dict[type, Callable[..., object]] = {
    kind: _standin(kind) for kind in (standins.Cut, standins.Dummy, standins.NotPickleable, standins.Redacted)
}
# The makers for calls of types of the interpreter.
TYPE_MAKERS: dict[type, Callable[..., object]] = {**STANDINS, MappingProxyType: _proxy, MethodType: _method}

MAKERS: dict[str, Callable[..., object]] = {
    **{word: globals()[word] for word in vocabulary.WORDS if word in globals()},
    "_cached": lambda function, *_: function,
    "_cell": CellType,
    "_class": classes.make_class,
    "_class_state": classes.class_state,
    "_dynamic_module": _module,
    "_dynamic_module_state": _module_state,
    "_enum": classes.make_enumeration,
    "_exception": make_exception,
    "_exception_state": exception_state,
    "_member": classes.make_member,
    "_member_state": classes.member_state,
    "_same": atomic,
}
WORDS: dict[tuple[str, str], Callable[..., object]] = {
    ("builtins", "getattr"): _attribute,
    ("re", "_compile"): _pattern,
    **{("tibidi", word): maker for word, maker in MAKERS.items()},
}
