"""Pass two of a dump: write the values, whatever they do.

Strategy
--------
The work is a queue of pieces, at first one for each root: the variables of a
frame, an exception, the globals of a module.  A piece becomes one member of
the archive, written by C code at full speed.  If that fails, the bytes and the
memo are rolled back (`member_writer`), and the piece is tried again: in halves
if there are several variables, then a rung higher (`pieces` has the rungs and
their cost).

    large, or slow                -> alone, once all that is small is written, or once
                                     many pieces were, which may share a large object
    it may contain a secret       -> all of it, filtered by names, or texts as well
    a thread is changing it       -> from snapshots
    it is nested too deep         -> likewise, with a higher recursion limit
    anything else raises          -> object by object
    then too large for its slice  -> without large items, or only its upper levels
    then too late for its slice   -> likewise
    its own code hangs            -> without the object that hung

What is large or slow in one frame never costs what is small in another; of both, the innermost frame comes first.  A
worker thread does all this, and the thread that crashed watches it (`watch`).  All pieces share one memo, so that an
object in two frames is one object again when it is loaded.
"""

from __future__ import annotations

from collections import deque

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import error_text, is_a
from tibidi.look.frames import GLOBALS, Root
from tibidi.model import FAILED, TIMEOUT, Omission
from tibidi.process import time
from tibidi.process.records import NamedTuple
from tibidi.process.temporary import Abandoned
from tibidi.writing.member_writer import MemberWriter
from tibidi.writing.namespaces import Namespaces
from tibidi.writing.pickle_state import PickleState, Substitution
from tibidi.writing.pieces import NAMES, TEXTS, Piece, whole
from tibidi.writing.reducers import Reducers
from tibidi.writing.stream import Budget, DiskRefused, OutOfTime, SecretName, SecretValue, TooLarge, TooLate, reserve
from tibidi.writing.watch import Interrupted, LateProgress, run_watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tibidi.dumpfile.writer import Archive
    from tibidi.redaction import Redactor
    from tibidi.writing.omissions import OmissionFinder

BEARABLE_SECONDS = 0.1  # for pieces that turn out to be large; twice as many each time
FEW_ROOTS = 20
GRACE_SECONDS = 0.3  # for the rest of the queue when a dump is interrupted


class Outcome(NamedTuple):
    """The result: the paths of each member, what is missing, and whether everything was tried.

    `interrupt` is an exception that a signal handler raised meanwhile.
    """

    members: list[tuple[str, tuple[str, ...]]]
    omissions: list[Omission]
    complete: bool
    interrupt: BaseException | None = None


def write_values(  # noqa: PLR0913 - the settings of a dump
    roots: Iterable[Root],
    archive: Archive,
    *,
    deadline: float,
    max_bytes: int,
    redactor: Redactor,
    islegal: Callable[[object], bool] | None = None,
    debug: bool = False,
    on_wait: Callable[[], None] = lambda: None,
) -> Outcome:
    """Pickle `roots` into members of `archive`, until `deadline` (of time.monotonic) and up to `max_bytes` in all.

    No exception of a value is raised; with `debug`, exceptions in our own code are.
    `on_wait` is called now and then; what it raises is the interrupt.
    """
    roots, namespaces, state = list(roots), Namespaces(), PickleState()
    reducers = Reducers(namespaces, state, redactor, [root.value for root in roots])
    may_batch = len(roots) > FEW_ROOTS and islegal is None and redactor.hook is None
    members_type, writer_type = _batch_types() if may_batch else (MemberWriter, ValuesWriter)
    members = members_type(archive, deadline, reducers, state, redactor, islegal)
    writer = writer_type(roots, namespaces, members, Budget(archive, max_bytes, deadline))
    try:
        with LateProgress(archive) as progress:

            def wait() -> None:
                on_wait()
                progress.show()

            run_watched(writer, state, deadline, debug=debug, on_wait=wait)
    except Interrupted as error:
        return writer.outcome(_hurry(writer, state, deadline, on_wait) or error.__cause__)
    finally:
        reducers.close()
    return writer.outcome()


def _hurry(
    writer: ValuesWriter, state: PickleState, deadline: float, on_wait: Callable[[], None]
) -> BaseException | None:
    """Write what can still be written at once after an interrupt; return a second one, which ends that."""
    try:
        run_watched(writer, state, min(deadline, time.monotonic() + GRACE_SECONDS), on_wait=on_wait)
    except Interrupted as again:
        return again.__cause__
    return None


def _batch_types() -> tuple[type[MemberWriter], type[ValuesWriter]]:
    """Return the types that write many roots together, or the ordinary ones where no module can be loaded any more."""
    try:
        from tibidi.writing.batches import BatchMembers, BatchWriter  # for many roots
    except Exception:  # noqa: BLE001 - no memory or no files left: the roots are written one by one
        return MemberWriter, ValuesWriter
    return BatchMembers, BatchWriter


class ValuesWriter:
    """Writes the queue, in a worker: `run` goes on where it was.

    The other public methods are called when no worker runs.
    """

    def __init__(self, roots: list[Root], namespaces: Namespaces, members: MemberWriter, budget: Budget) -> None:
        self._namespaces = namespaces
        self._writer = members
        self._budget = budget
        self._omissions: list[Omission] = []
        self._finder: OmissionFinder | None = None
        self._members: list[tuple[str, tuple[str, ...]]] = []
        self._is_complete = True
        self._reserve = reserve()
        self._queue: deque[Root | Piece] = deque(roots)
        self._large: deque[Piece] = deque()  # they wait until the queue is empty
        self._wasted, self._bearable = 0.0, BEARABLE_SECONDS
        for root in roots:
            if root.kind == GLOBALS and isinstance(root.value, dict):
                namespaces.add(root.paths[0], root.value, root.codes)

    def run(self, levels: int) -> None:
        """Write the queue, in a thread that can recurse `levels` deep."""
        self._writer.take_over(levels)
        if not self._members:
            self._writer.seed(member_name(0), self._namespaces.seeds())
            self._members.append((member_name(0), ()))
        while self._queue or self._find_globals() or self._take_large():
            self._write_next()

    def skip_hung(self, culprit: bool, why: str = "its own code did not finish in time") -> None:
        """Prepare to continue without the `culprit` that hung, which is blocked already, or without this piece."""
        self.stop()
        if not culprit:
            self._skip(TIMEOUT, why)

    def stop(self) -> None:
        """Let no thread write any more, and remove what is not noted as written."""
        self._writer.rollback_abandoned(len(self._members))

    def skip_failed(self, error: BaseException) -> None:
        """Prepare to continue without the piece in which our own code failed."""
        had_reserve = len(self._reserve) > 0
        self._reserve.clear()
        self.stop()
        if not (had_reserve and is_a(error, MemoryError)):
            self._skip(FAILED, error_text(error))

    def outcome(self, interrupt: BaseException | None = None) -> Outcome:
        """Return the result; the rest of the queue was not reached in time, or before the interrupt."""
        why = "not reached within the time that a dump has"
        if interrupt is not None:
            why = f"not reached before the dump was interrupted: {error_text(interrupt)}"
        self._queue.extend(self._large)
        self._large.clear()
        for left in self._queue:
            for path in left.by_path() if isinstance(left, Piece) else left.paths[:1]:
                self._note(path, TIMEOUT, why)
        omissions = list(dict.fromkeys(self._omissions))
        return Outcome(self._members, omissions, self._is_complete and not self._queue, interrupt)

    def _write_next(self) -> None:
        piece = self._first_piece()
        instead = self._write(piece)
        self._queue.popleft()
        if instead is None:
            self._enter(self._writer.new_substitutions(), piece)
        else:
            self._queue.extendleft(reversed(instead))

    def _first_piece(self) -> Piece:
        """Return the first of the queue as a piece; variables with names of secrets become pieces of their own."""
        first = self._queue[0]
        if isinstance(first, Piece):
            return first
        if first.kind == GLOBALS:
            first = first._replace(value=self._namespaces.take(first.paths[0]))
        piece = whole(first)
        parts = piece.separate(self._writer.secret_names(piece))  # whatever it raises, the queue has the root
        self._queue.popleft()
        self._queue.extendleft(reversed(parts))
        return self._first_piece()

    def _find_globals(self) -> bool:
        """Queue the globals that have turned out to be wanted; return True if there are any."""
        self._queue.extend(Root((key,), GLOBALS, None) for key in self._namespaces.pending())
        return bool(self._queue)

    def _take_large(self) -> bool:
        """Queue the first of the large pieces; return True if there is one."""
        if self._large:
            self._queue.append(self._large.popleft())
        return bool(self._queue)

    def _write(self, piece: Piece) -> list[Piece] | None:
        """Write a piece; return None, or the pieces to try instead if that failed."""
        name, start = member_name(len(self._members)), time.monotonic()
        try:
            others = len(self._queue) - 1 + len(self._large)
            part = self._budget.slice(others, is_large=piece.is_large, is_early=piece.is_early)
            self._writer.write(name, piece, part)
        except (Abandoned, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - application code may raise anything, even SystemExit
            if is_a(error, MemoryError):
                self._reserve.clear()
            self._writer.rollback()
            return self._instead(piece, error, time.monotonic() - start)
        self._members.append((name, piece.paths))
        self._budget.count_member()
        return None

    def _instead(self, piece: Piece, error: BaseException, seconds: float) -> list[Piece]:
        if is_a(error, (OutOfTime, DiskRefused)):
            raise error
        if is_a(error, (SecretName, SecretValue)):
            return [piece.with_effort(NAMES if is_a(error, SecretName) else TEXTS)]
        if is_a(error, (TooLarge, TooLate)) and not piece.is_large:
            self._wasted += seconds * is_a(error, TooLarge)
            return piece.halves() or self._postpone(piece)
        from tibidi.writing.retries import instead_of  # for few pieces

        found = instead_of(piece, error, self._note, self._writer.text)
        self._is_complete = self._is_complete and bool(found)
        return found

    def _postpone(self, piece: Piece) -> list[Piece]:
        """Write a piece once all that is small is written, or now if the same large object may be in all of them."""
        self._large.append(piece._replace(is_large=True, is_early=False))
        if self._wasted < self._bearable:
            return []
        self._wasted, self._bearable = 0.0, self._bearable * 2
        return [self._large.popleft()._replace(is_large=False, is_early=True)]

    def _skip(self, reason: str, detail: str) -> None:
        piece = self._queue.popleft()
        if isinstance(piece, Piece):
            from tibidi.writing.retries import stand_in  # for few pieces

            self._queue.extendleft(reversed(piece.split() or stand_in(piece, reason, detail, self._note)))
        else:
            self._note(piece.paths[0], reason, detail)

    def _enter(self, substitutions: list[Substitution], piece: Piece) -> None:
        """Add the substitutions in a piece, whose member is finished."""
        try:
            if substitutions:
                if self._finder is None:
                    from tibidi.writing.omissions import OmissionFinder  # most dumps have no substitutions

                    self._finder = OmissionFinder(self._writer.text)
                self._finder.enter(self._omissions, substitutions, piece)
        except Exception as error:  # noqa: BLE001 - out of memory, most likely
            self._note(piece.paths[0], FAILED, f"what is missing in it cannot be told: {error_text(error)}")

    def _note(self, path: str, reason: str, detail: str) -> None:
        """Add an omission, whose detail may quote an error, and that a secret."""
        self._omissions.append(Omission(path, reason, self._writer.text(detail)))


def member_name(number: int) -> str:
    """Return the name of the member with a number."""
    return f"values/{number:04}.pkl"
