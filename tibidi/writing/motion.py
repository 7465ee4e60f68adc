"""Containers that other threads change while they are written.

Those threads go on, as there is no way of stopping them.  A pickler that
meets a dictionary in motion raises; asked by `still`, it gets copies instead,
each of which was taken in one call of C code, in which no other thread runs.
"""

from __future__ import annotations

from collections import OrderedDict
from collections import defaultdict
from collections import deque
from typing import TYPE_CHECKING
from typing import Any

from tibidi.look.anatomy import exact_type
from tibidi.writing.picklers import Keep

if TYPE_CHECKING:
    from collections.abc import Container

    from tibidi.writing.ledger import Ledger

COPIED = frozenset({OrderedDict, defaultdict, deque, dict, list, set})
# Where in what a reducer returns there are items, of a sequence and of a mapping.
ITEMS = (3, 4)
TRIES = 20


def still(keep: Keep, ledger: Ledger, seeded: Container[int]) -> Keep:
    """Return what replaces by copies the containers that `keep` leaves, but for those whose ids are in `seeded`."""

    def replacement(thing: object) -> object:
        instead = keep.replacement(thing)
        if instead is not None or exact_type(thing) not in COPIED or id(thing) in seeded:
            return instead
        known = ledger.replaced.get(id(thing))
        if known is None:
            known = ledger.replaced[id(thing)] = (thing, thing.copy())  # type: ignore[attr-defined]  # one of COPIED
        return known[1]

    def reduce(thing: object) -> Any:
        for _ in range(TRIES):
            reduced = keep.reduce(thing)
            if type(reduced) is not tuple:
                return reduced
            try:
                return tuple(_with_list(part) if place in ITEMS else part for place, part in enumerate(reduced))
            except RuntimeError:
                continue
        raise RuntimeError("it never holds still")

    return Keep(replacement, reduce)


def _with_list(items: Any) -> Any:
    """Return an iterator whose items nobody can change any more."""
    return None if items is None else iter(list(items))
