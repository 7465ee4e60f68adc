"""Pass two of a dump: write the values, whatever they do.

Strategy
--------
The work is a queue of pieces, at first one for each root: the variables of a
frame, an exception, the globals of a module.  A piece becomes one member of
the archive, written by C code at full speed.  What goes wrong takes back the
bytes and the memo of this piece (`pen`), and it is tried with more effort:

    a secret is suspected    -> filtered by names, if need be texts as well
    it is nested deep        -> with a higher limit of recursion
    a thread is changing it  -> from copies of its containers
    anything raises          -> variable by variable, then object by object
    too large for its share  -> variable by variable, then without what is large
    too late for its share   -> likewise, and what comes behind, too
    its own code hangs       -> without the object that hung

A worker thread does all this, and the thread that crashed watches it
(`watch`).  One memo goes through all pieces, so that what two frames share
is one object again when it is loaded.
"""

from __future__ import annotations

import sys
from collections import deque

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import error_text
from tibidi.look.anatomy import is_a
from tibidi.look.anatomy import is_about_change
from tibidi.look.anatomy import type_name
from tibidi.model import FAILED
from tibidi.model import TIMEOUT
from tibidi.model import TOO_LARGE
from tibidi.model import Omission
from tibidi.process import time
from tibidi.process.records import NamedTuple
from tibidi.process.worker import Abandoned
from tibidi.progress import Progress
from tibidi.words.roots import GLOBALS
from tibidi.words.roots import Root as Root
from tibidi.words.standins import Cut
from tibidi.words.standins import Dummy
from tibidi.writing.gaps import Gaps
from tibidi.writing.ledger import Ledger
from tibidi.writing.namespaces import Namespaces
from tibidi.writing.pen import Pen
from tibidi.writing.pieces import NAMES
from tibidi.writing.pieces import TEXTS
from tibidi.writing.pieces import Piece
from tibidi.writing.pieces import whole
from tibidi.writing.reducers import Reducers
from tibidi.writing.room import Room
from tibidi.writing.room import reserve
from tibidi.writing.stream import DiskRefused
from tibidi.writing.stream import OutOfTime
from tibidi.writing.stream import SecretName
from tibidi.writing.stream import SecretValue
from tibidi.writing.stream import TooLarge
from tibidi.writing.stream import TooLate
from tibidi.writing.watch import Interrupted
from tibidi.writing.watch import run_watched

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable

    from tibidi.redaction import Redactor
    from tibidi.writing.stream import Target

GRACE_SECONDS = 0.3  # for what is left when somebody interrupts a dump


class Outcome(NamedTuple):
    """What was written: the paths of each member, what is missing, and whether everything was tried.

    `interrupt` is what a signal handler raised meanwhile.
    """

    members: list[tuple[str, tuple[str, ...]]]
    omissions: list[Omission]
    complete: bool
    interrupt: BaseException | None = None


def write_values(  # noqa: PLR0913 - the settings of a dump
    roots: Iterable[Root],
    archive: Target,
    *,
    deadline: float,
    max_bytes: int,
    redactor: Redactor,
    islegal: Callable[[object], bool] | None = None,
    debug: bool = False,
) -> Outcome:
    """Pickle `roots` into members of `archive`, until `deadline` (of time.monotonic) and up to `max_bytes` in all.

    Nothing that a value does is raised; with `debug`, what goes wrong in our own code is.
    """
    namespaces = Namespaces()
    ledger = Ledger()
    reducers = Reducers(namespaces, ledger)
    pen = Pen(archive, deadline, reducers, ledger, redactor, islegal)
    room = Room(archive, max_bytes, deadline)
    writer = ValuesWriter(list(roots), namespaces, pen, room)
    with Progress("dumping") as progress:
        try:
            run_watched(writer, ledger, deadline, debug=debug, on_wait=lambda: progress.show(archive.size))
        except Interrupted as error:
            return _finish(writer, ledger, deadline, error)
    return writer.outcome()


def _finish(writer: ValuesWriter, ledger: Ledger, deadline: float, interrupted: Interrupted) -> Outcome:
    """Write what can still be written at once; who interrupts again wants it to end now."""
    try:
        run_watched(writer, ledger, min(deadline, time.monotonic() + GRACE_SECONDS))
    except Interrupted as again:
        interrupted = again
    return writer.outcome(interrupted.__cause__)


class ValuesWriter:
    """Writes the queue, in a worker; the other public methods are for when no worker is at it."""

    def __init__(self, roots: list[Root], namespaces: Namespaces, pen: Pen, room: Room) -> None:
        self._namespaces = namespaces
        self._pen = pen
        self._room = room
        self._gaps = Gaps(pen.text)
        self._members: list[tuple[str, tuple[str, ...]]] = []
        self._is_complete = True
        self._is_late = False
        self._reserve = reserve()
        self._queue: deque[Root | Piece] = deque(roots)
        for root in roots:
            if root.kind == GLOBALS and isinstance(root.value, dict):
                namespaces.add(root.paths[0], root.value, root.codes)

    def run(self, levels: int) -> None:
        """Write what is in the queue, in a thread that can go `levels` deep."""
        self._pen.levels = levels
        if not self._members:
            name = self._next_name()
            self._pen.seed(name, self._namespaces.prologue())
            self._members.append((name, ()))
        while self._queue or self._find_globals():
            piece = self._first_piece()
            instead = self._write(piece)
            self._queue.popleft()
            if instead is None:
                self._gaps.enter(self._pen.new_substitutions(), piece)
            else:
                self._queue.extendleft(reversed(instead))

    def skip_hung(self, culprit: bool) -> None:
        """Be ready to go on without what hung: known and blocked as `culprit`, or something in this piece."""
        self._pen.abandon()
        if not culprit:
            self._skip(TIMEOUT, "its own code did not finish in time")

    def stop(self) -> None:
        """Be ready to be asked for the outcome, as the time is over."""
        self._pen.abandon()

    def skip_failed(self, error: BaseException) -> None:
        """Be ready to go on without the piece at which our own code failed."""
        had_reserve = len(self._reserve) > 0
        self._reserve.clear()
        self._pen.abandon()
        if not (had_reserve and is_a(error, MemoryError)):
            self._skip(FAILED, error_text(error))

    def outcome(self, interrupt: BaseException | None = None) -> Outcome:
        """Return what was written; what is still in the queue was not reached in time, or before the interruption."""
        why = "not reached within the time that a dump has"
        if interrupt is not None:
            why = f"not reached before the dump was interrupted: {error_text(interrupt)}"
        for left in self._queue:
            self._gaps.add(left.paths[0], TIMEOUT, why)
        return Outcome(self._members, self._gaps.all(), self._is_complete and not self._queue, interrupt)

    def _first_piece(self) -> Piece:
        """Return the first of the queue, made a piece if it is a root; variables with names of secrets go apart.

        Once something took too long, what is large is not tried any more.
        """
        first = self._queue[0]
        if isinstance(first, Piece):
            return first
        if first.kind == GLOBALS:
            piece = Piece(first.paths, self._namespaces.take(first.paths[0]), is_dictionary=True)
        else:
            piece = whole(first)
        if self._is_late:
            piece = piece.late().with_smaller_items() or piece
        self._queue.popleft()
        self._queue.extendleft(reversed(piece.apart(self._pen.secret_names(piece))))
        return self._first_piece()

    def _find_globals(self) -> bool:
        """Queue the globals that only showed to be wanted on the way; tell whether there are any."""
        self._queue.extend(Root((key,), GLOBALS, None) for key in self._namespaces.pending())
        return bool(self._queue)

    def _write(self, piece: Piece) -> list[Piece] | None:
        """Write a piece; return None, or what to try instead where that did not go well."""
        name = self._next_name()
        try:
            self._pen.write(name, piece, self._room.for_piece(piece, len(self._queue)))
        except (Abandoned, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - code of the application may raise anything, even SystemExit
            if is_a(error, MemoryError):
                self._reserve.clear()
            self._pen.take_back()
            return self._instead(piece, error)
        self._members.append((name, piece.paths))
        self._room.count_member()
        return None

    def _instead(self, piece: Piece, error: BaseException) -> list[Piece]:
        if is_a(error, (OutOfTime, DiskRefused)):
            raise error
        if is_a(error, SecretName):
            return [piece.filtered(NAMES)]
        if is_a(error, SecretValue):
            return [piece.filtered(TEXTS)]
        if is_a(error, TooLarge):
            return piece.split() or self._smaller(piece)
        if is_a(error, TooLate):
            return piece.split() or self._late(piece)
        if is_a(error, RecursionError) and not piece.is_deep:
            return [piece.deeper()]
        if is_about_change(error) and not piece.is_steady:
            return [piece.held_still()]
        return piece.split() or self._careful(piece, error)

    def _late(self, piece: Piece) -> list[Piece]:
        """Leave the items out which are what takes so long: those of the variable itself, or larger ones in it."""
        self._is_late = True
        ((_, value),) = piece.starts().items()
        from tibidi.look.measure import measure  # only where there is no time

        return self._smaller(piece.late(), below=measure(value))

    def _smaller(self, piece: Piece, below: int = sys.maxsize) -> list[Piece]:
        smaller = piece.with_smaller_items(below)
        if smaller is not None:
            return [smaller]
        ((path, value),) = piece.starts().items()
        if is_a(value, Cut):  # not even this fits
            self._is_complete = False
            return []
        from tibidi.look.measure import summary  # only where there is no room

        name, facts = type_name(type(value)), summary(value, self._pen.text)
        if piece.is_late:
            self._gaps.add(path, TIMEOUT, f"{name} takes longer than what is left of the time")
            return [piece.replaced_by(Cut(name, "no time left", facts))]
        self._gaps.add(path, TOO_LARGE, f"{name} does not fit into what is left of the dump")
        return [piece.replaced_by(Cut(name, "too large", facts))]

    def _careful(self, piece: Piece, error: BaseException) -> list[Piece]:
        if not piece.is_careful and not is_a(error, MemoryError):  # care would take more of it
            return [piece.with_care()]
        return self._stand_in(piece, FAILED, error_text(error))

    def _stand_in(self, piece: Piece, reason: str, detail: str) -> list[Piece]:
        instead = []
        for path, value in piece.starts().items():
            self._gaps.add(path, reason, f"{type_name(type(value))}: {detail}")
            if not is_a(value, Dummy):
                instead.append(piece.replaced_by(Dummy(type_name(type(value)), detail)))
        return instead[:1]

    def _skip(self, reason: str, detail: str) -> None:
        piece = self._queue.popleft()
        if isinstance(piece, Piece):
            self._queue.extendleft(reversed(piece.split() or self._stand_in(piece, reason, detail)))
        else:
            self._gaps.add(piece.paths[0], reason, detail)

    def _next_name(self) -> str:
        return f"values/{len(self._members):04}.pkl"
