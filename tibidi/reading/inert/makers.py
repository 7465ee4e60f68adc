"""The words of the format, and some functions of the standard library, as the inert reader makes them.

`WORDS` has the names of `vocabulary.WORDS` like `tibidi.reading.makers`, but functions become descriptions and classes
inert classes, and bytecode is not looked at.
"""

from __future__ import annotations

import re
import types as interpreter
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Mapping

from tibidi.process.hints import Any
from tibidi.reading.inert import classes, exceptions, layouts, plain, types
from tibidi.reading.inert.repr import BOUNDED, clean
from tibidi.reading.inert.sources import block
from tibidi.reading.state import fill
from tibidi.words import standins, vocabulary


class InertModule(interpreter.ModuleType):
    """A module of which only the name is known."""

    __copy__ = layouts.atomic
    __deepcopy__ = property(layouts.itself)

    def __getattr__(self, name: str) -> object:
        raise AttributeError(f"module {self.__name__!r} has no attribute {clean(name)!r} in the dump; {types.INERT}")

    def __repr__(self) -> str:
        return f"<module {self.__name__!r} (inert)>"


class InertCode(types.InertAtom):
    """A code object: its origin; its bytecode stays in the file."""

    _inert_name_ = "code"


class InertCallable(types.InertObject):
    """What can be called, but not here."""

    __call__ = types.called


class InertFunction(InertCallable, types.InertAtom):
    """A function that was written by value: its name, origin, source and attributes."""

    _inert_name_ = "function"

    @property
    def __source__(self) -> str:
        """The captured text of the function."""
        code = self.__dict__["__code__"].__dict__
        return block(code["_text_"], code["co_firstlineno"])

    def __repr__(self) -> str:
        code = self.__dict__["__code__"].__dict__
        place = f"{code['co_filename']}:{code['co_firstlineno']}"
        return f"<function {clean(self.__dict__['__qualname__'])} of {place} (inert)>"


class InertAttribute(InertCallable):
    """An attribute of an object, most often a bound method."""

    _inert_name_ = "attribute"

    def __repr__(self) -> str:
        own = self.__dict__
        return f"<{clean(own['__name__'])} of {BOUNDED.repr(own['__self__'])} (inert)>"


class InertReference(types.InertObject):
    """A weak reference, which keeps its object; called, it returns it, None if it was dead."""

    _inert_name_ = "weakref"
    __call__ = types.of(layouts.atomic, "to")


class InertPattern(types.InertObject):
    """A regular expression, not compiled: that can take forever."""

    def __repr__(self) -> str:
        own = self.__dict__
        flags = own["flags"] & int(re.A | re.I | re.L | re.M | re.S | re.X) if type(own["flags"]) is int else 0
        return f"re.compile({BOUNDED.repr(own['pattern'])}{f', {re.RegexFlag(flags)!r}' if flags else ''})"


def _module_state(module: object, state: object) -> None:
    if type(module) is InertModule:
        module.__dict__.update(types.text_keys(state))


def make_code(sources: Mapping[str, str], _magic: object, _marshalled: object, *key: object) -> Any:
    """Return a description of a code object; its bytecode stays in the file."""
    file, qualname, name, first_line = (*key, "?", "?", "?", 0)[:4]
    return types.instance(
        InertCode,
        co_filename=clean(file),
        co_qualname=clean(qualname),
        co_name=clean(name),
        co_firstlineno=first_line if type(first_line) is int else 0,
        co_varnames=key[6] if len(key) > 6 and type(key[6]) is tuple else (),
        _text_=sources.get(file, "") if type(file) is str else "",
    )


def _function(code: Any, namespace: object, name: object, closure: object) -> object:
    code = code if type(code) is InertCode else make_code({}, b"", b"")
    known = {"__name__": clean(name), "__qualname__": code.__dict__["co_qualname"], "__code__": code}
    return types.instance(InertFunction, **known, __globals__=namespace, __closure__=closure)


def _function_state(function: object, state: object) -> None:
    attributes, dictionary, _, *early = plain.expect(state, tuple)
    classes.prefill(early)
    if type(function) is InertFunction:
        known = types.text_keys(attributes)
        known.pop("__code__", None)
        if "__qualname__" in known:
            known["__qualname__"] = clean(known["__qualname__"])
        own = {name: value for name, value in types.text_keys(dictionary).items() if not name.startswith("__")}
        function.__dict__.update(known, **own)


def _cell_state(cell: object, state: object) -> None:
    (plain.expect(cell, interpreter.CellType).cell_contents,) = plain.expect(state, tuple)


def _slots_state(thing: object, state: object) -> None:
    if isinstance(thing, types.InertObject):
        thing.__dict__.update(types.text_keys(plain.expect(state, dict)))


def _type(name: object) -> object:
    found = getattr(interpreter, plain.expect_text(name), None)
    if not isinstance(found, type):
        raise TypeError("not a type of the interpreter")
    return found


def _native(cls: Any, *arguments: object) -> object:
    if not isinstance(cls, types.InertType):
        raise TypeError("not a class of an application")
    return cls(*arguments)


def native_state(made: Any, state: object) -> None:
    """Fill an instance of a class on a built-in type, then set its attributes."""
    attributes, content = plain.expect(state, tuple)
    plain.expect(content, dict, list)
    if not isinstance(type(made), types.InertType):
        raise TypeError("not an instance of a class of an application")
    layout = layouts.layout_of(type(made))
    if layout is object:
        made.__dict__["_items_"] = content
    else:
        layout.clear(made)  # what its arguments seemed to be
        fill(made, content)
    if attributes is not None:
        made.__setstate__(attributes)


def _attribute(owner: object, name: object) -> object:
    text = clean(name)
    if isinstance(owner, InertModule) and (owner.__name__, text) in plain.CONSTANTS:
        return plain.CONSTANTS[owner.__name__, text]
    known = owner.__dict__.get(text) if isinstance(owner, (types.InertObject, InertModule)) else None
    return types.instance(InertAttribute, __self__=owner, __name__=text) if known is None else known


def _dictionary(ordered: object) -> Any:
    return OrderedDict if ordered is True else dict


def _weak(cls: object) -> object:
    name = (cls.__module__, cls.__qualname__) if isinstance(cls, types.InertType) else ("weakref", "?")
    return types.instance(types.make_type(*name, types.InertSequence), _items_=[])


def _weak_state(made: object, content: object) -> None:
    """Fill a collection; that of a mapping is pairs, of which only keys that are plain or inert are hashed."""
    if not isinstance(made, types.InertSequence):
        return
    items: Any = plain.expect(content, list)
    if items and all(type(each) is tuple and len(each) == 2 for each in items):
        made.__class__ = types.make_type(type(made).__module__, type(made).__qualname__, types.InertMapping)
        hashable = (
            pair for pair in items if type(pair[0]) in {str, int, bytes} or isinstance(pair[0], types.InertObject)
        )
        items = dict(hashable)
    made.__dict__["_items_"] = items


def _view(data: object, code: object, shape: object) -> object:
    from tibidi.reading import makers  # slow to import, and few dumps have views

    return makers._view(plain.expect(data, bytes, bytearray), plain.expect_text(code, 2), plain.expect(shape, tuple))


def _standin(kind: type) -> Callable[..., object]:
    return lambda *arguments: kind(*(clean(each) if type(each) is str else each for each in arguments))


def name_of(thing: object) -> str:
    """Return the printable name of a function."""
    if isinstance(thing, types.InertType):  # pickled by its name
        return clean(thing.__name__)
    own = thing.__dict__ if isinstance(thing, types.InertObject) else {}
    return clean(own.get("__name__", type(thing).__name__))


def home_of(function: types.InertObject) -> tuple[str, str]:
    """Return the module and name of the class whose instance a call returns, as far as they are known.

    A private method of a class, such as `ZoneInfo._unpickle`, makes an instance of that class.
    """
    name, owner = name_of(function), function.__dict__.get("__self__")
    if isinstance(owner, types.InertType):
        return owner.__module__, owner.__qualname__ if name.startswith("_") else f"{owner.__qualname__}.{name}"
    return type(owner).__module__ if owner is not None else "?", name


STANDINS: dict[type, Callable[..., object]] = {kind: _standin(kind) for kind in standins.KINDS}
# The makers for calls of types of the interpreter.
TYPE_MAKERS: dict[type, Callable[..., object]] = {
    **STANDINS,
    type(None): lambda: None,
    interpreter.MappingProxyType: lambda mapping: types.instance(
        types.make_type("builtins", "mappingproxy", types.InertMapping),
        _items_=plain.expect(mapping, dict, OrderedDict, Counter, defaultdict),
    ),
    interpreter.MethodType: lambda function, owner: types.instance(
        InertAttribute, __self__=owner, __func__=function, __name__=name_of(function)
    ),
}

MAKERS: dict[str, Callable[..., object]] = {
    **{word: globals()[word] for word in vocabulary.WORDS if word in globals()},
    "_cached": lambda function, *_: function,
    "_cell": interpreter.CellType,
    "_class": classes.make_class,
    "_class_state": classes.class_state,
    "_dynamic_module": lambda name: InertModule(clean(plain.expect_text(name))),
    "_dynamic_module_state": _module_state,
    "_enum": classes.make_enumeration,
    "_exception": exceptions.make_exception,
    "_exception_state": exceptions.exception_state,
    "_field": lambda name: types.instance(types.make_type("dataclasses", clean(name))),
    "_items": lambda content, ordered=False: _dictionary(ordered)(plain.expect(content, dict, OrderedDict)).items(),
    "_keys": lambda content, ordered=False: _dictionary(ordered).fromkeys(plain.expect(content, list, tuple)).keys(),
    "_member": classes.make_member,
    "_member_state": classes.member_state,
    "_module": lambda name: InertModule(clean(plain.expect_text(name))),
    "_native_state": native_state,
    "_same": layouts.atomic,
    "_typevar": lambda name, *_: types.instance(types.make_type("typing", "TypeVar"), __name__=clean(name)),
    "_values": lambda content, ordered=False: _dictionary(ordered)(
        enumerate(plain.expect(content, list, tuple))
    ).values(),
    "_weakref": lambda target, *_: types.instance(InertReference, to=target),
}
WORDS: dict[tuple[str, str], Callable[..., object]] = {
    ("builtins", "getattr"): _attribute,
    ("re", "_compile"): lambda pattern, flags=0: types.instance(
        InertPattern, pattern=plain.expect(pattern, str, bytes), flags=plain.expect(flags, int)
    ),
    **{("tibidi", word): maker for word, maker in MAKERS.items()},
}
