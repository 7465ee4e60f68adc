"""What the methods that loading calls cannot do without.

Globals are written behind the frames, so a function that comes back has none
of them yet.  That is early enough for all that people call, and too late for
what unpickling itself calls: `__new__`, `__setstate__`, `__hash__` of keys,
what `__reduce__` names.  Those bring the globals along that they use, and
the functions among these theirs.
"""

from __future__ import annotations

from types import FunctionType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import mro
from tibidi.look.anatomy import namespace
from tibidi.words.code import walk

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

CALLED_BY_LOADING = (
    "__new__",
    "__setstate__",
    "__hash__",
    "__eq__",
    "__setattr__",
    "__setitem__",
    "append",
    "extend",
    "add",
)


def called_methods(cls: type) -> Iterator[FunctionType]:
    """Yield the functions of a class's own body that unpickling an instance may call."""
    body = namespace(cls)
    for name in CALLED_BY_LOADING:
        method = body.get(name)
        method = getattr(method, "__func__", method)  # __new__ is a staticmethod
        if type(method) is FunctionType:
            yield method


def needs(functions: Iterable[FunctionType]) -> Iterator[tuple[FunctionType, dict[str, object]]]:
    """Yield each function that is reached from `functions` by way of globals, with the globals that it uses."""
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
    """Return the functions in a global, a function itself or a class, that live where `caller` does."""
    if type(value) is FunctionType:
        return [value] if value.__globals__ is caller.__globals__ else []
    if type in mro(type(value)):
        body = namespace(value).values()  # type: ignore[arg-type]  # it is a class
        return [each for each in body if type(each) is FunctionType and each.__globals__ is caller.__globals__]
    return []
