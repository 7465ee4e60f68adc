"""The C pickler with our reducers, and the state beside its memo: what was replaced, what is running, what hung.

All picklers of a dump, `careful` too, write protocol 5 and keep their memo in the same form, {id: (index, object)}, so
that one can continue where another has stopped.
"""

from __future__ import annotations

from _pickle import Pickler  # without `pickle`, which defines the same once more in Python

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import is_a, type_name
from tibidi.model import LAZY, TIMEOUT, TOO_DEEP, TOO_LARGE
from tibidi.process.records import NamedTuple
from tibidi.words.standins import Cut, Dummy
from tibidi.words.vocabulary import PROTOCOL

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar

    from tibidi.writing.reducers import Reducers
    from tibidi.writing.stream import Sink

    Memo = dict[int, tuple[int, object]]
    # What a reducer returns, see `object.__reduce__`: a call and what follows it.
    Reduced = tuple[Any, ...]

# Once so many objects of a type have hung, the others of that type are not tried any more.
MOST_HUNG = 2

CPickler: Any = Pickler  # typeshed lacks most of it


class FilterHooks(NamedTuple):
    """The callbacks of a filter: what to pickle instead of an object, None for itself, and how to reduce it."""

    replacement: Callable[[Any], object]
    reduce: Callable[[Any], Any]


class Fast(CPickler):  # type: ignore[misc]  # see above
    """The C pickler with our reducers; an exception may escape from what it iterates over."""

    # Empty, as `reducer_override` is called for every type.
    dispatch_table: ClassVar[dict[type, Callable[[object], object]]] = {}

    def __init__(self, file: Sink, reducers: Reducers) -> None:
        self.reducer_override: Callable[[Any], Any] = reducers.reduce
        super().__init__(file, PROTOCOL)


class Filtering(Fast):
    """A Fast that calls the hooks of a filter for every single object, texts and numbers included.

    A persistent id stands for an object to be replaced, and is the replacement itself: reading it is the identity.
    That way anything can be replaced by anything, in every place that refers to it, without a copy of its container.
    """

    def __init__(self, file: Sink, reducers: Reducers, hooks: FilterHooks) -> None:
        super().__init__(file, reducers)
        self.reducer_override = hooks.reduce
        self.persistent_id = hooks.replacement


class Substitution(NamedTuple):
    """An object that was replaced by a stand-in, the reason, and a detail for people.

    If `key` is given, the replaced object is what `thing` has under that key.
    """

    thing: object
    reason: str
    detail: str
    key: object = None


class PickleState:
    """The state of a dump's pickling, which can be rolled back together with the bytes written.

    `substitutions` grows with every stand-in.  `replaced` has the objects that a filter replaced, by id: the object and
    its replacement.  `exceptions` has those whose pickling has begun, by id.  `running` is the object whose own code is
    running, for the thread that watches the clock.  After the moment `until` (of time.monotonic) no more of it is
    called.
    """

    def __init__(self) -> None:
        self.substitutions: list[Substitution] = []
        self.replaced: dict[int, tuple[object, object]] = {}
        self.exceptions: dict[int, BaseException] = {}
        self.running: object = None
        self.until = float("inf")
        self._hung: dict[int, object] = {}

    def mark(self) -> tuple[int, int, int]:
        """Return a mark to roll back to."""
        return len(self.substitutions), len(self.exceptions), len(self.replaced)

    def rollback(self, mark: tuple[int, int, int]) -> None:
        """Forget everything since `mark`, as its bytes are rolled back."""
        del self.substitutions[mark[0] :]
        while len(self.exceptions) > mark[1]:
            self.exceptions.popitem()
        while len(self.replaced) > mark[2]:
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

    def nested(self, thing: object, *, is_late: bool) -> Reduced:
        """Return a stand-in for an object deep in a value that takes too long, or is too large."""
        name, why = type_name(type(thing)), "takes too long" if is_late else "is too large"
        self.note(thing, TIMEOUT if is_late else TOO_LARGE, f"{name}: nested deep in a value that {why}")
        return Cut, (name, "no time left" if is_late else "too large")

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

    def note(self, thing: object, reason: str, detail: str, key: object = None) -> None:
        """Add a substitution."""
        self.substitutions.append(Substitution(thing, reason, detail, key))


def _essences() -> Any:
    from tibidi.writing import essences  # few dumps need it

    return essences
