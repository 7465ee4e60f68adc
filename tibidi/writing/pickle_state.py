"""The state of pickling beside the memo: what was replaced and why, what is running, what hung."""

from __future__ import annotations

from types import GetSetDescriptorType
from types import MemberDescriptorType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import attributes
from tibidi.look.anatomy import dictionary
from tibidi.look.anatomy import error_text
from tibidi.look.anatomy import exact_type
from tibidi.look.anatomy import is_a
from tibidi.look.anatomy import mro
from tibidi.look.anatomy import namespace
from tibidi.look.anatomy import type_name
from tibidi.look.anatomy import values
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

ONLY_THERE = "it cannot leave its process"
GETTERS = (GetSetDescriptorType, MemberDescriptorType)
PLAIN = (bool, bytes, complex, dict, float, int, list, set, str, tuple, type(None))
# The attributes of owners that say most, which are shown first.
TELLING = ("args", "pid", "returncode", "name", "mode", "host", "port", "url", "status", "reason", "path")
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
        known = self._known(thing)
        if known or is_about_pickling(error):
            return self.described(thing, known or attributes(thing) or self._told(thing))
        detail = error_text(error)
        self.note(thing, FAILED, detail)
        return _dummy(thing, detail, attributes(thing) or self._told(thing))

    def owner(self, thing: object, reason: str) -> Reduced:
        """Return a stand-in for a thing that owns something outside the process, with its attributes."""
        self.note(thing, ILLEGAL, f"{type_name(type(thing))}: {reason}")
        known = {**(attributes(thing) or dictionary(thing)), **self._known(thing)}
        return _dummy(thing, reason, {**{name: known[name] for name in TELLING if name in known}, **known})

    def described(self, thing: object, known: dict[str, object]) -> Reduced:
        """Return a stand-in for an object of which only this is known."""
        self.note(thing, ILLEGAL, f"{type_name(type(thing))}: {ONLY_THERE}")
        return _dummy(thing, ONLY_THERE, known)

    def too_deep(self, thing: object) -> Reduced:
        """Return a stand-in for an object nested deeper than the interpreter can follow."""
        self.note(thing, TOO_DEEP, "nested deeper than this Python can follow")
        return Cut, (type_name(type(thing)), "too deep")

    def illegal(self, thing: object) -> Reduced:
        """Return a stand-in for the state of a computation."""
        name, reason = type_name(type(thing)), "the state of a computation cannot be pickled"
        self.note(thing, ILLEGAL, f"{name}: {reason}")
        known = self._known(thing)
        return NotPickleable, (name, reason, known.pop("", "")), {"state": known}

    def lazy(self, thing: object) -> Reduced:
        """Return a stand-in for an object that would run a query or a request."""
        name = type_name(type(thing))
        self.note(thing, LAZY, f"{name}: not evaluated")
        return Dummy, (name, "not evaluated: that would have run a query or a request")

    def hung(self, thing: object) -> Reduced:
        """Return a stand-in for an object whose own code did not finish in time."""
        name = type_name(type(thing))
        self.note(thing, TIMEOUT, f"{name}: its own code did not finish in time")
        return Dummy, (name, "timed out: its own code did not finish in time")

    def _known(self, thing: object) -> dict[str, object]:
        from tibidi.look.resources import essence  # few dumps need it

        return essence(thing)

    def _told(self, thing: object) -> dict[str, object]:
        """Return what the getters of a type in C tell, which is code of a library."""
        if type_name(type(type(thing))).startswith("_ctypes."):  # they read the memory that a pointer refers to
            return {}
        self.running = thing
        found = values(thing, {name: each for base in mro(type(thing)) for name, each in getters(base).items()})
        told = {name: value for name, value in found if exact_type(value) in PLAIN}
        self.running = None
        return told

    def note(self, thing: object, reason: str, detail: str) -> None:
        """Add a substitution."""
        self.substitutions.append(Substitution(thing, reason, detail))


def _dummy(thing: object, reason: str, left: object) -> Reduced:
    made = Dummy, (type_name(type(thing)), reason)
    return (*made, {"state": left}) if left else made


def is_about_pickling(error: BaseException) -> bool:
    """Return True for an error that says only that a type cannot be pickled, in words for programmers."""
    return any(word in error_text(error) for word in ("pickle", "__reduce__", "Pickling"))


def getters(cls: type) -> dict[str, Any]:
    """Return the public getters and members of a class in C, by name."""
    own = namespace(cls) if cls is not object else {}
    return {name: each for name, each in own.items() if type(each) in GETTERS and name[:1] != "_"}


def described(thing: object) -> str:
    """Return a description of an object that cannot be pickled."""
    from tibidi.look.resources import essence  # few dumps need it

    return str(essence(thing).get("", ""))
