"""The slow pickler, which isolates every object: for the one variable in which an exception escaped from C code."""

from __future__ import annotations

import io
import pickle
import sys
from types import FunctionType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import exact_type, is_a, snapshot
from tibidi.process import time
from tibidi.process.records import NamedTuple
from tibidi.process.temporary import Abandoned
from tibidi.words.vocabulary import PROTOCOL
from tibidi.writing.stream import OutOfTime, TooLarge, TooLate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, ClassVar

    from tibidi.writing.pickle_state import FilterHooks, Memo, PickleState, Reduced

    Items = Iterable[tuple[object, object]]

# typeshed lacks most of it.
PurePickler: Any = pickle._Pickler
# Python frames that one level of nesting takes, at most: save twice, save_reduce, a batch.
FRAMES_PER_LEVEL = 5
# Builtin types for which the table of pickle._Pickler has an entry that differs from our reducers.
REDUCED = frozenset({type, FunctionType})
# Of a value that is cut to its upper levels: the member, the variables, and four levels of each variable.
MAX_DEPTH = 6
ATOMS = frozenset({bool, bytes, float, int, str, type(None)})


class Limits(NamedTuple):
    """How deep the thread can recurse, how long the pickle may become in memory, and until when it may be made.

    If given, `cut` makes stand-ins for what is nested deeper than `MAX_DEPTH`.
    """

    levels: int
    max_bytes: int
    until: float
    cut: Callable[[object], Reduced] | None = None


class TooNested(Exception):
    """The object is nested deeper than a value may be where time or space is short."""


class Careful(PurePickler):  # type: ignore[misc]  # pickle's own, written in Python
    """Rolls back any object that fails, with everything written for it, and writes a stand-in instead.

    Objects that are nested too deep are cut.  Twenty times slower than C.
    """

    dispatch_table: ClassVar[dict[type, Callable[[object], object]]] = {}

    def __init__(self, state: PickleState, memo: Memo, hooks: FilterHooks, limits: Limits) -> None:
        self._out = io.BytesIO()
        super().__init__(self._out, PROTOCOL)
        self.framer.start_framing = lambda: None  # bytes that wait for the end of a frame could not be rolled back
        self.write = self._out.write
        self.memo = memo
        self._reduce = hooks.reduce
        self.persistent_id = hooks.replacement
        self._state = state
        self._needed: set[int] = set()
        self._depth = 0
        self._cut = limits.cut
        self._deepest = max(1, limits.levels // FRAMES_PER_LEVEL)
        self._limit = limits.max_bytes
        self._until = limits.until

    def pickled(self, thing: object) -> bytes:
        """Return the pickle of `thing`."""
        self.dump(thing)
        return self._out.getvalue()

    def save(self, obj: object, save_persistent_id: bool = True) -> None:
        """Pickle one object, or a stand-in for it.

        An object that `save_reduce` needs to make another one, such as its
        state, cannot be replaced: then the other object fails as a whole.
        """
        instead = self.persistent_id(obj) if save_persistent_id else None
        if instead is not None:
            if id(obj) in self._needed:
                self._needed.add(id(instead))
            self.save_pers(instead)
        elif id(obj) in self.memo:
            self.write(self.get(self.memo[id(obj)][0]))
        elif id(obj) in self._needed or exact_type(obj) in ATOMS:
            self._save_itself(obj)
        else:
            self._save_or_replace(obj)

    def _save_or_replace(self, obj: object) -> None:
        start, known, mark = self._out.tell(), len(self.memo), self._state.mark()
        self._depth += 1
        try:
            self._check_depth(obj)
            self._save_itself(obj)
        except (TooLarge, TooLate, OutOfTime, Abandoned, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever is raised, this object alone is replaced
            self._rollback(start, known)
            self._state.rollback(mark)
            is_cut = self._cut is not None and is_a(error, (TooNested, RecursionError))
            self._replace(obj, self._cut(obj) if self._cut and is_cut else self._state.failed(obj, error))
        finally:
            self._depth -= 1

    def _check_depth(self, obj: object) -> None:
        if self._depth > self._deepest:
            raise RecursionError
        if self._cut is not None and self._depth > MAX_DEPTH and type(obj).__module__ != "tibidi":  # no stand-in
            raise TooNested

    def _save_itself(self, obj: object) -> None:
        """Pickle one object as pickle does, but without calls by `*`, which take C stack on each level."""
        if self._out.tell() > self._limit:
            raise TooLarge
        if time.monotonic() > self._until:
            raise TooLate
        native = self.dispatch.get(exact_type(obj))
        if native is not None and type(obj) not in REDUCED:
            native(self, obj)
            return
        reduced = self._reduce(obj)
        if reduced is NotImplemented:
            self.save_global(obj)
        elif is_a(reduced, str):
            self.save_global(obj, reduced)
        else:
            self._save_reduced(obj, reduced)

    def _save_reduced(self, obj: object, reduced: tuple[object, ...]) -> None:
        function, arguments, state, items, pairs, setter = (*reduced, None, None, None, None)[:6]
        before = self._needed
        self._needed = {id(function), id(arguments), id(state), id(setter)}
        if is_a(state, tuple):  # a dictionary of attributes and one of slots, most often
            self._needed |= {id(each) for each in state}
        if is_a(arguments, tuple):
            needed = arguments if self._cut else arguments[:1]  # the class; whatever is at the last level has all
            self._needed |= {id(each) for each in needed}
        try:
            self.save_reduce(function, arguments, state, items, pairs, setter, obj=obj)
        finally:
            self._needed = before

    def _rollback(self, start: int, known: int) -> None:
        self._out.seek(start)
        self._out.truncate()
        while len(self.memo) > known:
            self.memo.popitem()

    def _replace(self, thing: object, reduced: tuple[object, ...]) -> None:
        """Write a stand-in with the identity of `thing`."""
        depth, self._depth = self._depth, 0  # the stand-in itself is not too deep
        try:
            self._save_reduced(thing, reduced)
        finally:
            self._depth = depth

    if sys.version_info >= (3, 14):

        def _batch_setitems(self, items: Items, obj: object) -> None:
            """Pickle a snapshot of a dictionary, which another thread may be changing."""
            super()._batch_setitems(snapshot(items), obj)

    else:

        def _batch_setitems(self, items: Items) -> None:
            """Pickle a snapshot of a dictionary, which another thread may be changing."""
            super()._batch_setitems(snapshot(items))
