"""The built-in types that an inert class may be built on, and how instances of inert classes are copied.

The module `copy` asks the object for `__deepcopy__`, which may be any attribute in an untrusted dump.  So inert classes
define it with the functions here.
"""

from __future__ import annotations

import copy
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable

from tibidi.look import anatomy
from tibidi.process.hints import Any

# By their names in a dump.
LAYOUTS: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        BaseException, Counter, Exception, OrderedDict, bytearray, bytes, complex, defaultdict, deque, dict, float,
        frozenset, int, list, set, str, tuple,
    )
}  # fmt: skip
# These get their value when they are made; all others are filled later.
ATOMS = (bytes, complex, float, int, str)


def layout_of(cls: type) -> Any:
    """Return the built-in type that a class is built on, `object` if there is none."""
    return next((base for base in cls.__mro__ if base in LAYOUTS.values()), object)


def shallow(thing: Any) -> Any:
    """Return a copy that has the same items and attributes."""
    return _copied(thing, lambda part: part, {})


def deep(thing: Any) -> Callable[[dict[int, Any]], Any]:
    """Return the method `__deepcopy__` of an object."""
    return lambda memo: _copied(thing, lambda part: copy.deepcopy(part, memo), memo)


def absent(thing: object) -> object:
    """Raise AttributeError: the value of an attribute that no inert object has."""
    raise AttributeError("not an attribute of an inert object")


def itself(thing: Any) -> Callable[[dict[int, Any]], Any]:
    """Return the method `__deepcopy__` of an object that is its own copy: a function, a module."""
    return lambda _memo: thing


def atomic(thing: Any) -> Any:
    """Return the object itself."""
    return thing


def _copied(thing: Any, within: Callable[[Any], Any], memo: dict[int, Any]) -> Any:
    layout = layout_of(type(thing))
    made = _new_copy(thing, layout, within)
    memo[id(thing)] = made
    if isinstance(made, dict):
        for key, value in list(layout.items(thing)):
            layout.__setitem__(made, within(key), within(value))
    elif isinstance(made, (list, deque)):
        layout.extend(made, [within(part) for part in layout.__iter__(thing)])
    made.__dict__.update({name: within(value) for name, value in thing.__dict__.items()})
    return made


def _new_copy(thing: Any, layout: Any, within: Callable[[Any], Any]) -> Any:
    """Return a copy with the content that cannot be set later."""
    cls = type(thing)
    if isinstance(thing, BaseException):
        return _new_exception(thing, within)
    if layout in ATOMS:
        return layout.__new__(cls, *layout.__getnewargs__(thing))
    if layout in {frozenset, tuple}:
        return layout.__new__(cls, [within(part) for part in layout.__iter__(thing)])
    made = layout.__new__(cls)
    if layout is deque:
        deque.__init__(made, (), deque.maxlen.__get__(thing))
    elif layout is defaultdict:
        defaultdict.__init__(made, within(vars(defaultdict)["default_factory"].__get__(thing)))
    elif layout in {bytearray, set}:
        layout.__init__(made, [within(part) for part in layout.__iter__(thing)])
    return made


def _new_exception(thing: BaseException, within: Callable[[Any], Any]) -> BaseException:
    native: Any = anatomy.native_base(type(thing))
    parts = (
        [native.message.__get__(thing), within(list(anatomy.group_members(thing)))] if anatomy.is_group(native) else []
    )
    made: BaseException = native.__new__(type(thing), *parts)
    made.args = within(thing.args)
    return made
