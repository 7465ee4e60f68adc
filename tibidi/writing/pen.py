"""Writes one member after the other with one memo, each by the pickler that it needs.

What goes wrong is taken back: the bytes, and what the memo has learnt since
the member was begun.  The memo of C code is not copied for that before
anything has gone wrong; what is new in it is known by its index, which is
that of a text made for the purpose and pickled first, or higher.
"""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi.model import TOO_DEEP
from tibidi.process.temporary import recursion_limit
from tibidi.writing.filters import Filter
from tibidi.writing.filters import Rules
from tibidi.writing.ledger import Mark
from tibidi.writing.picklers import Careful
from tibidi.writing.picklers import Fast
from tibidi.writing.picklers import Filtering
from tibidi.writing.picklers import Reach
from tibidi.writing.pieces import NOTHING
from tibidi.writing.pieces import TEXTS
from tibidi.writing.stream import Sink

if TYPE_CHECKING:
    from collections.abc import Callable

    from tibidi.redaction import Redactor
    from tibidi.writing.ledger import Ledger
    from tibidi.writing.ledger import Substitution
    from tibidi.writing.picklers import Memo
    from tibidi.writing.pieces import Piece
    from tibidi.writing.reducers import Reducers
    from tibidi.writing.shells import Shell
    from tibidi.writing.stream import Share
    from tibidi.writing.stream import Target

# A pickle may be this much larger in memory than its share of the disk.
CAREFUL_RATIO = 4
# Copying the memo that so many bytes of pickles leave behind, as C code does, takes less than a millisecond; and
# less than the tenth of what it costs to find out what was new in it, where members are taken back again and again.
SNAPSHOT_BYTES = 128 << 10
SNAPSHOT_BYTES_IN_TROUBLE = 4 << 20


class Pen:
    """A pickler and its memo, exchanged for another kind as needed."""

    def __init__(
        self,
        archive: Target,
        deadline: float,
        reducers: Reducers,
        ledger: Ledger,
        redactor: Redactor,
        islegal: Callable[[object], bool] | None,
    ) -> None:
        self.levels = 0
        self._archive = archive
        self._deadline = deadline
        self._reducers = reducers
        self._ledger = ledger
        self._redactor = redactor
        self._filter = Filter(reducers, ledger, redactor, islegal)
        self._sink = Sink(archive, deadline, redactor)
        self._rules: Rules | None = None
        self._pickler = Fast(self._sink, reducers)
        self._snapshot: Fast | None = None
        self._is_open = False
        self._is_in_trouble = False
        self._marker: object = None
        self._mark = Mark(0, 0, 0)

    def seed(self, name: str, seeds: list[tuple[Shell, dict[str, object]]]) -> None:
        """Write a member that makes every shell, and have the memo know it as the thing that it stands for."""
        self._sink.begin(name)
        self._pickler.dump(((), [shell for shell, _ in seeds]))
        self._sink.end()
        memo: Memo = self._pickler.memo.copy()
        for shell, thing in seeds:
            memo[id(thing)] = (memo.pop(id(shell))[0], thing)
        self._pickler.memo = memo

    def write(self, name: str, piece: Piece, share: Share) -> None:
        """Write one member, which may take its share; whatever is raised, `take_back` must follow."""
        paths = tuple((path + " ")[:-1] for path in piece.paths)  # new objects, the first to enter the memo
        self._is_open = True
        self._marker = paths[0]
        self._mark = self._ledger.mark()
        self._remember_memo()
        self._choose(self._rules_for(piece))
        self._sink.scans_names = piece.filter == NOTHING
        self._sink.scans_values = piece.filter != TEXTS
        self._sink.begin(name, share)
        self._reducers.until = share.until
        with recursion_limit(self.levels if piece.is_deep else 0):
            self._pickle((paths, piece.value), share if piece.is_careful else None)
        if not piece.is_deep and any(each.reason == TOO_DEEP for each in self.new_substitutions()):
            raise RecursionError("deeper than the application allows itself")
        self._sink.end()
        self._is_open = False

    def take_back(self) -> None:
        """Undo the member that was begun, if it is not finished."""
        self._sink.rollback()
        if not self._is_open:
            self._renew(self._rules, self._pickler.memo)
            return
        self._is_open = False
        self._is_in_trouble = True
        self._ledger.undo(self._mark)
        if self._snapshot is not None:
            self._renew(self._rules, self._snapshot.memo)
            return
        memo: Memo = self._pickler.memo.copy()
        first, _ = memo.get(id(self._marker), (len(memo), None))
        self._renew(self._rules, {key: entry for key, entry in memo.items() if entry[0] < first})

    def abandon(self) -> None:
        """Undo the member that was begun, by a thread that may still be at it: it will write no more."""
        self._sink.abandoned = True
        old, self._sink = self._sink, Sink(self._archive, self._deadline, self._redactor)
        old.rollback()
        self._sink.total = old.total
        self.take_back()

    def text(self, text: str) -> str:
        """Return a text without secrets."""
        return self._redactor.text(text)

    def new_substitutions(self) -> list[Substitution]:
        """Return what was substituted since the member was begun."""
        return self._ledger.substitutions[self._mark.substitutions :]

    def secret_names(self, piece: Piece) -> set[str]:
        """Return the names of the variables in a piece that are those of secrets."""
        if not isinstance(piece.value, dict) or not piece.is_dictionary:
            return set()
        return {name for name, value in piece.value.items() if self._redactor.conceals(name, value)}

    def _pickle(self, thing: object, careful_share: Share | None) -> None:
        """Pickle at full speed, or object by object."""
        if careful_share is None:
            self._pickler.dump(thing)
            return
        memo: Memo = self._pickler.memo.copy()
        keep = None if self._rules is None else self._filter.by(self._rules)
        reach = Reach(sys.getrecursionlimit(), careful_share.bytes * CAREFUL_RATIO, careful_share.until)
        pickler = Careful(self._reducers, self._ledger, memo, keep, reach)
        self._sink.write(pickler.pickled(thing))
        self._pickler.memo = memo

    def _remember_memo(self) -> None:
        """Keep a copy of the memo while it is small, and later where copies were wanted."""
        self._snapshot = None
        if self._sink.total < (SNAPSHOT_BYTES_IN_TROUBLE if self._is_in_trouble else SNAPSHOT_BYTES):
            copy = Fast(self._sink, self._reducers)
            try:
                copy.memo = self._pickler.memo
            except MemoryError:  # what is left of it is for the values
                return
            self._snapshot = copy

    def _rules_for(self, piece: Piece) -> Rules | None:
        rules = Rules(piece.filter == TEXTS, piece.max_item_bytes, piece.is_late, piece.is_steady)
        return rules if any(rules) or self._filter.is_always_on or piece.filter != NOTHING else None

    def _choose(self, rules: Rules | None) -> None:
        """Go on with a pickler that filters by `rules`, or with one that does not filter."""
        if rules != self._rules:
            self._renew(rules, self._pickler.memo)

    def _renew(self, rules: Rules | None, memo: Memo) -> None:
        self._rules = rules
        if rules is None:
            self._pickler = Fast(self._sink, self._reducers)
        else:
            self._pickler = Filtering(self._sink, self._reducers, self._filter.by(rules))
        self._pickler.memo = memo
