"""Reduce weak references: to what they refer to, where that is in the dump anyway.

A weak reference must not add anything to the dump.  So its object is written with it only if something else in the dump
refers to it: the search goes from the roots through strong references, as the pickler will.  Of any other object the
reference says what it was.
"""

from __future__ import annotations

import _weakref
import gc
from collections import deque
from types import CodeType, FrameType, FunctionType, ModuleType, TracebackType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import PLAIN, dictionary, exact_type, is_a, mro, type_name
from tibidi.process import time
from tibidi.words import vocabulary as words
from tibidi.words.standins import NotPickleable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from tibidi.writing.pickle_state import Reduced

MAX_THINGS = 500_000
MAX_SECONDS = 0.5
BATCH = 1_000
# What they refer to is not written with them.
CLOSED = (CodeType, FrameType, ModuleType, TracebackType, type)
PROXIES = (_weakref.ProxyType, _weakref.CallableProxyType)
ONLY_WEAK = "nothing else in the dump refers to it"
# The collections of the module weakref: how to list their content, as keys and values.
DICTIONARIES = {"weakref.WeakKeyDictionary": True, "weakref.WeakValueDictionary": False}


class WeakReducers:
    """Reduces weak references and collections of them, in a dump of `roots`."""

    def __init__(self, roots: Iterable[object]) -> None:
        self._search = reachable(roots)
        self._reachable: set[int] = set()  # as far as the search was needed
        self._instead: dict[int, object] = {}

    def reducer_for(self, cls: type) -> Callable[[Any], Reduced] | None:
        """Return the reducer for a class of weak references, None for any other class."""
        names = [type_name(base) for base in mro(cls)]
        if "weakref.WeakMethod" in names:
            return self._method
        if _weakref.ref in mro(cls):
            return lambda reference: (words._weakref, (self._target(_weakref.ref.__call__(reference)),))
        if cls in PROXIES:
            return self._proxy
        for name, is_by_key in DICTIONARIES.items():
            if name in names:
                return lambda mapping: self._mapping(mapping, is_by_key=is_by_key)
        return self._set if "_weakrefset.WeakSet" in names else None

    def _target(self, target: object) -> object:
        """Return what a reference refers to, or a stand-in if nothing else in the dump does; None if it is dead."""
        while target is not None and id(target) not in self._reachable:
            more = next(self._search, None)
            if more is None:
                return self._instead.setdefault(id(target), NotPickleable(type_name(type(target)), ONLY_WEAK))
            self._reachable |= more
        return target

    def _method(self, reference: Any) -> Reduced:
        function: Any = getattr(reference, "_func_ref", None)
        target = self._target(_weakref.ref.__call__(reference))
        return words._weakref, (target, _weakref.ref.__call__(function) if function is not None else None)

    def _proxy(self, proxy: Any) -> Reduced:
        try:
            target = proxy.__reduce_ex__.__self__  # of a method of the object, to which a proxy forwards
        except ReferenceError:
            return words._weakref, (None,)
        return words._same, (self._target(target),)

    def _mapping(self, mapping: Any, *, is_by_key: bool) -> Reduced:
        found = []
        data: Any = dictionary(mapping).get("data", {})
        for key, value in list(data.items()):
            target = _weakref.ref.__call__(key if is_by_key else value)
            if target is not None:
                held = self._target(target)
                found.append((held, value) if is_by_key else (key, held))
        return words._weak, (type(mapping),), found, None, None, words._weak_state

    def _set(self, content: Any) -> Reduced:
        data: Any = dictionary(content).get("data", ())
        targets = [_weakref.ref.__call__(each) for each in list(data)]
        found = [self._target(each) for each in targets if each is not None]
        return words._weak, (type(content),), found, None, None, words._weak_state


def reachable(roots: Iterable[object]) -> Iterator[set[int]]:
    """Yield the ids of the objects that strong references lead to, breadth first, as far as a short search goes."""
    seen: set[int] = set()
    pending, seconds_left = deque(roots), MAX_SECONDS
    while pending and len(seen) < MAX_THINGS and seconds_left > 0:
        begin = time.monotonic()
        batch = [pending.popleft() for _ in range(min(BATCH, len(pending)))]
        found = {id(each): each for each in _referents(batch) if exact_type(each) not in PLAIN}
        pending += [each for key, each in found.items() if key not in seen and not is_a(each, CLOSED)]
        seen.update(found)
        seconds_left -= time.monotonic() - begin
        yield set(found)


def _referents(things: list[object]) -> list[object]:
    """Return what things refer to; of functions, not their globals."""
    functions = [each for each in things if is_a(each, FunctionType)]
    found = gc.get_referents(*(each for each in things if not is_a(each, FunctionType)))
    for each in functions:
        found += [each.__defaults__, each.__closure__, each.__dict__]
    return found
