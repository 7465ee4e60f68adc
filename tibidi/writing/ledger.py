"""What is written down while values are pickled: what was replaced and why, what is running, what hung."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import attributes
from tibidi.look.anatomy import error_text
from tibidi.look.anatomy import is_a
from tibidi.look.anatomy import type_name
from tibidi.model import FAILED
from tibidi.model import ILLEGAL
from tibidi.model import LAZY
from tibidi.model import TIMEOUT
from tibidi.model import TOO_DEEP
from tibidi.process.records import NamedTuple
from tibidi.words.standins import Cut
from tibidi.words.standins import Dummy
from tibidi.words.standins import NotPickleable

if TYPE_CHECKING:
    from typing import Any

    # What a reducer returns, see `object.__reduce__`: a call and what follows it.
    Reduced = tuple[Any, ...]

# When so many things of a type have hung, the others of that type are not tried any more.
MOST_HUNG = 2


class Substitution(NamedTuple):
    """One object that a stand-in stands for: the object itself, why, and what people should know.

    Where `key` is given it is what `thing` holds under that key.
    """

    thing: object
    reason: str
    detail: str
    key: object = None


class Mark(NamedTuple):
    """How many of each there were at a point in time."""

    substitutions: int
    exceptions: int
    replaced: int


class Ledger:
    """The state of a dump's pickling, of which the latest can be taken back with the bytes that belong to it.

    `substitutions` grows with every stand-in.  `replaced` says what a filter
    put in the place of a thing, by its id: the thing and what stands for it.
    `exceptions` has those whose pickling has begun, by id.  `running` is the
    object whose own code is being run, for whoever watches the clock.
    """

    def __init__(self) -> None:
        self.substitutions: list[Substitution] = []
        self.replaced: dict[int, tuple[object, object]] = {}
        self.exceptions: dict[int, BaseException] = {}
        self.running: object = None
        self._hung: dict[int, object] = {}

    def mark(self) -> Mark:
        """Return a point that `undo` can go back to."""
        return Mark(len(self.substitutions), len(self.exceptions), len(self.replaced))

    def undo(self, mark: Mark) -> None:
        """Forget what was done since `mark`, as its bytes are taken back."""
        del self.substitutions[mark.substitutions :]
        while len(self.exceptions) > mark.exceptions:
            self.exceptions.popitem()
        while len(self.replaced) > mark.replaced:
            self.replaced.popitem()

    def block_running(self) -> bool:
        """Remember what is running as something that hung; tell whether anything is."""
        thing, self.running = self.running, None
        if thing is not None:
            self._hung[id(thing)] = thing
        return thing is not None

    def has_hung(self, thing: object) -> bool:
        """Tell whether a thing hung, or so many of its type that it need not be tried."""
        if not self._hung:
            return False
        return id(thing) in self._hung or sum(type(each) is type(thing) for each in self._hung.values()) >= MOST_HUNG

    # Stand-ins, one for each reason, as what a reducer returns.

    def failed(self, thing: object, error: BaseException) -> Reduced:
        """Stand in for a thing that raised `error`: one that has its attributes, which are a matter of their own."""
        if is_a(error, RecursionError):
            return self.too_deep(thing)
        detail = error_text(error)
        self._note(thing, FAILED, detail)
        made = Dummy, (type_name(type(thing)), detail, described(thing) or None)
        left = attributes(thing)
        return (*made, {"state": left}) if left else made

    def too_deep(self, thing: object) -> Reduced:
        """Stand in for a thing that lies deeper than the interpreter can follow."""
        self._note(thing, TOO_DEEP, "nested deeper than this Python can follow")
        return Cut, (type_name(type(thing)), "too deep")

    def illegal(self, thing: object) -> Reduced:
        """Stand in for the state of a computation."""
        name, reason = type_name(type(thing)), "the state of a computation cannot be pickled"
        self._note(thing, ILLEGAL, f"{name}: {reason}")
        return NotPickleable, (name, reason, described(thing))

    def lazy(self, thing: object) -> Reduced:
        """Stand in for a thing that would run a query or a request."""
        name = type_name(type(thing))
        self._note(thing, LAZY, f"{name}: not evaluated")
        return Dummy, (name, "not evaluated: that would have run a query or a request")

    def hung(self, thing: object) -> Reduced:
        """Stand in for a thing whose own code did not finish in time."""
        name = type_name(type(thing))
        self._note(thing, TIMEOUT, f"{name}: its own code did not finish in time")
        return Dummy, (name, "timed out: its own code did not finish in time")

    def _note(self, thing: object, reason: str, detail: str) -> None:
        self.substitutions.append(Substitution(thing, reason, detail))


def described(thing: object) -> str:
    """Return what is known of a thing that cannot be pickled."""
    from tibidi.look.resources import describe  # few dumps need it

    return describe(thing)
