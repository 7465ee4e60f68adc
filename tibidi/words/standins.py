"""Stand-ins for values, which say what the value was and why it is missing.

Pickles name these classes `tibidi.NotPickleable` and so on, whatever the
layout of the files.  They compare and hash by identity, as the values are not
known, and their state is plain data.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.process.texts import printable

if TYPE_CHECKING:
    from typing import Any

MOST_SHOWN = 6  # of what is known
SHOWN_CHARS = 120  # of each
_shown: set[int] = set()  # ids of stand-ins that are being shown, as one may be a part of itself
show = repr  # the readers replace it by one that is bounded: a stranger may have written what a stand-in holds


class StandIn:
    """The base of all stand-ins: the `type_name` of the value, and the `reason` why it is missing.

    What is known of the value can be read as its attributes.  A name that ends
    in "()" is the result of that method, one that ends in "[]" has its results
    by the argument; "" is a description of all in one line.
    """

    __module__ = "tibidi"

    def __init__(self, type_name: str = "object", reason: str = "") -> None:
        self.type_name = type_name
        self.reason = reason

    def __getattr__(self, name: str) -> object:
        known = {} if name.startswith("__") else self._left()
        if name in known:
            return known[name]
        if f"{name}()" in known:
            return lambda *_, **__: known[f"{name}()"]
        if f"{name}[]" in known:
            return lambda *keys: _at(known[f"{name}[]"], keys)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __getitem__(self, key: object) -> object:
        known = self._left()
        if "[]" not in known:
            raise TypeError(f"{type(self).__name__!r} object of a {_text(self.type_name)} has no items")
        return _at(known["[]"], (key,))

    def __dir__(self) -> list[str]:
        names = [name.rstrip("()[]") for name in self._left() if type(name) is str]
        return [*super().__dir__(), *filter(None, names)]

    def __repr__(self) -> str:
        return printable(f"<{type(self).__name__} {_text(self.type_name)}: {self._words()}>")

    def _words(self) -> str:
        return _text(self.reason)

    def _left(self) -> dict[Any, Any]:
        for name in ("state", "facts"):
            known = vars(self).get(name)
            if type(known) is dict:
                return known
        return {}

    def _known(self) -> str:
        """Return what is known of the value, in one line; "" if nothing is."""
        known = self._left()
        if id(self) in _shown or type(known.get("", "")) is not str:
            return "..."
        _shown.add(id(self))
        try:
            facts = [each for each in known.items() if each[0] != "[]"][:MOST_SHOWN]
            return known.get("") or ", ".join(_fact(*each) for each in facts)
        finally:
            _shown.discard(id(self))


def _at(results: Any, keys: tuple[Any, ...]) -> Any:
    """Return the result for a key, which is 0 by default, or the results for several."""
    if len(keys) > 1:
        return tuple(results[key] for key in keys)
    return results[keys[0] if keys else 0]


def _fact(name: object, fact: object) -> str:
    if (
        type(name) is str and name.endswith("[]") and type(fact) is dict
    ):  # of those, the one that is meant without an argument
        fact = fact.get(0, fact)
    shown = show(fact)
    return f"{_text(name).rstrip('()[]')}={shown if len(shown) <= SHOWN_CHARS else shown[:SHOWN_CHARS] + '...'}"


def is_missing(thing: object) -> bool:
    """Return True for a stub of a class or function that this machine does not have (see `reading.missing`)."""
    return isinstance(thing, type) and "_is_missing_" in vars(thing)


class NotPickleable(StandIn):
    """A value of a type that cannot be kept, or that `config.islegal` refused; `preview` describes it."""

    __module__ = "tibidi"

    def __init__(self, type_name: str = "object", reason: str = "", preview: str = "") -> None:
        super().__init__(type_name, reason)
        self.preview = preview

    def _words(self) -> str:
        return f"{_text(self.preview)} ({_text(self.reason)})" if self.preview else _text(self.reason)


class Dummy(StandIn):
    """A value whose pickling or loading failed: `reason` is the error, `state` the rest of the value.

    The remaining attributes can be read as those of the value.
    """

    __module__ = "tibidi"

    def __init__(self, type_name: str = "object", reason: str = "", state: object = None) -> None:
        super().__init__(type_name, reason)
        self.state = state

    def __enter__(self) -> object:
        """Do nothing: most stand for locks, and nothing else uses the guarded data in a dump."""
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing."""

    def _words(self) -> str:
        known = self.state if isinstance(self.state, str) else self._known()
        return f"{known} ({_text(self.reason)})" if known else _text(self.reason)


class Cut(StandIn):
    """A value too large or too deep to be kept; `facts` has its length, shape, dtype, head and tail."""

    __module__ = "tibidi"

    def __init__(self, type_name: str = "object", reason: str = "", facts: dict[str, object] | None = None) -> None:
        super().__init__(type_name, reason)
        self.facts = facts or {}

    def _words(self) -> str:
        return ", ".join([_text(self.reason), *(f"{_text(name)} {show(fact)}" for name, fact in self.facts.items())])


class Redacted(StandIn):
    """A secret that is not a text; a text is replaced by a text."""

    __module__ = "tibidi"

    def __init__(self, type_name: str = "object") -> None:
        super().__init__(type_name, "redacted")


def _text(thing: object) -> str:
    return thing if isinstance(thing, str) else show(thing)
