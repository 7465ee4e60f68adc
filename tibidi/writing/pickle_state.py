"""The state of pickling beside the memo: what was replaced and why, what is running, what hung."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import is_a
from tibidi.look.anatomy import type_name
from tibidi.model import LAZY
from tibidi.model import TIMEOUT
from tibidi.model import TOO_DEEP
from tibidi.model import TOO_LARGE
from tibidi.process.records import NamedTuple
from tibidi.words.standins import Cut
from tibidi.words.standins import Dummy

if TYPE_CHECKING:
    from typing import Any

    # What a reducer returns, see `object.__reduce__`: a call and what follows it.
    Reduced = tuple[Any, ...]

# Once so many objects of a type have hung, the others of that type are not tried any more.
MOST_HUNG = 2


class Substitution(NamedTuple):
    """An object that was replaced by a stand-in, the reason, and a detail for people.

    If `key` is given, the replaced object is what `thing` has under that key.
    """

    thing: object
    reason: str
    detail: str
    key: object = None


class Mark(NamedTuple):
    """The sizes of the state at one moment."""

    substitutions: int
    exceptions: int
    replaced: int


class PickleState:
    """The state of a dump's pickling, which can be rolled back together with the bytes written.

    `substitutions` grows with every stand-in.  `replaced` has the objects that
    a filter replaced, by id: the object and its replacement.  `exceptions` has
    those whose pickling has begun, by id.  `running` is the object whose own
    code is running, for the thread that watches the clock.
    """

    def __init__(self) -> None:
        self.substitutions: list[Substitution] = []
        self.replaced: dict[int, tuple[object, object]] = {}
        self.exceptions: dict[int, BaseException] = {}
        self.running: object = None
        self._hung: dict[int, object] = {}

    def mark(self) -> Mark:
        """Return a mark to roll back to."""
        return Mark(len(self.substitutions), len(self.exceptions), len(self.replaced))

    def rollback(self, mark: Mark) -> None:
        """Forget everything since `mark`, as its bytes are rolled back."""
        del self.substitutions[mark.substitutions :]
        while len(self.exceptions) > mark.exceptions:
            self.exceptions.popitem()
        while len(self.replaced) > mark.replaced:
            self.replaced.popitem()

    def block_running(self) -> bool:
        """Remember the running object as one that hung; return True if there is one."""
        thing, self.running = self.running, None
        if thing is not None:
            self._hung[id(thing)] = thing
        return thing is not None

    def has_hung(self, thing: object) -> bool:
        """Return True if an object hung, or so many of its type that it need not be tried."""
        if not self._hung:
            return False
        return id(thing) in self._hung or sum(type(each) is type(thing) for each in self._hung.values()) >= MOST_HUNG

    # Stand-ins, one for each reason, as reduce values.

    def failed(self, thing: object, error: BaseException) -> Reduced:
        """Return a stand-in for an object that raised `error`, with its attributes, which are pickled on their own."""
        if is_a(error, RecursionError):
            return self.too_deep(thing)
        return _essences().failed(self, thing, error)  # type: ignore[no-any-return]  # a late import

    def owner(self, thing: object, reason: str) -> Reduced:
        """Return a stand-in for a thing that owns something outside the process, with its attributes."""
        return _essences().owner(self, thing, reason)  # type: ignore[no-any-return]  # likewise

    def too_deep(self, thing: object) -> Reduced:
        """Return a stand-in for an object nested deeper than the interpreter can follow."""
        self.note(thing, TOO_DEEP, "nested deeper than this Python can follow")
        return Cut, (type_name(type(thing)), "too deep")

    def nested_late(self, thing: object) -> Reduced:
        """Return a stand-in for an object deep in a value that takes too long."""
        self.note(thing, TIMEOUT, f"{type_name(type(thing))}: nested deep in a value that takes too long")
        return Cut, (type_name(type(thing)), "no time left")

    def nested_large(self, thing: object) -> Reduced:
        """Return a stand-in for an object deep in a value that is too large."""
        self.note(thing, TOO_LARGE, f"{type_name(type(thing))}: nested deep in a value that is too large")
        return Cut, (type_name(type(thing)), "too large")

    def illegal(self, thing: object) -> Reduced:
        """Return a stand-in for the state of a computation."""
        return _essences().illegal(self, thing)  # type: ignore[no-any-return]  # likewise

    def lazy(self, thing: object) -> Reduced:
        """Return a stand-in for an object that would run a query or a request."""
        name = type_name(type(thing))
        self.note(thing, LAZY, f"{name}: not evaluated")
        asked = _essences().asked_for(thing)
        return Dummy, (name, "not evaluated: that would have run a query or a request", *filter(None, [asked]))

    def hung(self, thing: object) -> Reduced:
        """Return a stand-in for an object whose own code did not finish in time."""
        name = type_name(type(thing))
        self.note(thing, TIMEOUT, f"{name}: its own code did not finish in time")
        return Dummy, (name, "timed out: its own code did not finish in time")

    def note(self, thing: object, reason: str, detail: str) -> None:
        """Add a substitution."""
        self.substitutions.append(Substitution(thing, reason, detail))


def _essences() -> Any:
    from tibidi.writing import essences  # few dumps need it

    return essences
