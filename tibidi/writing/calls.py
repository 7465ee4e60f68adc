"""Call `__reduce_ex__` where that is the application's code, which may be slow, or never return.

Loaded when the first such object is met.
"""

from __future__ import annotations

import re
import sys

from tibidi import TYPE_CHECKING
from tibidi.culprit import INSTALLED
from tibidi.look.anatomy import is_a, is_standard, native_base
from tibidi.look.classes import Classes
from tibidi.model import ILLEGAL
from tibidi.process import time
from tibidi.process.interpreter import frames
from tibidi.process.temporary import Abandoned
from tibidi.process.watch import callers, entries
from tibidi.writing.instances import reduce_with_getattr
from tibidi.writing.stream import TooLate
from tibidi.writing.unnamed import without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import FrameType
    from typing import Any

    from tibidi.redaction import Redactor
    from tibidi.writing.pickle_state import PickleState

# A variable with secrets, or one that is too large, is pickled several times.  What takes longer is called only once.
SLOW_SECONDS = 0.002
MAX_KEPT = 1_000
MAX_NAMES = 10
UNFINISHED = "its __init__ has not ended"
ITERATORS = slice(3, 5)  # of a reduce value: of items, which can be read only once


class Calls:
    """The calls of a dump, and the results of slow ones."""

    def __init__(self, state: PickleState, roots: list[object], redactor: Redactor) -> None:
        self._state = state
        self._redactor = redactor
        self._unfinished = {id(thing): thing for thing in unfinished(roots)}
        self._kept: dict[int, tuple[object, object]] = {}  # the objects keep their ids valid
        self._classes = Classes()
        self._left_out: dict[tuple[object, ...], str] = {}  # by the id of a class, and the names; "" for a library
        self._places: dict[str, int] = {}  # of these details among the substitutions

    def reduce(self, thing: object) -> Any:
        """Return the reduce value of an object without secrets; note what it leaves out."""
        reduced, facts = self._reduced(thing), self._classes.of(type(thing))
        self._note_left_out(thing, reduced)
        return without_secrets(thing, reduced, facts, self._redactor, self._state)

    def _reduced(self, thing: object) -> Any:
        """Return the reduce value of an object; raise TooLate after the moment `until` of the state."""
        if id(thing) in self._kept:
            return self._kept[id(thing)][1]
        if self._state.has_hung(thing):
            return self._state.hung(thing)
        if id(thing) in self._unfinished:
            return self._state.owner(thing, UNFINISHED)
        begun = time.monotonic()
        if begun > self._state.until:  # slow objects may never fill a frame, so that the sink is not called
            raise TooLate
        reduced = call(self._state, thing, _reduced_by_itself, thing)
        if time.monotonic() - begun > SLOW_SECONDS and len(self._kept) < MAX_KEPT and _is_kept(reduced):
            self._kept[id(thing)] = thing, reduced
        return reduced

    def _note_left_out(self, thing: object, reduced: Any) -> None:
        """Note the attributes that a class of the application leaves out, for the first of its instances."""
        facts = self._classes.of(type(thing))  # keeps the class alive, and so its id
        names = left_out(facts.dictionary(thing), reduced)
        if not names:
            return
        key = (id(facts.cls), *names)
        if key not in self._left_out:
            detail = f"{facts.name}: its __getstate__ leaves out {', '.join(names)}"
            self._left_out[key] = detail if is_of_application(facts.cls) else ""
        detail, notes = self._left_out[key], self._state.substitutions
        place = self._places.get(detail, 0)
        noted = [each.detail for each in notes[place : place + 1]]  # none if a rollback has removed the note
        if detail and noted != [detail]:
            self._places[detail] = len(notes)
            self._state.note(thing, ILLEGAL, detail)


def call(state: PickleState, code: object, function: Callable[..., Any], *arguments: object) -> Any:
    """Call a function, with `code` as the running object of the state, which stays that if the call is abandoned."""
    state.running = code
    try:
        result = function(*arguments)
    except Abandoned:
        raise
    except BaseException:
        state.running = None
        raise
    state.running = None
    return result


def unfinished(roots: Iterable[object]) -> Iterator[object]:
    """Yield instances of library types in C whose `__init__` is running, or was left by an exception in `roots`.

    Their code may follow a pointer that is not set yet, which ends the process.
    """
    for frame in _frames(roots):
        code = frame.f_code
        if code.co_name == "__init__" and code.co_argcount:
            thing = frame.f_locals.get(code.co_varnames[0])
            if not is_standard(native_base(type(thing))):
                yield thing


def _frames(roots: Iterable[Any]) -> Iterator[FrameType]:
    for exception in roots:
        for entry in entries(exception.__traceback__ if is_a(exception, BaseException) else None):
            yield entry.tb_frame
    for frame in frames().values():
        yield from callers(frame)


def left_out(own: dict[str, object], reduced: Any) -> list[str]:
    """Return the attributes of an object that are not in the state of its reduce value, if all else is."""
    state = reduced[2] if type(reduced) is tuple and len(reduced) > 2 else None
    attributes = state[0] if type(state) is tuple and len(state) == 2 else state
    if type(attributes) is not dict or len(attributes) == len(own) or not attributes.keys() <= own.keys():
        return []
    return [name for name in list(own) if type(name) is str and name not in attributes][:MAX_NAMES]


def is_of_application(cls: type) -> bool:
    """Return True for a class of a module that was not installed; what a library leaves out is a matter of its own."""
    place = getattr(sys.modules.get(cls.__module__), "__file__", None)
    return type(place) is not str or not re.search(INSTALLED, place.replace("\\", "/"))


def _reduced_by_itself(thing: object) -> Any:
    reduced: Any = None
    if sys.version_info < (3, 11):
        from tibidi.writing.libraries import reduce_default

        reduced = reduce_default(thing)
    return reduced or reduce_with_getattr(thing)


def _is_kept(reduced: Any) -> bool:
    return type(reduced) is tuple and not any(each is not None for each in reduced[ITERATORS])
