"""Stand-ins for values, which say what the value was and why it is missing.

Pickles name these classes `tibidi.NotPickleable` and so on, whatever the layout of the files.  They compare and hash
by identity, as the values are not known, and their state is plain data.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.process.texts import printable

if TYPE_CHECKING:
    from typing import Any

show = repr  # the readers replace it by one that is bounded: a stranger may have written what a stand-in holds


class StandIn:
    """The base of all stand-ins: the `type_name` of the value, and the `reason` why it is missing.

    What is known of the value can be read as its attributes, see `known`.
    """

    __module__ = "tibidi"

    def __init__(self, type_name: str = "object", reason: str = "") -> None:
        self.type_name = type_name
        self.reason = reason

    def __getattr__(self, name: str) -> object:
        return _known().attribute(self, name)

    def __getitem__(self, key: object) -> object:
        return _known().item(self, key)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *_known().names(self)]

    def __repr__(self) -> str:
        return printable(f"<{type(self).__name__} {_text(self.type_name)}: {self._words()}>")

    def _words(self) -> str:
        return _text(self.reason)


def is_missing(thing: object) -> bool:
    """Return True for a stub of a class or function that this machine does not have (see `reading.missing`)."""
    return isinstance(thing, type) and "_is_missing_" in vars(thing)


class NotPickleable(StandIn):
    """A value of a type that cannot be kept, or that `config.islegal` refused; `preview` describes it.

    >>> tibidi.NotPickleable("builtins.generator", "the state of a computation")
    <NotPickleable builtins.generator: the state of a computation>
    """

    __module__ = "tibidi"

    def __init__(self, type_name: str = "object", reason: str = "", preview: str = "") -> None:
        super().__init__(type_name, reason)
        self.preview = preview

    def _words(self) -> str:
        return f"{_text(self.preview)} ({_text(self.reason)})" if self.preview else _text(self.reason)


class Dummy(StandIn):
    """A value whose pickling or loading failed: `reason` is the error, `state` the rest of the value.

    The remaining attributes can be read as those of the value.

    >>> tibidi.Dummy("app.Session", "its class is not on this machine", {"user": "ada"}).user
    'ada'
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
        known = self.state if isinstance(self.state, str) else _known().text(self)
        return f"{known} ({_text(self.reason)})" if known else _text(self.reason)


class Cut(StandIn):
    """A value too large or too deep to be kept; `facts` has its length, shape, dtype, head and tail.

    >>> tibidi.Cut("builtins.list", "too large", {"length": 9})
    <Cut builtins.list: too large, length 9>
    """

    __module__ = "tibidi"

    def __init__(self, type_name: str = "object", reason: str = "", facts: dict[str, object] | None = None) -> None:
        super().__init__(type_name, reason)
        self.facts = facts or {}

    def _words(self) -> str:
        return ", ".join([_text(self.reason), *(f"{_text(name)} {show(fact)}" for name, fact in self.facts.items())])


class Redacted(StandIn):
    """A secret that is not a text; a text is replaced by a text.

    >>> tibidi.Redacted("builtins.int")
    <Redacted builtins.int: redacted>
    """

    __module__ = "tibidi"

    def __init__(self, type_name: str = "object") -> None:
        super().__init__(type_name, "redacted")


KINDS = (Cut, Dummy, NotPickleable, Redacted)  # that a pickle may name


def _known() -> Any:
    from tibidi.words import known  # at a crash, nobody reads them

    return known


def _text(thing: object) -> str:
    return thing if isinstance(thing, str) else show(thing)
