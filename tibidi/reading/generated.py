"""Generate the methods of dataclasses and named tuples again.

The standard library compiled them from a text that is in no file, so they are lost on another version of Python.  But
the fields are known, and the same library is here.
"""

from __future__ import annotations

import dataclasses
from collections import namedtuple
from collections.abc import Callable
from types import FunctionType
from typing import ClassVar

from tibidi.process.hints import Any
from tibidi.reading.state import set_state, show_attributes
from tibidi.words.standins import StandIn, is_missing

DATACLASS_METHODS = (
    "__init__", "__repr__", "__eq__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__setattr__", "__delattr__",
    "__replace__", "__getstate__", "__setstate__",
)  # fmt: skip
NAMED_TUPLE_METHODS = ("__new__", "__repr__", "__replace__", "_make", "_replace", "_asdict", "__getnewargs__")
FIELDS = "__dataclass_fields__"
# How dataclasses names the kinds of what is no attribute of an instance, and what they are annotated with.
PSEUDO_FIELDS: dict[str, Any] = {"_FIELD_CLASSVAR": ClassVar, "_FIELD_INITVAR": dataclasses.InitVar}
PARAMETERS = ("init", "repr", "eq", "order", "unsafe_hash", "frozen")


def regenerate(cls: type, is_lost: Callable[[FunctionType], bool]) -> None:
    """Replace the generated methods of `cls` that are lost."""
    lost = {name for name, value in vars(cls).items() if _is_lost(value, is_lost)}
    if lost.intersection(DATACLASS_METHODS) and "__dataclass_params__" in vars(cls):
        _regenerate_dataclass(cls, lost.intersection(DATACLASS_METHODS))
    if "__setstate__" in lost:
        cls.__setstate__ = _take_state  # type: ignore[attr-defined]  # only some classes have one
    if lost.intersection(NAMED_TUPLE_METHODS) and issubclass(cls, tuple) and "_fields" in vars(cls):
        _regenerate_named_tuple(cls, lost.intersection(NAMED_TUPLE_METHODS))
    for name in lost.intersection(REPLACEMENTS):
        if not _is_lost(vars(cls).get(name), is_lost):
            continue
        if issubclass(cls, StandIn):  # whose method shows that a base is missing
            delattr(cls, name)
        else:
            setattr(cls, name, REPLACEMENTS[name])


def _regenerate_dataclass(cls: Any, lost: set[str]) -> None:
    """Decorate the class again, with the fields as its body had them, and keep its attributes of their names."""
    for name in lost:
        delattr(cls, name)
    inherited = {id(field) for base in cls.__mro__[1:] for field in getattr(base, FIELDS, {}).values()}
    own = {name: field for name, field in getattr(cls, FIELDS).items() if id(field) not in inherited}
    types, annotations = {name: field.type for name, field in own.items()}, getattr(cls, "__annotations__", {})
    # Of an annotation that is a text, dataclasses would look the name up in the module that is here.
    cls.__annotations__ = {name: PSEUDO_FIELDS.get(own[name]._field_type.name, each) for name, each in types.items()}
    kept = {name: value for name, value in vars(cls).items() if name in own}  # slots, and what was assigned later
    for name, field in own.items():
        if getattr(field, "kw_only", False) is None:  # written by Python 3.9, which does not have it
            field.kw_only = dataclasses.MISSING
        setattr(cls, name, field)
    said = {name: bool(getattr(cls.__dataclass_params__, name)) for name in PARAMETERS}
    dataclasses.dataclass(**said)(cls)
    for name, value in kept.items():
        setattr(cls, name, value)
    for name, each in types.items():
        own[name].type = each
    cls.__annotations__ = annotations


def _regenerate_named_tuple(cls: Any, lost: set[str]) -> None:
    fields = cls._fields
    defaults = [cls._field_defaults[name] for name in fields if name in getattr(cls, "_field_defaults", {})]
    # `model` keeps the class alive: it is part of a cycle, and the garbage collector clears its dictionary.
    make: Callable[..., type] = namedtuple  # mypy wants literals where it sees the name
    model = make(cls.__name__, fields, defaults=defaults or None, module=cls.__module__)
    for name in lost.intersection(vars(model)):
        setattr(cls, name, vars(model)[name])


def _take_state(thing: object, state: object) -> None:
    """Take a state instead of a `__setstate__` that is lost."""
    if not set_state(thing, state):
        raise TypeError(f"its __setstate__ is lost, and its state, a {type(state).__name__}, is not plain")


def _is_lost(value: object, is_lost: Callable[[FunctionType], bool]) -> bool:
    """Return True for a function that cannot be called here: lost, or a stand-in for one of a module."""
    function = getattr(value, "__func__", value)
    return is_missing(value) or (isinstance(function, FunctionType) and is_lost(function))


# Methods that are called implicitly, and their replacements if they are lost, as those of attrs classes are.
REPLACEMENTS = {
    "__eq__": object.__eq__, "__hash__": object.__hash__, "__ne__": object.__ne__, "__repr__": show_attributes,
}  # fmt: skip
