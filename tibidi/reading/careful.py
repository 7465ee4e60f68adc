"""The slow live unpickler, which guards every opcode that runs application code.

In the place of an object that cannot be rebuilt is what the inert reader makes of it.  That has its state already, so
what follows in the pickle to fill the object is skipped.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from tibidi.look.anatomy import error_text, native_base
from tibidi.reading import makers
from tibidi.reading.missing import NotHere
from tibidi.reading.state import set_state
from tibidi.words.standins import Dummy, is_missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from tibidi.reading.finalizers import Finalizers
    from tibidi.reading.live import Names

PythonUnpickler: Any = pickle._Unpickler  # typeshed does not have its stack, memo and handlers
PLAIN = (bool, bytes, float, frozenset, int, str, tuple, type, type(None))


class Failure(NamedTuple):
    """An object that could not be rebuilt: what is in its place, None if nothing is, and why."""

    instead: object
    detail: str


class CarefulUnpickler(PythonUnpickler):  # type: ignore[misc]  # it is Any
    """Rebuilds object by object.

    `inert` returns the inert view of the object with an index in the memo, or
    None.  `failures` lists what was not rebuilt.
    """

    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = dict(PythonUnpickler.dispatch)

    def __init__(
        self, file: Any, names: Names, memo: dict[int, object], finalizers: Finalizers, inert: Callable[[int], object]
    ) -> None:
        super().__init__(file)
        self._finalizers = finalizers
        self.find_class = names.find
        self._inert = inert
        # Makers that fill their first argument.
        self._fillers = [names.find("tibidi", word) for word in makers.MAKERS if word.endswith("_state")]
        self._inert_ids: dict[int, object] = {}  # by id, kept alive
        self.memo: dict[int, object] = {}
        self._known = memo  # from the pickles before, and from this one until it failed
        self.failures: list[Failure] = []

    def persistent_load(self, pid: object) -> object:
        """Return the id, as MemoUnpickler does."""
        return pid

    def memoize(self) -> None:
        """Memoize an object; the first, a path, shows how long the memo was before this pickle."""
        if not self.memo:
            self.memo = known_before(self._known, self.stack[-1])
        self.memo[len(self.memo)] = self.stack[-1]

    def made(self, opcode: Callable[[Any], None], operands: int) -> None:
        """Run the handler of an opcode that makes an object; if it raises, push the inert view of that."""
        state = self.stack[-operands:]
        below = len(self.stack) - operands
        try:
            opcode(self)
        except (KeyboardInterrupt, pickle.UnpicklingError, EOFError):
            raise
        except BaseException as error:  # noqa: BLE001 - application code may raise anything
            del self.stack[below:]
            self._finalizers.disarm_locals(error)
            self.stack.append(self._instead(len(self.memo), state[0], state[-1], error))

    def newobj(self) -> None:
        """Make an object; if its `__new__` fails as its arguments were not pickled, bypass it."""
        cls, arguments = self.stack[-2:]
        known = len(self.failures)
        self.made(PythonUnpickler.load_newobj, 2)
        if len(self.failures) == known or arguments != ():
            return
        try:
            native: Any = native_base(cls)
            self.stack[-1] = native.__new__(cls)
        except (TypeError, AttributeError):  # not a class, or its base in C needs arguments as well
            return
        del self.failures[known:]

    def reduce(self) -> None:
        """Call a function; if it fills an object and raises, the inert view replaces that object."""
        function, arguments = self.stack[-2:]
        if not any(function is each for each in self._fillers) or not arguments:
            self.made(PythonUnpickler.load_reduce, 2)
            return
        error = self._fill(arguments[0], PythonUnpickler.load_reduce, 1)
        self.stack[-1] = None
        if error is not None:
            self._replace(arguments[0], arguments[-1], error)

    def build(self) -> None:
        """Give an object its state; if that raises, its inert view replaces it, also in the memo."""
        target, state = self.stack[-2:]
        error = self._fill(target, PythonUnpickler.load_build, 1)
        # A class without `__setstate__`: its `__getattr__`, asked for that, needs attributes that are not set yet.
        if error is not None and (hasattr(type(target), "__setstate__") or not set_state(target, state)):
            self._replace(target, state, error)

    def filled(self, opcode: Callable[[Any], None], operands: int) -> None:
        """Put items into a container, which is below so many operands, or a mark; if it raises, replace it."""
        target = self.stack[-1 - operands] if operands else self.metastack[-1][-1]
        error = self._fill(target, opcode, operands)
        if error is not None:
            self._replace(target, None, error)

    def _fill(self, target: object, opcode: Callable[[Any], None], operands: int) -> BaseException | None:
        """Run a handler that fills an object; return what it raises.  An inert object is filled already."""
        if id(target) in self._inert_ids:
            if operands:
                del self.stack[-operands:]
            else:
                self.pop_mark()
            return None
        try:
            opcode(self)
        except (KeyboardInterrupt, pickle.UnpicklingError):
            raise
        except BaseException as error:  # noqa: BLE001 - __setstate__, append, __hash__ and the like are application code
            return error
        return None

    def _replace(self, target: object, state: object, error: BaseException) -> None:
        """Replace an object that was made, but could not be filled, by its inert view: here and in the memo."""
        index = next((index for index in reversed(self.memo) if self.memo[index] is target), -1)
        instead = self._instead(index, type(target), state, error)
        self._finalizers.disarm([target])  # others may refer to it
        if index >= 0:
            self.memo[index] = instead
        for stack in (self.stack, *self.metastack):
            stack[:] = [instead if each is target else each for each in stack]

    def _instead(self, index: int, what: object, state: Any, error: BaseException) -> object:
        """Return the inert view of the object with this index in the memo; a stand-in if there is none."""
        if what is makers._made:
            what, _, state, *_ = state
        kind = what if isinstance(what, type) else (getattr(what, "__name__", None) and what) or type(what)
        name = f"{getattr(kind, '__module__', '')}.{getattr(kind, '__qualname__', kind)}"
        view = self._inert(index)
        found = Dummy(name, error_text(error), state) if view is None else view
        if type(found) not in PLAIN:
            self._inert_ids[id(found)] = found
        # A missing module is an omission of its own, and what needs it, such as a time in its zone, is inert.
        if view is None or not (isinstance(error, NotHere) or _needs_missing(what, state)):
            self.failures.append(Failure(found, f"{name}: {error_text(error)}"))
        return found


def _needs_missing(what: object, arguments: object) -> bool:
    """Return True if a class or function, or what it was called with, is not on this machine."""
    given = arguments if type(arguments) is tuple else ()
    return any(is_missing(each) or is_missing(type(each)) for each in (what, *given))


def _handler(guard: Callable[..., None], name: str, operands: int = 0) -> Callable[[CarefulUnpickler], None]:
    """Return a handler that runs that of `pickle` by way of a method."""
    opcode = getattr(PythonUnpickler, name)
    return lambda self: guard(self, opcode, operands)


CarefulUnpickler.dispatch.update(
    {
        pickle.ADDITEMS[0]: _handler(CarefulUnpickler.filled, "load_additems"),
        pickle.APPEND[0]: _handler(CarefulUnpickler.filled, "load_append", 1),
        pickle.APPENDS[0]: _handler(CarefulUnpickler.filled, "load_appends"),
        pickle.BUILD[0]: CarefulUnpickler.build,
        pickle.MEMOIZE[0]: CarefulUnpickler.memoize,
        pickle.NEWOBJ[0]: CarefulUnpickler.newobj,
        pickle.NEWOBJ_EX[0]: _handler(CarefulUnpickler.made, "load_newobj_ex", 3),
        pickle.REDUCE[0]: CarefulUnpickler.reduce,
        pickle.SETITEM[0]: _handler(CarefulUnpickler.filled, "load_setitem", 2),
        pickle.SETITEMS[0]: _handler(CarefulUnpickler.filled, "load_setitems"),
    }
)


def known_before(memo: dict[int, object], path: object) -> dict[int, object]:
    """Return what was in the memo before the pickle that begins with `path`.

    The writer makes a new string for the path, so it is the first object that this pickle memoizes, and the last equal
    string that is followed by a tuple which begins with it.
    """
    for index in sorted(memo, reverse=True):
        if type(memo[index]) is str and memo[index] == path and _is_first(memo, index):
            return {key: value for key, value in memo.items() if key < index}
    return {}


def _is_first(memo: dict[int, object], index: int) -> bool:
    end = index + 1
    while type(memo.get(end)) is str:
        end += 1
    paths = memo.get(end)
    return type(paths) is tuple and len(paths) == end - index and paths[0] is memo[index]
