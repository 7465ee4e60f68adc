"""Tell what objects hold that have no attributes for it, for the search for secrets: those of types in C, and calls."""

from __future__ import annotations

import gc
from _io import BytesIO, StringIO
from _weakref import ref
from types import FunctionType, MethodType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import first, inherited, is_a

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

MAX_ITEMS = 200
MAX_TEXT = 10_000  # characters
CALLED = ("func", "target", "function", "fn", "callback")
VARIABLES = frozenset({"ContextVar", "_contextvars.ContextVar"})
STREAMS: dict[str, Any] = {"_io.BytesIO": BytesIO.getvalue, "_io.StringIO": StringIO.getvalue}
REFERENCES = frozenset({"weakref", "weakref.ReferenceType"})
# Those of which the garbage collector tells all that they hold.  Others have lists or tuples that are not filled, which
# Python code must never see: XMLParser (TreeBuilder in Modules/_elementtree.c), for one.
COMPLETE_TYPES = """
builtin_function_or_method callable_iterator cell dict_itemiterator dict_items dict_keyiterator dict_keys
dict_reverseitemiterator dict_reversekeyiterator dict_reversevalueiterator dict_valueiterator dict_values enumerate
filter list_iterator list_reverseiterator map mappingproxy method odict_items odict_iterator odict_keys odict_values
reversed set_iterator tuple_iterator zip _asyncio.Future _asyncio.Task _collections._deque_iterator
collections._deque_iterator collections.deque _queue.SimpleQueue functools._lru_cache_wrapper itertools.chain
itertools.count itertools.cycle itertools.dropwhile itertools.filterfalse itertools.islice itertools.repeat
itertools.starmap itertools.takewhile
"""
COMPLETE = frozenset(COMPLETE_TYPES.split())
# Those of which `resources` tells names that the garbage collector does not.
NAMING = frozenset({"Context", "_contextvars.Context", "_thread._local", "async_generator", "coroutine", "generator"})


def arguments(named: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield the positional arguments of a call that waits for something, as a Thread or a `partial`, by their names."""
    called = next((named[name] for name in CALLED if name in named), None)
    function = inherited(called, "__init__") if is_a(called, type) else called
    is_bound = function is not called or type(function) is MethodType
    function = function.__func__ if type(function) is MethodType else function
    if type(function) is FunctionType and type(named["args"]) is tuple:
        yield from zip(function.__code__.co_varnames[is_bound : function.__code__.co_argcount], named["args"])


def held(value: Any, names: frozenset[str]) -> list[tuple[str, object]]:
    """Return what an object of a type in C holds, with the names that it has there, or "" where there is none."""
    if not VARIABLES.isdisjoint(names):
        return [("name", value.name), ("get()", value.get(None)), *[("", each) for each in gc.get_referents(value)]]
    if not REFERENCES.isdisjoint(names):
        return [("", ref.__call__(value))]
    if not STREAMS.keys().isdisjoint(names):
        read = next(STREAMS[name] for name in STREAMS if name in names)
        return [("", read(value)[:MAX_TEXT])]
    if not NAMING.isdisjoint(names):
        from tibidi.look.resources import essence

        return list(essence(value).items())
    if COMPLETE.isdisjoint(names):
        return []
    return [("", each) for each in first(gc.get_referents(value), MAX_ITEMS)]
