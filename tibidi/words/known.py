"""What is known of a value by the names of its attributes, as stand-ins hold it.

A name that ends in "()" is the result of that method, one that ends in "[]" has its results by the argument; "" is a
description of all in one line, and "[]" has the items.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.words import standins

if TYPE_CHECKING:
    from typing import Any

MOST_SHOWN = 6
SHOWN_CHARS = 120  # of each
_shown: set[int] = set()  # ids of stand-ins that are being shown, as one may be a part of itself


def of(stand_in: object) -> dict[Any, Any]:
    """Return what a stand-in knows; {} if it knows nothing."""
    own = vars(stand_in)
    return next((own[name] for name in ("state", "facts") if type(own.get(name)) is dict), {})


def attribute(stand_in: object, name: str) -> Any:
    """Return an attribute of the value; raise AttributeError if it is not known."""
    known = {} if name.startswith("__") else of(stand_in)
    if name in known:
        return known[name]
    if f"{name}()" in known:
        return lambda *_, **__: known[f"{name}()"]
    if f"{name}[]" in known:
        return lambda *keys: _at(known[f"{name}[]"], keys)
    raise AttributeError(f"{type(stand_in).__name__!r} object has no attribute {name!r}")


def item(stand_in: object, key: object) -> Any:
    """Return an item of the value; raise TypeError if none are known."""
    known = of(stand_in)
    if "[]" not in known:
        raise TypeError(f"{type(stand_in).__name__!r} object has no items")
    return known["[]"][key]


def names(stand_in: object) -> list[str]:
    """Return the names of the attributes that are known."""
    return [name.rstrip("()[]") for name in of(stand_in) if type(name) is str and name.rstrip("()[]")]


def text(stand_in: object) -> str:
    """Return what is known of the value, in one line; "" if nothing is."""
    known = of(stand_in)
    if id(stand_in) in _shown or type(known.get("", "")) is not str:
        return "..."
    _shown.add(id(stand_in))
    try:
        facts = [each for each in known.items() if each[0] != "[]"][:MOST_SHOWN]
        return known.get("") or ", ".join(_fact(*each) for each in facts)
    finally:
        _shown.discard(id(stand_in))


def _at(results: Any, keys: tuple[Any, ...]) -> Any:
    """Return the result for a key, which is 0 by default, or the results for several."""
    if len(keys) > 1:
        return tuple(results[key] for key in keys)
    return results[keys[0] if keys else 0]


def _fact(name: object, fact: object) -> str:
    if type(name) is not str:
        return standins.show(name)
    if name.endswith("[]") and type(fact) is dict:  # of those, the one that is meant without an argument
        fact = fact.get(0, fact)
    shown = standins.show(fact)
    return f"{name.rstrip('()[]')}={shown if len(shown) <= SHOWN_CHARS else shown[:SHOWN_CHARS] + '...'}"
