"""What a class of the application may be built on and still be data, and how things of such classes are copied.

`copy` goes by what objects say of themselves, and an inert object says what a
stranger has written: `__deepcopy__` might be anything.  So inert classes
answer for their instances, with what is here.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections import OrderedDict
from collections import defaultdict
from collections import deque
from typing import TYPE_CHECKING
from typing import Any

from tibidi.look.anatomy import group_members
from tibidi.look.anatomy import is_group

if TYPE_CHECKING:
    from collections.abc import Callable

# By the name that a dump has for it.
LAYOUTS: dict[str, type] = {
    "BaseException": BaseException,
    "Counter": Counter,
    "Exception": Exception,
    "OrderedDict": OrderedDict,
    "bytearray": bytearray,
    "bytes": bytes,
    "complex": complex,
    "defaultdict": defaultdict,
    "deque": deque,
    "dict": dict,
    "float": float,
    "frozenset": frozenset,
    "int": int,
    "list": list,
    "set": set,
    "str": str,
    "tuple": tuple,
}
# Their value comes with their creation; all others are filled later.
ATOMS = (bytes, complex, float, int, str)


def layout_of(cls: type) -> Any:
    """Return what a class is built on, `object` for nothing."""
    return next((base for base in cls.__mro__ if base in LAYOUTS.values()), object)


def shallow(thing: Any) -> Any:
    """Return a copy that holds the same things."""
    return _copied(thing, lambda part: part, {})


def deep(thing: Any) -> Callable[[dict[int, Any]], Any]:
    """Return what makes a copy with copies of what `thing` holds, as `copy.deepcopy` asks for it."""
    return lambda memo: _copied(thing, lambda part: copy.deepcopy(part, memo), memo)


def itself(thing: Any) -> Callable[[dict[int, Any]], Any]:
    """Return what copies a thing that is its own copy: a function, a module."""
    return lambda _memo: thing


def atomic(thing: Any) -> Any:
    """Return the thing itself."""
    return thing


def _copied(thing: Any, within: Callable[[Any], Any], memo: dict[int, Any]) -> Any:
    layout = layout_of(type(thing))
    made = _begun(thing, layout, within)
    memo[id(thing)] = made
    if isinstance(made, dict):
        for key, value in list(layout.items(thing)):
            layout.__setitem__(made, within(key), within(value))
    elif isinstance(made, (list, deque)):
        layout.extend(made, [within(part) for part in layout.__iter__(thing)])
    made.__dict__.update({name: within(value) for name, value in thing.__dict__.items()})
    return made


def _begun(thing: Any, layout: Any, within: Callable[[Any], Any]) -> Any:
    """Return a copy that has what cannot be put into it later."""
    cls = type(thing)
    if isinstance(thing, BaseException):
        return _begun_exception(thing, within)
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


def _begun_exception(thing: BaseException, within: Callable[[Any], Any]) -> BaseException:
    native: Any = next(base for base in type(thing).__mro__ if type(base) is type)
    parts = [native.message.__get__(thing), within(list(group_members(thing)))] if is_group(native) else []
    made: BaseException = native.__new__(type(thing), *parts)
    made.args = within(thing.args)
    return made
