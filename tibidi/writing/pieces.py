"""The units of work: roots, and the pieces that they are split into when they are difficult."""

from __future__ import annotations

import sys

from tibidi.look.anatomy import is_a
from tibidi.look.frames import EXCEPTION, Root
from tibidi.process.records import NamedTuple

# The rungs of effort, each of which includes those below it, and the seconds that they take for 10^5 dictionaries,
# dataclass instances and texts (Python 3.11).  There are two kinds of filter, as most secrets are found by their names
# and looking into every text doubles the time, and snapshots are a rung of their own, as copies take as much memory as
# the containers.
DIRECT = 0  # by C code as it is: 0.13
NAMES = 1  # by C code, and secrets are found by their names: 0.45
TEXTS = 2  # secrets are also looked for in texts and data: 0.85
SNAPSHOT = 3  # from snapshots of containers, with as much recursion as there is stack for: 1.2
CAREFUL = 4  # object by object, in Python: 2.6
SHALLOW = 5  # likewise, only the upper levels, where time or space do not suffice

# Items larger than this are left out of a variable that does not fit: tried in turn, 0 leaves nothing out.
ITEM_BYTES = (0, 1 << 20, 64 << 10, 2 << 10)


class Piece(NamedTuple):
    """A root or some of its variables, and the effort of writing it.

    `value` is pickled: if `is_dictionary`, a dictionary of variables, which can be split.  A piece that `is_large` was
    tried as a small one, and waits until all small ones are written.  A piece that `is_late` has used up its time, so
    that large items are left out for lack of time, not of space.
    """

    paths: tuple[str, ...]
    value: object
    is_dictionary: bool
    effort: int = DIRECT
    is_large: bool = False
    is_early: bool = False  # a large one that is tried before all that is small is written
    is_late: bool = False
    item_level: int = 0

    @property
    def max_item_bytes(self) -> int:
        """The size above which items are cut, 0 for none."""
        return ITEM_BYTES[self.item_level]

    @property
    def variables(self) -> dict[object, object] | None:
        """The variables, None if the value is no dictionary of such."""
        return self.value if self.is_dictionary and isinstance(self.value, dict) else None

    def by_path(self) -> dict[str, object]:
        """Return its variables, or its value, by path."""
        if self.variables is None:
            return {self.paths[0]: self.value}
        return {f"{self.paths[0]}[{name!r}]": value for name, value in self.variables.items()}

    def split(self) -> list[Piece]:
        """Return a piece for each variable, the smallest first; an empty list if there are not several."""
        return [self._replace(value={name: value}) for name, value in self._sorted()]

    def halves(self) -> list[Piece]:
        """Return two pieces, that with the smaller variables first; an empty list if there are not several."""
        variables = self._sorted()
        middle = len(variables) // 2
        parts = (variables[:middle], variables[middle:]) if variables else ()
        return [self._replace(value=dict(part)) for part in parts]

    def _sorted(self) -> list[tuple[object, object]]:
        if self.variables is None or len(self.variables) < 2:
            return []
        from tibidi.look.measure import measure  # few pieces are split

        return sorted(self.variables.items(), key=lambda item: measure(item[1]))

    def separate(self, names: set[object]) -> list[Piece]:
        """Return the variables with these names, to be filtered, apart from the others, which then need not be."""
        if not names or self.variables is None:
            return [self]
        others = {name: value for name, value in self.variables.items() if name not in names}
        secret = {name: value for name, value in self.variables.items() if name in names}
        pieces = [self._replace(value=secret).with_effort(NAMES)]
        return [self._replace(value=others), *pieces] if others else pieces

    def with_effort(self, effort: int) -> Piece:
        """Return the same piece with at least this effort."""
        return self._replace(effort=max(self.effort, effort))

    def with_smaller_items(self, below: int = sys.maxsize) -> Piece | None:
        """Return the same piece without large items, fewer on each call; None if none can be left out any more.

        An item as large as `below` is left out at once, if possible; else as many as possible are.
        """
        levels = range(self.item_level + 1, len(ITEM_BYTES))
        if not levels:
            return None
        level = next((level for level in levels if ITEM_BYTES[level] < below), levels[-1])
        return self._replace(item_level=level)

    def replaced_by(self, stand_in: object) -> Piece:
        """Return a piece with a stand-in for the only variable, or for the value."""
        value = stand_in if self.variables is None else dict.fromkeys(self.variables, stand_in)
        return Piece(self.paths, value, self.variables is not None)


def whole(root: Root) -> Piece:
    """Return a whole root as one piece; variables are a copy already."""
    return Piece(root.paths, root.value, root.kind != EXCEPTION and is_a(root.value, dict))
