"""Where in a value a substituted object is.

Loaded when something was substituted.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.look.places import Places
from tibidi.model import TIMEOUT, TOO_DEEP, TOO_LARGE, Omission

if TYPE_CHECKING:
    from collections.abc import Callable

    from tibidi.writing.pickle_state import Substitution
    from tibidi.writing.pieces import Piece

MAX_OMISSIONS = 1_000  # of one piece
# Nothing inside an object that was left out for these reasons is in the dump.
CUT = {TIMEOUT, TOO_DEEP, TOO_LARGE}


class OmissionFinder:
    """Turns substitutions into omissions with paths; `text` removes secrets from a text."""

    def __init__(self, text: Callable[[str], str]) -> None:
        self._text = text
        self._places = Places(text)

    def enter(self, omissions: list[Omission], substitutions: list[Substitution], piece: Piece) -> None:
        """Append the substitutions in a piece: with the path of the piece first, then, if found in time, their own."""
        starts = piece.by_path()
        around = next(iter(starts)) if len(starts) == 1 else piece.paths[0]
        listed, rest = substitutions[:MAX_OMISSIONS], substitutions[MAX_OMISSIONS:]
        first = len(omissions)
        omissions.extend(Omission(around, each.reason, self._text(each.detail)) for each in listed)
        if rest:
            detail = f"{len(rest)} more of this kind or similar"
            omissions.append(Omission(piece.paths[0], rest[0].reason, detail))
        found = {id(piece.value): piece.paths[0]}
        cut = {id(each.thing) for each in substitutions if each.reason in CUT}
        found.update(self._places.find(starts, {id(each.thing) for each in substitutions} - found.keys(), cut))
        for at, each in enumerate(listed, first):
            path = found.get(id(each.thing))
            if path is not None and each.key is not None:
                path = self._places.within(path, each.key)
            if path is not None:  # else the object was in a copy that `__getstate__` made, for instance
                omissions[at] = omissions[at]._replace(path=path)
