"""What is in the body of a class besides its attributes: annotations, and the globals that its methods need early.

Loaded for the first class or function of the application; unlike `translation` it does not import cloudpickle.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from types import FunctionType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import mro, namespace
from tibidi.words.code import walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

# Methods that unpickling itself calls are written with their globals, as all other globals come after the frames.
CALLED_BY_LOADING = (
    "__new__", "__setstate__", "__hash__", "__eq__", "__setattr__", "__setitem__", "append", "extend", "add",
)  # fmt: skip
# Methods that may have the class called when an instance is loaded; exceptions are made without them.
REDUCING = {"__reduce__", "__reduce_ex__"}


def annotated(cls: type, attributes: dict[str, object]) -> dict[str, object]:
    """Store annotations as `__annotations__`, as all versions do: under PEP 649 a class has a function and a cache."""
    known, annotate = attributes.pop("__annotations_cache__", None), namespace(cls).get("__annotate_func__")
    if known is None and annotate is not None:
        known = evaluated(annotate)
    return attributes if known is None else {**attributes, "__annotations__": known}


def evaluated(annotate: Any) -> object:
    """Return what an annotate function (PEP 649) has; as source code if a name in it is not defined, or not yet."""
    try:
        return annotate(1)  # annotationlib.Format.VALUE
    except Exception:  # noqa: BLE001 - code of the application
        if sys.version_info >= (3, 14):
            import annotationlib

            with suppress(Exception):  # likewise
                return annotationlib.call_annotate_function(annotate, annotationlib.Format.STRING)
    return {}


def called_methods(cls: type) -> Iterator[FunctionType]:
    """Yield the functions in the body of a class that unpickling an instance may call."""
    body, bases = namespace(cls), mro(cls)[:-1]  # without object
    reduces = any(not REDUCING.isdisjoint(namespace(base)) for base in bases) and BaseException not in bases
    for name in (*CALLED_BY_LOADING, *["__init__"] * reduces):
        method = body.get(name)
        method = getattr(method, "__func__", method)  # __new__ is a staticmethod
        if type(method) is FunctionType:
            yield method


def early_globals(functions: Iterable[FunctionType]) -> Iterator[tuple[FunctionType, dict[str, object]]]:
    """Yield each function that is reachable from `functions` through globals, with the globals that it uses."""
    pending = list(functions)
    seen = {id(each) for each in pending}
    while pending:
        function = pending.pop()
        used = _used(function)
        if used:
            yield function, used
        for value in used.values():
            reached = _functions(value, function)
            pending.extend(each for each in reached if id(each) not in seen)
            seen.update(map(id, reached))


def _used(function: FunctionType) -> dict[str, object]:
    names = {name for code in walk(function.__code__) for name in code.co_names}
    return {name: function.__globals__[name] for name in names if name in function.__globals__}


def _functions(value: object, caller: FunctionType) -> list[FunctionType]:
    """Return the functions in a global, a function itself or a class, that share the globals of `caller`."""
    if type(value) is FunctionType:
        return [value] if value.__globals__ is caller.__globals__ else []
    if type in mro(type(value)):
        body = namespace(value).values()  # type: ignore[arg-type]  # it is a class
        return [each for each in body if type(each) is FunctionType and each.__globals__ is caller.__globals__]
    return []
