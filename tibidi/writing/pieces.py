"""What is written: roots, and the pieces that they are taken apart into when they are difficult."""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import is_a
from tibidi.look.anatomy import snapshot
from tibidi.process.records import NamedTuple
from tibidi.words.roots import EXCEPTION

if TYPE_CHECKING:
    from tibidi.words.roots import Root

# What is filtered.
NOTHING = 0
NAMES = 1
TEXTS = 2

# Things larger than this are left out of a variable that does not fit: tried in turn, 0 leaves nothing out.
ITEM_BYTES = (0, 1 << 20, 64 << 10, 2 << 10)


class Piece(NamedTuple):
    """A root or some of its variables, and the effort that its writing takes.

    `value` is what is pickled: where `is_dictionary`, a dictionary of
    variables, which can be taken apart.  What `is_late` had its share of the time
    already, so that large items are left out for want of time, not of room.
    """

    paths: tuple[str, ...]
    value: object
    is_dictionary: bool
    is_careful: bool = False
    is_deep: bool = False
    is_steady: bool = False
    is_late: bool = False
    item_level: int = 0
    filter: int = NOTHING

    @property
    def max_item_bytes(self) -> int:
        """The size from which on things are cut, 0 for none."""
        return ITEM_BYTES[self.item_level]

    def starts(self) -> dict[str, object]:
        """Return what it holds, by paths."""
        if not isinstance(self.value, dict) or not self.is_dictionary:
            return {self.paths[0]: self.value}
        return {f"{self.paths[0]}[{name!r}]": value for name, value in self.value.items()}

    @property
    def has_several(self) -> bool:
        """Whether it can be split."""
        return isinstance(self.value, dict) and self.is_dictionary and len(self.value) > 1

    def split(self) -> list[Piece]:
        """Return a piece for each variable, the smallest first; none where there are not several."""
        if not isinstance(self.value, dict) or not self.has_several:
            return []
        from tibidi.look.measure import measure  # few pieces are split

        variables = sorted(self.value.items(), key=lambda item: measure(item[1]))
        return [self._replace(value={name: value}) for name, value in variables]

    def apart(self, names: set[str]) -> list[Piece]:
        """Return these variables, to be filtered, apart from the others, which then need not be."""
        if not names or not isinstance(self.value, dict):
            return [self]
        others = {name: value for name, value in self.value.items() if name not in names}
        secret = {name: value for name, value in self.value.items() if name in names}
        pieces = [self._replace(value=secret).filtered(NAMES)]
        return [self._replace(value=others), *pieces] if others else pieces

    def filtered(self, what: int) -> Piece:
        """Return the same to be filtered: by NAMES alone, or looking into TEXTS as well."""
        return self._replace(filter=what)

    def deeper(self) -> Piece:
        """Return the same to be written with as much recursion as there is stack for."""
        return self._replace(is_deep=True)

    def held_still(self) -> Piece:
        """Return the same to be written from copies of its containers, which another thread is changing."""
        return self._replace(is_steady=True)

    def late(self) -> Piece:
        """Return the same for which there is little time left."""
        return self._replace(is_late=True)

    def with_care(self) -> Piece:
        """Return the same to be written object by object, each filtered: the result comes too late to be scanned."""
        return self._replace(is_careful=True, filter=TEXTS)

    def with_smaller_items(self, below: int = sys.maxsize) -> Piece | None:
        """Return the same without what is large, the more often the smaller; None when it comes to nothing.

        What is as large as `below` goes at once, if that can be.
        """
        levels = range(self.item_level + 1, len(ITEM_BYTES))
        if not levels:
            return None
        level = next((level for level in levels if ITEM_BYTES[level] < below), levels[0])
        return self._replace(item_level=level)

    def replaced_by(self, stand_in: object) -> Piece:
        """Return a stand-in in the place of the only variable, or of the value."""
        if isinstance(self.value, dict) and self.is_dictionary:
            return Piece(self.paths, dict.fromkeys(self.value, stand_in), True)
        return Piece(self.paths, stand_in, False)


def whole(root: Root) -> Piece:
    """Return all of a root as one piece, a snapshot of it where it is a dictionary."""
    if root.kind == EXCEPTION or not is_a(root.value, dict):
        return Piece(root.paths, root.value, False)
    return Piece(root.paths, dict(snapshot(root.value.items())), True)
