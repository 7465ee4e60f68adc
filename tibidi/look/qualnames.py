"""Qualified names of code objects, which have none before Python 3.11.

The function of the code is looked up where it most likely is: in the class of the first argument, or among the globals.
"""

from __future__ import annotations

from types import CodeType, FunctionType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import mro, namespace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tibidi.look.frames import LiveFrame

# The function in a classmethod, staticmethod or property.
WRAPPED = (
    (classmethod, vars(classmethod)["__func__"]),
    (staticmethod, vars(staticmethod)["__func__"]),
    (property, vars(property)["fget"]),
)


def qualname(live: LiveFrame) -> str:
    """Return the qualified name of the code of a frame, its plain name where the function is not found."""
    code = live.frame.f_code
    for candidate in _candidates(live, code):
        function = _unwrapped(candidate)
        if type(function) is FunctionType and function.__code__ is code:
            return function.__qualname__
    return code.co_name


def _candidates(live: LiveFrame, code: CodeType) -> Iterator[object]:
    yield dict.get(live.frame.f_globals, code.co_name)
    if code.co_argcount:
        first = live.namespace.get(code.co_varnames[0])
        own = mro(first) if issubclass(type(first), type) else ()  # type: ignore[arg-type]  # a class
        for base in (*own, *mro(type(first))):
            yield namespace(base).get(code.co_name)


def _unwrapped(candidate: object) -> object:
    for wrapper, function in WRAPPED:
        if type(candidate) is wrapper:
            return function.__get__(candidate)
    return candidate
