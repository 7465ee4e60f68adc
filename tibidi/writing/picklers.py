"""The picklers: one at the speed of C, one that also filters, one that isolates every object.

All write protocol 5 and keep their memo in the same form, {id: (index,
object)}, so that one can go on where another has stopped.
"""

from __future__ import annotations

import io
import pickle
import sys
from types import FunctionType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import exact_type
from tibidi.look.anatomy import is_a
from tibidi.look.anatomy import snapshot
from tibidi.process import time
from tibidi.process.records import NamedTuple
from tibidi.process.worker import Abandoned
from tibidi.writing.stream import OutOfTime
from tibidi.writing.stream import TooLarge
from tibidi.writing.stream import TooLate

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from typing import Any
    from typing import ClassVar

    from tibidi.writing.ledger import Ledger
    from tibidi.writing.reducers import Reducers
    from tibidi.writing.stream import Sink

    Items = Iterable[tuple[object, object]]
    Memo = dict[int, tuple[int, object]]

PROTOCOL = 5
# What typeshed knows little of.
CPickler: Any = pickle.Pickler
PurePickler: Any = pickle._Pickler
PureFramer: Any = pickle._Framer  # type: ignore[attr-defined]  # likewise
# Frames of Python that one level of nesting costs the careful pickler, at most: save twice, save_reduce, a batch.
FRAMES_PER_LEVEL = 5


class Keep(NamedTuple):
    """What a filter says: what is pickled instead of a thing, None for itself, and how a thing is taken apart."""

    replacement: Callable[[Any], object]
    reduce: Callable[[Any], Any]


class Fast(CPickler):  # type: ignore[misc]  # see above
    """The pickler of C with our reducers; an exception may escape from what it iterates over."""

    # Empty, as every type is asked of `reducer_override`.
    dispatch_table: ClassVar[dict[type, Callable[[object], object]]] = {}

    def __init__(self, file: Sink, reducers: Reducers) -> None:
        self.reducer_override: Callable[[Any], Any] = reducers.reduce
        super().__init__(file, PROTOCOL)


class Filtering(Fast):
    """Fast, and asks `keep` of every single object, texts and numbers included.

    A persistent id stands for what is to be replaced, and is the replacement
    itself: reading it is the identity.  That way anything can be replaced by
    anything, at every place where it is mentioned, without a copy of what
    holds it.
    """

    def __init__(self, file: Sink, reducers: Reducers, keep: Keep) -> None:
        super().__init__(file, reducers)
        self.reducer_override = keep.reduce
        self.persistent_id = keep.replacement


class Unframed(PureFramer):  # type: ignore[misc]  # private, and the same since Python 3.4
    """Writes straight through, so that what was written can be taken back."""

    def start_framing(self) -> None:
        """Do nothing."""

    def end_framing(self) -> None:
        """Do nothing."""

    def commit_frame(self, force: bool = False) -> None:
        """Do nothing."""

    def write_large_bytes(self, header: bytes, payload: object) -> None:
        """Write without framing."""
        self.file_write(header)
        self.file_write(payload)


class Reach(NamedTuple):
    """How deep a thread can go, how long a pickle may become in memory, and until when it may be made."""

    levels: int
    max_bytes: int
    until: float


class Careful(PurePickler):  # type: ignore[misc]  # pickle's own, written in Python
    """Takes back any object that fails, with all that it had brought along, and puts a stand-in in its place.

    What lies too deep is cut there.  Thirty times slower than C: used for the
    one variable in which an exception escaped.
    """

    dispatch_table: ClassVar[dict[type, Callable[[object], object]]] = {}

    def __init__(self, reducers: Reducers, ledger: Ledger, memo: Memo, keep: Keep | None, reach: Reach) -> None:
        self._out = io.BytesIO()
        super().__init__(self._out, PROTOCOL)
        self.framer = Unframed(self._out.write)
        self.write = self.framer.write
        self._write_large_bytes = self.framer.write_large_bytes
        self.memo = memo
        self._reduce = reducers.reduce if keep is None else keep.reduce
        self._replacement = None if keep is None else keep.replacement
        self._ledger = ledger
        self._needed: set[int] = set()
        self._depth = 0
        self._deepest = max(1, reach.levels // FRAMES_PER_LEVEL)
        self._limit = reach.max_bytes
        self._until = reach.until

    def pickled(self, thing: object) -> bytes:
        """Return the pickle of `thing`."""
        self.dump(thing)
        return self._out.getvalue()

    def persistent_id(self, thing: object) -> object:
        """Return what stands for `thing`, None for itself."""
        return None if self._replacement is None else self._replacement(thing)

    def save(self, obj: object, save_persistent_id: bool = True) -> None:
        """Pickle one object, or a stand-in for it.

        What `save_reduce` needs in order to make another object, such as its
        state, cannot be replaced: there the other object fails as a whole.
        """
        instead = self.persistent_id(obj) if save_persistent_id else None
        if instead is not None:
            self.save_pers(instead)
        elif id(obj) in self.memo:
            self.write(self.get(self.memo[id(obj)][0]))
        elif id(obj) in self._needed or exact_type(obj) in ATOMS:
            self._save_itself(obj)
        else:
            self._save_or_replace(obj)

    def _save_or_replace(self, obj: object) -> None:
        start, known, mark = self._out.tell(), len(self.memo), self._ledger.mark()
        self._depth += 1
        try:
            self._check_depth()
            self._save_itself(obj)
        except (TooLarge, TooLate, OutOfTime, Abandoned, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it raised, this object alone is replaced
            self._take_back(start, known)
            self._ledger.undo(mark)
            self._replace(obj, self._ledger.failed(obj, error))
        finally:
            self._depth -= 1

    def _check_depth(self) -> None:
        if self._depth > self._deepest:
            raise RecursionError

    def _save_itself(self, obj: object) -> None:
        """Pickle one object; as in pickle, yet without calls by `*`, which would cost C stack on each level."""
        if self._out.tell() > self._limit:
            raise TooLarge
        if time.monotonic() > self._until:
            raise TooLate
        native = self.dispatch.get(exact_type(obj))
        if native is not None and type(obj) not in ASKED:
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
        if is_a(arguments, tuple) and arguments:
            self._needed.add(id(arguments[0]))  # the class
        try:
            self.save_reduce(function, arguments, state, items, pairs, setter, obj=obj)
        finally:
            self._needed = before

    def _take_back(self, start: int, known: int) -> None:
        self._out.seek(start)
        self._out.truncate()
        while len(self.memo) > known:
            self.memo.popitem()

    def _replace(self, thing: object, reduced: tuple[object, ...]) -> None:
        """Write a stand-in under the identity of `thing`."""
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


# Builtin types for which the table of pickle._Pickler has an entry that is not what our reducers say.
ASKED = frozenset({type, FunctionType})
ATOMS = frozenset({bool, bytes, float, int, str, type(None)})
