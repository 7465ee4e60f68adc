"""What to try instead of a piece that could not be written, by the error; `values` has the strategy."""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import error_text, is_a, is_about_change, type_name
from tibidi.look.measure import measure, summary
from tibidi.model import FAILED, TIMEOUT, TOO_LARGE
from tibidi.words.standins import Cut, Dummy
from tibidi.writing.pieces import CAREFUL, ITEM_BYTES, SHALLOW, SNAPSHOT, Piece
from tibidi.writing.stream import TooLarge, TooLate

if TYPE_CHECKING:
    from collections.abc import Callable

    Note = Callable[[str, str, str], None]  # of an omission: path, reason, detail
    Text = Callable[[str], str]

# Before 3.11 the C pickler may crash while a dictionary changes (gh-92930), so no variable is tried by it again.
SNAPSHOTS_AT_ONCE = sys.version_info < (3, 11)


def instead_of(piece: Piece, error: BaseException, note: Note, text: Text) -> list[Piece]:
    """Return the pieces to try instead; none if not even a stand-in can be written."""
    if is_a(error, TooLarge):
        return _smaller(piece, note, text)
    if is_a(error, TooLate):
        return _late(piece, note, text)
    if SNAPSHOTS_AT_ONCE and is_about_change(error) and piece.effort < SNAPSHOT:
        return [piece.with_effort(SNAPSHOT)]
    return piece.halves() or _higher(piece, error, note)


def stand_in(piece: Piece, reason: str, detail: str, note: Note) -> list[Piece]:
    """Return one piece, with a stand-in for its value; none if the value is a stand-in already."""
    instead = []
    for path, value in piece.by_path().items():
        note(path, reason, f"{type_name(type(value))}: {detail}")
        if not is_a(value, Dummy):
            instead.append(piece.replaced_by(Dummy(type_name(type(value)), detail)))
    return instead[:1]


def _late(piece: Piece, note: Note, text: Text) -> list[Piece]:
    """Leave out the items that take so long: those of the variable itself, or larger ones in it."""
    ((_, value),) = piece.by_path().items()
    late, size = piece._replace(is_late=True), measure(value)
    return _smaller(late.with_effort(SHALLOW) if size <= ITEM_BYTES[-1] else late, note, text, below=size)


def _smaller(piece: Piece, note: Note, text: Text, below: int = sys.maxsize) -> list[Piece]:
    smaller = piece.with_smaller_items(below)
    if smaller is not None:
        return [smaller]
    ((path, value),) = piece.by_path().items()
    if is_a(value, Cut):  # not even this fits
        return []
    if piece.effort < SHALLOW:
        return [piece.with_effort(SHALLOW)]
    name = type_name(type(value))
    if piece.is_late:
        note(path, TIMEOUT, f"{name} takes longer than what is left of the time")
    else:
        note(path, TOO_LARGE, f"{name} does not fit into what is left of the dump")
    reason = "no time left" if piece.is_late else "too large"
    return [piece.replaced_by(Cut(name, reason, summary(value, text)))]


def _higher(piece: Piece, error: BaseException, note: Note) -> list[Piece]:
    """Try a value on the rung that the error calls for, or replace it by a stand-in."""
    if piece.effort < SNAPSHOT and (is_a(error, RecursionError) or is_about_change(error)):
        return [piece.with_effort(SNAPSHOT)]
    detail = error_text(error)
    if is_a(error, MemoryError):  # the rung CAREFUL takes even more memory
        detail += f" at {sum(map(measure, piece.by_path().values()))} bytes"
    elif piece.effort < CAREFUL:
        return [piece.with_effort(CAREFUL)]
    return stand_in(piece, FAILED, detail, note)
