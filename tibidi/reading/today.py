"""Let a script that is here stand for `__main__` of a crash: its classes and functions are those of today.

A dump has those of `__main__` by value, as they were.  A function that
is called again, to see whether it still crashes, needs objects of the classes that are here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FunctionType, ModuleType

from tibidi.process.hints import Any

MAINS = ("__main__", "__mp_main__")  # the latter in a child of multiprocessing


def of_today(words: Mapping[str, Any], module: ModuleType) -> dict[str, Callable[..., Any]]:
    """Return the words that make classes and functions, with those at the top of `module` instead where it has them."""
    used: dict[int, object] = {}  # by id: these are complete
    namespace = words["_namespace"](f"modules[{MAINS[0]!r}]")

    def known(kind: type, name: str, home: object) -> Any:
        found = vars(module).get(name) if home in MAINS else None
        if not isinstance(found, kind) or getattr(found, "__module__", None) != module.__name__:
            return None
        return used.setdefault(id(found), found)

    def make_class(metaclass: type, name: str, bases: object, keywords: Mapping[str, object], *more: object) -> object:
        return known(type, name, keywords.get("__module__")) or words["_class"](metaclass, name, bases, keywords, *more)

    def make_enum(bases: object, name: str, qualname: str, members: object, home: str, *more: object) -> object:
        return known(type, qualname, home) or words["_enum"](bases, name, qualname, members, home, *more)

    def make_function(code: Any, globals_: object, name: str, closure: object) -> object:
        found = known(FunctionType, name, MAINS[0]) if globals_ is namespace and closure is None else None
        return found or words["_function"](code, globals_, name, closure)

    def filler(word: str) -> Callable[..., Any]:
        return lambda thing, state: None if id(thing) in used else words[word](thing, state)

    made: dict[str, Callable[..., Any]] = {"_class": make_class, "_enum": make_enum, "_function": make_function}
    return {**made, "_class_state": filler("_class_state"), "_function_state": filler("_function_state")}
