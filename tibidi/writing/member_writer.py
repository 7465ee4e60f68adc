"""Write one member after the other with one memo, each by the pickler that it needs.

A member that fails is rolled back: its bytes, and its entries in the memo.  The memo of a C pickler is large, so it is
not copied before each member once it has grown.  The new entries are found by their index instead: the first object in
each member is a text created for it, and all later ones have higher indices.
"""

from __future__ import annotations

import sys
from _thread import get_ident
from functools import partial

from tibidi import TYPE_CHECKING
from tibidi.model import TOO_DEEP
from tibidi.process.temporary import recursion_limit
from tibidi.words.vocabulary import START
from tibidi.writing.pickle_state import Fast, Filtering
from tibidi.writing.pieces import CAREFUL, DIRECT, NAMES, SHALLOW, SNAPSHOT, TEXTS, Piece
from tibidi.writing.stream import Sink, Slice

if TYPE_CHECKING:
    from collections.abc import Callable

    from tibidi.dumpfile.writer import Archive
    from tibidi.redaction import Redactor
    from tibidi.writing.filters import Filter, Rules
    from tibidi.writing.namespaces import Placeholder
    from tibidi.writing.pickle_state import FilterHooks, Memo, PickleState, Substitution
    from tibidi.writing.reducers import Reducers
    from tibidi.writing.snapshots import Snapshots

# A pickle may be this much larger in memory than its slice of the disk.
CAREFUL_RATIO = 4
# The memo is copied before a member until so many bytes of pickles are written, which takes C code some microseconds;
# soon after a rollback up to the second size, at which finding the new entries would take ten times as long as a copy.
MEMO_COPY_BYTES = 16 << 10
MEMO_COPY_BYTES_IN_TROUBLE = 4 << 20
MEMBERS_IN_TROUBLE = 10  # after one that was rolled back


class MemberWriter:
    """Writes members by a pickler, which is exchanged for another kind with the same memo as needed."""

    sink_type = Sink

    def __init__(
        self,
        archive: Archive,
        deadline: float,
        reducers: Reducers,
        state: PickleState,
        redactor: Redactor,
        islegal: Callable[[object], bool] | None,
    ) -> None:
        self.levels = 0
        self._archive, self._first = archive, len(archive.members)
        self._deadline = deadline
        self._reducers = reducers
        self._state = state
        self._redactor = redactor
        self._islegal = islegal
        self._filter: Filter | None = None
        self._hooks: FilterHooks | None = None
        self._snapshots: Snapshots | None = None
        self._sink = self.sink_type(archive, deadline, redactor)
        self._rules: Rules | None = None
        self._pickler = Fast(self._sink, reducers)
        self._memo_copy: Fast | None = None
        self._is_open = False
        self._trouble = 0  # the number of members for which the memo is copied
        self._marker: object = None
        self._mark = (0, 0, 0)
        self._known: int | None = 0  # the size of the memo before the next member

    def seed(self, name: str, seeds: list[tuple[Placeholder, dict[str, object]]]) -> None:
        """Write a member with every placeholder, and enter each object into the memo as its placeholder."""
        self._sink.begin(name)
        self._pickler.dump(((), [placeholder for placeholder, _ in seeds]))
        self._sink.end()
        memo: Memo = self._pickler.memo.copy()
        for placeholder, thing in seeds:
            memo[id(thing)] = (memo.pop(id(placeholder))[0], thing)
        self._pickler.memo = memo
        self._known = len(memo)

    def write(self, name: str, piece: Piece, part: Slice) -> None:
        """Write one member, which may use its part of the budget; after any exception, call `rollback`."""
        paths = tuple((path + " ")[:-1] for path in piece.paths)  # new objects, the first to enter the memo
        member = (paths, piece.value)
        self._begin(name, paths[0], piece, part)
        if self._filter is not None:
            self._prepare_filter(self._filter, member, piece)
        # Only from SNAPSHOT on: the limit holds for all threads, and endless recursion in one may overflow its stack.
        is_deep = piece.effort >= SNAPSHOT
        with recursion_limit(self.levels if is_deep else 0):
            if piece.effort >= CAREFUL and self._hooks is not None:
                self._pickle_carefully(member, self._hooks, part, piece)
            else:
                self._pickler.dump(member)
        if self._snapshots is not None:
            memo: Memo = self._pickler.memo.copy()
            self._snapshots.exchange(memo, self._state.substitutions, self._mark[0])
            self._pickler.memo = memo
        if not is_deep and any(each.reason == TOO_DEEP for each in self.new_substitutions()):
            raise RecursionError("deeper than the application allows itself")
        self._sink.end()
        self._is_open = False
        self._known = self._memo_size(member)

    def rollback(self) -> None:
        """Roll back the member that was begun, if it is not finished."""
        self._sink.rollback()
        if not self._is_open:
            self._renew(None, self._pickler.memo)
            return
        self._is_open = False
        self._trouble = MEMBERS_IN_TROUBLE
        self._state.rollback(self._mark)
        if self._memo_copy is not None:
            self._renew(None, self._memo_copy.memo)
            return
        memo: Memo = self._pickler.memo.copy()
        first, _ = memo.get(id(self._marker), (len(memo), None))
        self._renew(None, {key: entry for key, entry in memo.items() if entry[0] < first})

    def take_over(self, levels: int) -> None:
        """Let this thread write, which can recurse `levels` deep, and no other."""
        self.levels, self._sink.owner = levels, get_ident()

    def rollback_abandoned(self, count: int) -> None:
        """Keep `count` members; the thread that has written them may still run, but cannot write any more."""
        self._is_open |= self._sink.take_back(self._first + count)  # the memo has the objects of removed members
        total, self._sink = self._sink.total, self.sink_type(self._archive, self._deadline, self._redactor)
        self._sink.total = total
        self.rollback()

    def text(self, text: str) -> str:
        """Return a text without secrets."""
        return self._redactor.text(text)

    def new_substitutions(self) -> list[Substitution]:
        """Return the substitutions since the member was begun."""
        return self._state.substitutions[self._mark[0] :]

    def secret_names(self, piece: Piece) -> set[object]:
        """Return the names of the variables in a piece that are secrets."""
        return {name for name, value in (piece.variables or {}).items() if self._redactor.conceals(name, value)}

    def _begin(self, name: str, marker: str, piece: Piece, part: Slice) -> None:
        """Begin a member, whose first object in the memo is `marker`."""
        self._is_open, self._marker, self._mark = True, marker, self._state.mark()
        self._remember_memo()
        self._choose(self._rules_for(piece))
        self._sink.scans_names = piece.effort < NAMES
        self._sink.scans_values = piece.effort < TEXTS
        self._sink.begin(name, part, self._known)
        self._state.until = self._redactor.until = part.until

    def _prepare_filter(self, filters: Filter, member: tuple[tuple[str, ...], object], piece: Piece) -> None:
        if piece.is_large and self._rules is not None and self._rules.texts:
            filters.look_ahead(piece.value)
        if self._islegal is not None:
            filters.spare(member, member[0], *member[0])
            if piece.variables is not None:  # a dictionary that no application has made
                filters.spare(piece.variables, *piece.variables)

    def _pickle_carefully(self, thing: object, hooks: FilterHooks, part: Slice, piece: Piece) -> None:
        """Pickle object by object, into memory."""
        from tibidi.writing import careful  # for few variables

        memo: Memo = self._pickler.memo.copy()
        most = min(part.bytes * CAREFUL_RATIO, part.raw_bytes)
        cut = partial(self._state.nested, is_late=piece.is_late) if piece.effort == SHALLOW else None
        limits = careful.Limits(sys.getrecursionlimit(), most, part.until, cut)
        self._sink.write(careful.Careful(self._state, memo, hooks, limits).pickled(thing))
        self._pickler.memo = memo

    def _memo_size(self, last: object) -> int | None:
        """Return the size of the memo, None if it is not known: `last` is memoized last, so it is pickled as its index.

        A memo in C does not tell its size, and copying it may take long.
        """
        self._sink.aside = b""
        try:
            self._pickler.dump(last)
            return index_in(self._sink.aside)
        finally:
            self._sink.aside = None

    def _remember_memo(self) -> None:
        """Keep a copy of the memo while it is small, or less small soon after a rollback."""
        self._memo_copy, self._trouble = None, self._trouble - 1
        if self._sink.total < (MEMO_COPY_BYTES_IN_TROUBLE if self._trouble > 0 else MEMO_COPY_BYTES):
            copy = Fast(self._sink, self._reducers)
            try:
                copy.memo = self._pickler.memo
            except MemoryError:  # the remaining memory is for the values
                return
            self._memo_copy = copy

    def _rules_for(self, piece: Piece) -> Rules | None:
        """Return the rules to filter a piece by, None for no filter."""
        if piece.effort == DIRECT and not piece.max_item_bytes and self._islegal is None:
            return None
        from tibidi.writing.filters import Rules  # for few members, here and below

        effort = piece.effort
        return Rules(effort >= TEXTS, piece.max_item_bytes, piece.is_late, snapshots=effort >= SNAPSHOT)

    def _choose(self, rules: Rules | None) -> None:
        """Continue with a pickler that filters by `rules`, or with one that does not filter."""
        if rules != self._rules or self._snapshots is not None:
            self._renew(rules, self._pickler.memo)

    def _renew(self, rules: Rules | None, memo: Memo) -> None:
        self._rules, self._hooks, self._snapshots = rules, None, None
        if rules is None:
            self._pickler = Fast(self._sink, self._reducers)
        else:
            self._hooks = self._filter_hooks(rules, memo)
            self._pickler = Filtering(self._sink, self._reducers, self._hooks)
        self._pickler.memo = memo

    def _filter_hooks(self, rules: Rules, memo: Memo) -> FilterHooks:
        if self._filter is None:
            from tibidi.writing.filters import Filter

            self._filter = Filter(self._reducers, self._state, self._redactor, self._islegal)
        hooks = self._filter.hooks(rules)
        if not rules.snapshots:
            return hooks
        from tibidi.writing.snapshots import Snapshots  # where a thread changes what is written

        self._snapshots = Snapshots(hooks, memo.copy())
        return self._snapshots.hooks()


def index_in(data: bytes) -> int | None:
    """Return the number of objects up to the one in the memo that a pickle consists of, None for any other pickle."""
    if data[-3:-2] == b"h" and len(data) == len(START) + 3:  # BINGET
        return data[-2] + 1
    if data[-6:-5] == b"j" and data.startswith(START):  # LONG_BINGET, in a frame or not
        return int.from_bytes(data[-5:-1], "little") + 1
    return None
