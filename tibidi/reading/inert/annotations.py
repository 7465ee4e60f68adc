"""Generic types and unions of annotations, which print as in source code: `typing.Optional[int]`, `int | None`."""

from __future__ import annotations

from collections.abc import Callable

from tibidi.reading.inert import types
from tibidi.reading.inert.proxies import real
from tibidi.reading.inert.repr import BOUNDED, clean

MAX_ARGUMENTS = 20


class InertGeneric(types.InertObject):
    """A generic type with its arguments, or a union."""

    _inert_name_ = "typing.Generic"

    def __repr__(self) -> str:
        own = self.__dict__
        origin, arguments = own["__origin__"], own["__args__"]
        if own["_value_"] == "|":
            return " | ".join(written(argument) for argument in shown(arguments))
        name = written(origin)
        if name == "typing.Union" and len(arguments) == 2 and any(each is type(None) for each in arguments):
            name, arguments = "typing.Optional", tuple(each for each in arguments if each is not type(None))
        return f"{name}[{', '.join(map(written, shown(arguments)))}]"


def shown(arguments: tuple[object, ...]) -> tuple[object, ...]:
    """Return the arguments that are shown."""
    return arguments if len(arguments) <= MAX_ARGUMENTS else (*arguments[:MAX_ARGUMENTS], ...)


def written(thing: object) -> str:
    """Return a part of an annotation as source code."""
    if thing is type(None) or thing is ...:
        return "..." if thing is ... else "None"
    if isinstance(thing, types.InertType):
        return clean(thing._inert_name_)
    if isinstance(thing, type):
        return f"{thing.__module__}.{thing.__qualname__}".replace("builtins.", "", 1)
    if type(thing) is list and not any(type(each) is list for each in thing):  # the parameters of a callable
        return f"[{', '.join(map(written, shown(tuple(thing))))}]"
    if isinstance(thing, types.InertObject) and type(thing).__name__ == "TypeVar":
        return f"~{clean(thing.__dict__.get('__name__', '?'))}"
    return BOUNDED.repr(thing)


def make_generic(origin: object, arguments: object) -> InertGeneric:
    """Make a generic type with arguments, like `operator.getitem` and `types.GenericAlias`."""
    if not isinstance(origin, type):
        raise TypeError("arguments of something that is not a type")
    return _generic(real(origin), arguments if type(arguments) is tuple else (arguments,), "[")


def make_union(function: object, members: object, *_: object) -> InertGeneric:
    """Make a union, like `functools.reduce(operator.or_, members)`."""
    name = function._inert_name_ if isinstance(function, types.InertType) else ""
    if name not in {"_operator.or_", "operator.or_"} or type(members) is not tuple:
        raise TypeError("a call that does not make a union")
    return _generic(None, members, "|")


def _generic(origin: object, arguments: tuple[object, ...], kind: str) -> InertGeneric:
    return types.instance(InertGeneric, __origin__=origin, __args__=tuple(map(real, arguments)), _value_=kind)


ANNOTATION_WORDS: dict[tuple[str, str], Callable[..., object]] = {
    ("types", "GenericAlias"): make_generic,
    **dict.fromkeys((("_functools", "reduce"), ("functools", "reduce")), make_union),
    **dict.fromkeys((("_operator", "getitem"), ("operator", "getitem")), make_generic),
}
