"""Reduce what cannot be pickled to what is known of it.

What each type of the standard library holds is in `look.resources`; of a type in C of another library, its members are
read.  Its getters are not called: one of an object that was never opened, or whose `__init__` has failed, may follow a
pointer that is not set, which ends the process.
"""

from __future__ import annotations

import sys
from types import FunctionType, TracebackType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import (
    PLAIN,
    attributes,
    dictionary,
    error_text,
    exact_type,
    inherited,
    is_a,
    is_standard,
    mro,
    namespace,
    type_name,
    values,
)
from tibidi.look.owners import THREAD_LOCAL
from tibidi.look.resources import GETTERS, essence
from tibidi.model import FAILED, ILLEGAL
from tibidi.words.standins import Dummy, NotPickleable
from tibidi.writing.calls import call

if TYPE_CHECKING:
    from typing import Any

    from tibidi.writing.pickle_state import PickleState, Reduced

ONLY_THERE = "it cannot leave its process"
COMPUTATION = "the state of a computation cannot be pickled"
# Types whose getters are called: they need nothing that an object may lack.
CALLED = ("_regex.", "cryptography.", "frozenlist.", "gevent._gevent_cgreenlet.", "msgspec.")
SHOWN = PLAIN | {dict, list, set, tuple}
CHANGING = ("minimal_ident",)  # of a greenlet: it assigns a number, which is in the name and in repr() from then on
# The attributes of owners that are shown first, as they say most.
SHOWN_FIRST = ("args", "pid", "returncode", "name", "mode", "host", "port", "url", "status", "reason", "path")
# Errors with these words are about pickling, and say nothing about the application.
PICKLING = ("pickle", "Pickling", "__reduce__", "cannot serialize")


def failed(state: PickleState, thing: object, error: BaseException) -> Reduced:
    """Return a stand-in for an object that raised `error`, with its attributes, which are pickled on their own."""
    known, detail = essence(thing) or items(thing), error_text(error)
    if known or any(word in detail for word in PICKLING):
        return described(state, thing, known or attributes(thing) or read_getters(state, thing))
    state.note(thing, FAILED, detail)
    return _dummy(thing, detail, attributes(thing) or read_getters(state, thing))


def described(state: PickleState, thing: object, known: dict[str, object]) -> Reduced:
    """Return a stand-in for an object of which only this is known."""
    state.note(thing, ILLEGAL, f"{type_name(type(thing))}: {ONLY_THERE}")
    return _dummy(thing, ONLY_THERE, known)


def owner(state: PickleState, thing: object, reason: str) -> Reduced:
    """Return a stand-in for a thing that owns something outside the process, with its attributes."""
    if THREAD_LOCAL in map(type_name, mro(type(thing))):
        return described(state, thing, essence(thing))
    state.note(thing, ILLEGAL, f"{type_name(type(thing))}: {reason}")
    known = {**(attributes(thing) or dictionary(thing)), **essence(thing)}
    return _dummy(thing, reason, {**{name: known[name] for name in SHOWN_FIRST if name in known}, **known})


def illegal(state: PickleState, thing: object) -> Reduced:
    """Return a stand-in for the state of a computation."""
    name, known = type_name(type(thing)), essence(thing)
    step = state.substitutions[-1].thing if state.substitutions else None
    while type(step) is TracebackType and thing is not step.tb_frame and thing is not step.tb_next:
        step = step.tb_next
    if type(step) is not TracebackType:  # else it is a part of the traceback that was noted last
        state.note(thing, ILLEGAL, f"{name}: {COMPUTATION}")
    return NotPickleable, (name, COMPUTATION, known.pop("", "")), {"state": known}


def items(thing: Any) -> dict[str, object]:
    """Return the items of a collection in C of a library, such as a field of a message or the headers of a request."""
    cls, abstract = type(thing), sys.modules["_collections_abc"]  # loaded at the start of any interpreter
    functions = [each for base in mro(cls) for each in list(namespace(base).values()) if type(each) is FunctionType]
    if any(each.__module__ != abstract.__name__ for each in functions):
        return {}
    try:
        if issubclass(cls, abstract.Mapping):
            return {"items": list(thing.items())}
        return {"items": list(thing)} if issubclass(cls, abstract.Sequence) else {}
    except Exception:  # noqa: BLE001 - a view that was released, code of a library
        return {}


def read_getters(state: PickleState, thing: object) -> dict[str, Any]:
    """Return what the members and getters of a type in C return, by name."""
    if type_name(type(type(thing))).startswith("_ctypes."):  # they read the memory that a pointer refers to
        return {}
    getters = {name: each for base in reversed(mro(type(thing))) for name, each in _getters(base).items()}
    found = call(state, thing, dict, values(thing, getters))
    return {name: value for name, value in found.items() if exact_type(value) in SHOWN}


def _getters(cls: type) -> dict[str, Any]:
    """Return the public members of a class in C, and the getters that may be called, by name."""
    kinds = GETTERS if is_standard(cls) or type_name(cls).startswith(CALLED) else GETTERS[1:]
    own = namespace(cls) if cls is not object else {}
    asked = {name: each for name, each in own.items() if name[:1] != "_" and name not in CHANGING}
    return {name: each for name, each in asked.items() if any(type(each) is kind for kind in kinds)}


def _dummy(thing: object, reason: str, left: dict[str, object]) -> Reduced:
    made = Dummy, (type_name(type(thing)), reason)
    return (*made, {"state": left}) if left else made


def asked_for(thing: object) -> dict[str, object]:
    """Return what a QuerySet of Django that was not evaluated asks for, {} for anything else."""
    own = dictionary(thing)
    query = dictionary(own.get("_query"))
    if not query:
        return {}
    model = own.get("model")
    name = type_name(model) if is_a(model, type) else "?"
    return {"model": name, "where": _conditions(query.get("where")), "order_by": query.get("order_by")}


def _conditions(node: object, levels: int = 10) -> dict[str, object]:
    """Return the conditions of a WhereNode by field and lookup, so that secrets have their names."""
    found: dict[str, object] = {}
    children = dictionary(node).get("children")
    for child in children if type(children) is list and levels else ():
        own = dictionary(child)
        if "children" in own:
            negation = "NOT " if own.get("negated") else ""
            found[f"{negation}{own.get('connector')} {len(found)}"] = _conditions(child, levels - 1)
        else:
            field = dictionary(dictionary(own.get("lhs")).get("target")).get("attname")
            found[f"{field}__{inherited(type(child), 'lookup_name', '?')}"] = own.get("rhs")
    return found
