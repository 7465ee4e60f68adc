"""Reduce instances of classes on a built-in type to the content that this type holds, and to their attributes.

The interpreter reads a list, a dictionary or a set by methods that the class may override, and loading calls others:
`__new__`, `append`, `__setitem__`.  These may want other arguments, refuse, or change again what they were given.
Where a class decides by itself what it is made of, the content is added, for a reader that cannot call the class.

Loaded when the first such class is met.
"""

from __future__ import annotations

import datetime
from collections import OrderedDict, defaultdict, deque

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import PLAIN, dictionary, exact_type, is_native, members, mro, namespace, native_base, values
from tibidi.words import vocabulary as words
from tibidi.writing.instances import NEW, instance

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# What is called when instances are pickled or loaded.
CALLED: dict[Any, tuple[str, ...]] = {
    **dict.fromkeys((bytes, complex, float, int, str, tuple), ("__new__",)),
    **dict.fromkeys((datetime.date, datetime.datetime, datetime.time, datetime.timedelta), ("__new__",)),
    **dict.fromkeys((bytearray, datetime.tzinfo), ("__new__", "__init__")),
    defaultdict: ("__new__", "__init__", "__setitem__", "items"),
    deque: ("__new__", "__init__", "__iter__", "append", "extend"),
    dict: ("__new__", "__setitem__", "items"),
    frozenset: ("__new__", "__iter__"),
    list: ("__new__", "__iter__", "append", "extend"),
    OrderedDict: ("__new__", "__init__", "__setitem__", "items"),
    set: ("__new__", "__init__", "__iter__"),
}
# What is filled after it was made, as it may contain itself.
CONTENT: dict[Any, Callable[[Any], Any]] = {
    **dict.fromkeys((deque, list, set), lambda thing: list(native_base(type(thing)).__iter__(thing))),  # type: ignore[attr-defined]
    **dict.fromkeys((OrderedDict, defaultdict, dict), lambda thing: dict(native_base(type(thing)).items(thing))),  # type: ignore[attr-defined]
}
# What is made with more or less than the arguments in the reduce value.
ARGUMENTS: dict[Any, Callable[[Any], tuple[object, ...]]] = {
    **dict.fromkeys((OrderedDict, dict, list, set), lambda _: ()),
    defaultdict: lambda thing: (vars(defaultdict)["default_factory"].__get__(thing),),
    deque: lambda thing: ((), vars(deque)["maxlen"].__get__(thing)),
    frozenset: lambda thing: ([*frozenset.__iter__(thing)],),
}
# What is made with its content, as arguments of the built-in type.
ATOMS: dict[Any, Callable[[Any], tuple[object, ...]]] = {
    **{kind: kind.__getnewargs__ for kind in (bytes, complex, float, int, str, tuple)},  # type: ignore[union-attr]
    frozenset: ARGUMENTS[frozenset],
}
# By these a class decides for itself.
DECIDING = ("__getnewargs__", "__getnewargs_ex__", "__reduce__", "__reduce_ex__")


def reducer_for(cls: type, reduce: Callable[[Any], Any]) -> Callable[[Any], Any] | None:
    """Return the reducer for a class that overrides what its built-in type does; None for any other class."""
    native, bases = native_base(cls), mro(cls)
    before = bases[: bases.index(native)]
    if _has_any(bases, DECIDING):  # a named tuple decides to be made of its items, which have names
        return None if _has_any(bases, ("_fields",)) else lambda thing: _with_content(thing, native, reduce(thing))
    return _native_reducer(cls, native, reduce) if _has_any(before, CALLED.get(native, ())) else None


def _native_reducer(cls: type, native: Any, reduce: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def reduce_native(thing: Any) -> Any:
        try:
            reduced = reduce(thing)
        except Exception:
            if native not in ARGUMENTS:
                raise
            reduced = instance(thing)
        if type(reduced) is not tuple or not (reduced[0] is NEW or reduced[0] is cls):
            return reduced
        state = reduced[2] if len(reduced) > 2 else None
        if native in ARGUMENTS:
            arguments = ARGUMENTS[native](thing)
        else:
            arguments = reduced[1][1:] if reduced[0] is NEW else reduced[1]
        if native not in CONTENT:
            return words._native, (cls, *arguments), state
        return words._native, (cls, *arguments), (state, CONTENT[native](thing)), None, None, words._native_state

    return reduce_native


def _with_content(thing: Any, native: Any, reduced: Any) -> Any:
    """Add the content, and what is plain of the attributes, to a reduce value whose arguments may be anything."""
    if type(reduced) is not tuple or any(each is not None for each in reduced[3:]):
        return reduced
    state = reduced[2] if len(reduced) > 2 else None
    call = reduced[1] if reduced[0] is words._made else (type(thing), *reduced[:2])
    own = {**dictionary(thing), **dict(values(thing, members(type(thing))))} if state is None else {}
    # No other value can lead back to the thing.
    more = {name: value for name, value in own.items() if exact_type(value) in PLAIN}
    if native in CONTENT:
        call = (*call, ARGUMENTS[native](thing), more)
        return words._made, call, (state, CONTENT[native](thing)), None, None, words._native_state
    if native not in ATOMS:
        return reduced
    content = ATOMS[native](thing)
    given = call[2][1:] if call[1] is NEW else call[2]
    is_told = native not in {frozenset, tuple} and (call[1] is NEW or call[1] is type(thing)) and not more
    is_told = is_told and _are_same(given[: len(content)], content)
    return reduced if is_told else (words._made, (*call, content, more), state)


def _are_same(some: tuple[object, ...], others: tuple[object, ...]) -> bool:
    """Compare values of built-in types; others may have an `__eq__` of the application."""
    return [*map(type, some)] == [*map(type, others)] and some == others


def _has_any(bases: Any, names: tuple[str, ...]) -> bool:
    return any(name in namespace(base) for base in bases if not is_native(base) for name in names)
