"""Snapshots of containers that other threads change while they are written.

Those threads go on, as nothing can stop them.  A pickler raises when a dictionary changes during iteration; with these
hooks it gets copies instead, each made by one call of C code, during which no other thread runs.  Once the member is
written, the memo has the containers in the place of their copies, so that other members refer to the same objects.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from itertools import chain, islice

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import exact_type, is_about_change
from tibidi.writing.pickle_state import FilterHooks

if TYPE_CHECKING:
    from typing import Any

    from tibidi.writing.pickle_state import Memo, Substitution

COPIED = frozenset({OrderedDict, defaultdict, deque, dict, list, set})
# Where a reduce value has items, of a sequence and of a mapping.
ITEMS = (3, 4)
TRIES = 20
MAX_COPIED = 1_000_000


class Snapshots:
    """Hooks for one member that also replace containers by copies, except those in `known`, the memo so far."""

    def __init__(self, inner: FilterHooks, known: Memo) -> None:
        self._inner = inner
        self._known = known
        self._copies: dict[int, tuple[object, object]] = {}

    def hooks(self) -> FilterHooks:
        """Return the hooks, which keep the snapshots alive, and not the other way round as well."""
        return FilterHooks(self._replacement, self._reduce)

    def exchange(self, memo: Memo, substitutions: list[Substitution], first: int) -> None:
        """Replace the copies in a memo, and in substitutions from `first` on, by their originals."""
        for thing, copy in self._copies.values():
            if id(copy) in memo:
                memo[id(thing)] = (memo.pop(id(copy))[0], thing)
        originals = {id(copy): thing for thing, copy in self._copies.values()}
        for at, each in enumerate(substitutions[first:], first):
            substitutions[at] = each._replace(thing=originals.get(id(each.thing), each.thing))

    def _replacement(self, thing: object) -> object:
        instead = self._inner.replacement(thing)
        if instead is not None or exact_type(thing) not in COPIED or id(thing) in self._known:
            return instead
        if id(thing) not in self._copies:
            self._copies[id(thing)] = (thing, thing.copy())  # type: ignore[attr-defined]  # one of COPIED
        return self._copies[id(thing)][1]

    def _reduce(self, thing: object) -> Any:
        for _ in range(TRIES):
            reduced = self._inner.reduce(thing)
            if type(reduced) is not tuple:
                return reduced
            try:
                return tuple(_copied(part) if place in ITEMS else part for place, part in enumerate(reduced))
            except RuntimeError as error:
                if not is_about_change(error):
                    raise
        raise RuntimeError("it changes all the time")


def _copied(items: Any) -> Any:
    """Return an iterator over a copy of the items, of which an iterator in Python may have no end."""
    return None if items is None else chain(list(islice(items, MAX_COPIED)), items)
