"""What is missing in the values of a dump, as omissions: where, why, and what it was."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import error_text
from tibidi.model import FAILED
from tibidi.model import TIMEOUT
from tibidi.model import TOO_DEEP
from tibidi.model import TOO_LARGE
from tibidi.model import Omission
from tibidi.writing.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Callable

    from tibidi.writing.ledger import Substitution
    from tibidi.writing.pieces import Piece

MAX_OMISSIONS = 1_000  # of one piece
# Of what was left out for these reasons, nothing inside is in the dump either.
CUT = {TIMEOUT, TOO_DEEP, TOO_LARGE}


class Gaps:
    """The omissions so far; `text` takes secrets out of what they say."""

    def __init__(self, text: Callable[[str], str]) -> None:
        self._text = text
        self._paths = Paths(text)
        self._omissions: list[list[Omission]] = []

    def all(self) -> list[Omission]:
        """Return them, one for each path and reason."""
        omissions = [each for some in self._omissions for each in some]
        first_of_each = {(each.path, each.reason): each for each in reversed(omissions)}
        return list(first_of_each.values())[::-1]

    def add(self, path: str, reason: str, detail: str) -> None:
        """Add one, whose detail may quote an error, and that a secret."""
        self._omissions.append([Omission(path, reason, self._text(detail))])

    def enter(self, substitutions: list[Substitution], piece: Piece) -> None:
        """Add what was substituted in a piece, which is written by now and stays so."""
        try:
            if substitutions:
                self._enter(substitutions, piece)
        except Exception as error:  # noqa: BLE001 - out of memory, most likely
            self.add(piece.paths[0], FAILED, f"what is missing in it cannot be told: {error_text(error)}")

    def _enter(self, substitutions: list[Substitution], piece: Piece) -> None:
        """Add omissions with the path of what is around them, and then, if there is time to find them, their own."""
        starts = piece.starts()
        around = next(iter(starts)) if len(starts) == 1 else piece.paths[0]
        listed, rest = substitutions[:MAX_OMISSIONS], substitutions[MAX_OMISSIONS:]
        omissions = [Omission(around, each.reason, self._text(each.detail)) for each in listed]
        self._omissions.append(omissions)
        if rest:
            self.add(piece.paths[0], rest[0].reason, f"{len(rest)} more of this kind or similar")
        found = {id(piece.value): piece.paths[0]}
        cut = {id(each.thing) for each in substitutions if each.reason in CUT}
        found.update(self._paths.find(starts, {id(each.thing) for each in substitutions} - found.keys(), cut))
        for at, each in enumerate(listed):
            path = found.get(id(each.thing))
            if path is not None and each.key is not None:
                path = self._paths.within(path, each.key)
            if path is not None:  # else it was in a copy that `__getstate__` made, say
                omissions[at] = omissions[at]._replace(path=path)
