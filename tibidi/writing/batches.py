"""Write the variables of many frames together: what a member costs besides its pickle is paid once for many.

Strategy
--------
The innermost frames are written alone, each at once.  Those that follow are pickled into memory, one after the other,
then searched for secrets together and written in one call.  A batch ends before a frame that is difficult in any
way: the memo is rolled back to the beginning of that frame, which is written alone, as are more and more frames
behind it if batches go on to end early.  Until a batch is on the disk its roots stay in the queue, so that a hang
costs nothing but the batch.
"""

from __future__ import annotations

from itertools import islice

from tibidi import TYPE_CHECKING
from tibidi.dumpfile import small
from tibidi.look.frames import LOCALS, Root
from tibidi.model import TOO_DEEP
from tibidi.process.temporary import Abandoned, recursion_limit
from tibidi.redaction.redactor import SMALL_CHUNK
from tibidi.words.vocabulary import FRAME, FRAME_BYTES, START
from tibidi.writing.member_writer import MemberWriter
from tibidi.writing.pieces import whole
from tibidi.writing.stream import SMALL_BYTES, DiskRefused, Sink, Slice, TooLarge
from tibidi.writing.values import ValuesWriter, member_name

if TYPE_CHECKING:
    from _pickle import PickleBuffer
    from collections.abc import Iterable, Iterator
    from typing import Any

    from tibidi.writing.pickle_state import Substitution

    Member = tuple[tuple[str, ...], object]

ALONE_AT_FIRST, MOST_ALONE = 10, 1000
WORTHWHILE = 20  # frames in a batch that pay for its preparation, and for the memo that is rolled back at its end
MOST_TOGETHER = 100
BATCH_BYTES = 16 << 10
# A memo of more bytes takes too long to roll back, and less room than this is for the budget to divide.
MOST_BYTES_BEFORE, LEAST_ROOM = 4 << 20, 1 << 20
EMPTY_LIST, MARK = b"]", b"("
GETS = {ord("h"): 1, ord("j"): 4}  # BINGET and LONG_BINGET, and the bytes of their arguments


class BatchSink(Sink):
    """A sink that can collect small pickles in memory: `batch` has them meanwhile, and is None otherwise."""

    batch: list[bytes] | None = None

    def collect(self, part: Slice) -> list[bytes]:
        """Collect what is written from now on, in the time that one small piece has."""
        self.until, self.raw_limit, self.batch = part.until, SMALL_BYTES, []
        return self.batch

    def write(self, data: bytes | memoryview | PickleBuffer) -> int:
        """Append `data`, to the batch if there is one."""
        if self.batch is None or self.aside is not None:
            return super().write(data)
        self._check_time()
        if type(data) is not bytes or len(data) > self.raw_limit:
            raise TooLarge
        self.raw_limit -= len(data)
        self.batch.append(data)
        return len(data)

    def append(self, members: list[tuple[str, bytes, int | None]]) -> None:
        """Write the members of a batch."""
        self._change(small.append, self._target, members)
        self.total += sum([len(data) for _, data, _ in members])


class BatchMembers(MemberWriter):
    """Writes batches as well."""

    sink_type = BatchSink

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._harmless_names: set[object] = set()

    def write_batch(self, number: int, roots: Iterable[Root], part: Slice) -> list[list[Substitution]]:
        """Write members from `number` on up to the first difficult root, and return the substitutions in each.

        After any exception, call `rollback`.
        """
        self._choose(None)
        self._memo_copy = None
        self._state.until = self._redactor.until = part.until
        sink: Any = self._sink
        pickles = sink.collect(part)
        marks = [self._state.mark()]
        members: list[Member] = []
        try:
            self._dump(roots, members, marks)
        except (Abandoned, KeyboardInterrupt):
            raise
        except BaseException:  # noqa: BLE001, S110 - it is raised again when that root is written alone
            pass
        good = self._harmless(pickles[: len(marks) - 1])
        sink.check_owner()
        if good < len(members):
            self._rollback_to(members[good][0][0], marks[good])
        sink.batch = None
        sizes = [self._known, *self._memo_sizes(members[:good])]
        sink.append([(member_name(number + at), pickles[at], sizes[at]) for at in range(good)])
        self._is_open = False
        self._known = sizes[-1]
        found = self._state.substitutions
        return [found[marks[at][0] : marks[at + 1][0]] for at in range(good)]

    def has_secret_name(self, variables: dict[str, object]) -> bool:
        """Return True if one of the variables has the name of a secret."""
        known, redactor = self._harmless_names, self._redactor
        if known.issuperset(variables):
            return False
        known.update([name for name in variables if type(name) is str and not redactor.kind_of_name(name)])
        return any(redactor.conceals(name, value) for name, value in variables.items())

    @property
    def is_large(self) -> bool:
        """Whether the memo takes too long to roll back."""
        return self._sink.total > MOST_BYTES_BEFORE

    def _rollback_to(self, marker: object, mark: tuple[int, int, int]) -> None:
        """Roll back the end of a batch, from the member on that has `marker` and `mark`."""
        first = self._marker, self._mark
        self._marker, self._mark = marker, mark
        self.rollback()
        self._marker, self._mark, self._is_open = *first, True

    def _dump(self, roots: Iterable[Root], members: list[Member], marks: list[tuple[int, int, int]]) -> None:
        """Pickle roots, a mark after each, up to the first difficult one."""
        sink: Any = self._sink
        state, pickler = self._state, self._pickler
        with recursion_limit(0):
            for paths, _, value, _ in roots:
                member = (tuple([(path + " ")[:-1] for path in paths]), value)  # new texts, the first in the memo
                members.append(member)
                if len(members) == 1:
                    self._marker, self._mark, self._is_open = member[0][0], marks[0], True
                pickler.dump(member)
                noted = state.substitutions[marks[-1][0] :]
                if len(sink.batch) != len(members) or (noted and any(each.reason == TOO_DEEP for each in noted)):
                    return
                marks.append(state.mark())
                if SMALL_BYTES - sink.raw_limit > BATCH_BYTES:
                    return

    def _harmless(self, pickles: list[bytes]) -> int:
        """Return how many of the first pickles contain no secret."""
        start = 0
        while start < len(pickles):
            end, size = start + 1, len(pickles[start])
            while end < len(pickles) and size + len(pickles[end]) < SMALL_CHUNK:
                size += len(pickles[end])
                end += 1
            found = range(start, end) if self._is_suspicious(b"".join(pickles[start:end])) else ()
            start = next((at for at in found if self._is_suspicious(pickles[at])), end)
            if start < end:
                break
        return start

    def _is_suspicious(self, data: bytes) -> bool:
        return self._redactor.suspects_name(data) or self._redactor.suspects_value(data)

    def _memo_sizes(self, members: list[Member]) -> list[int | None]:
        """Return the size of the memo after each member, which is its last entry: a list of members refers to these."""
        pickler: Any = self._pickler
        self._sink.aside = b""
        pickler.fast = True  # the list does not enter the memo
        try:
            pickler.dump(members)
            return [index + 1 for index in indices_in(self._sink.aside, len(members))]
        finally:
            pickler.fast = False
            self._sink.aside = None


class BatchWriter(ValuesWriter):
    """Writes the variables of many frames in batches."""

    _alone = ALONE_AT_FIRST
    _next_alone = 1
    _in_batch = False

    def skip_hung(self, culprit: bool, why: str = "its own code did not finish in time") -> None:
        """Prepare to continue; the roots of a batch are written alone from now on, which shows the one that hung."""
        super().skip_hung(culprit or self._leaves_batch(), why)

    def skip_failed(self, error: BaseException) -> None:
        """Prepare to continue after an error of our own code; the roots of a batch are written alone from now on."""
        if self._leaves_batch():
            self._reserve.clear()
            self.stop()
        else:
            super().skip_failed(error)

    def _leaves_batch(self) -> bool:
        """Write alone from now on, and return True if a batch was being written."""
        was_batch, self._in_batch = self._in_batch, False
        if was_batch:
            self._alone = MOST_ALONE
        return was_batch

    def _write_next(self) -> None:
        if self._alone > 0 or not self._write_batch():
            self._alone -= 1
            super()._write_next()

    def _write_batch(self) -> bool:
        """Write roots together; return False if that was not even one."""
        writer: Any = self._writer
        part = self._budget.slice(len(self._queue), is_large=False)
        if part.bytes < LEAST_ROOM or writer.is_large:
            return False
        self._in_batch = True
        tried: list[Root] = []
        try:
            found = writer.write_batch(len(self._members), self._easy(tried), part)
        except DiskRefused:
            writer.rollback()
            raise
        for root, substitutions in zip(tried, found):
            self._members.append((member_name(len(self._members)), root.paths))
            self._budget.count_member()
            self._queue.popleft()
            if substitutions:
                self._enter(substitutions, whole(root))
        self._in_batch = False
        if len(found) >= WORTHWHILE:
            self._next_alone = 1
        else:
            self._alone, self._next_alone = self._next_alone, min(MOST_ALONE, self._next_alone * 2)
        return len(found) > 0

    def _easy(self, tried: list[Root]) -> Iterator[Root]:
        """Yield the roots of the next frames, up to one with the name of a secret; add each to `tried`."""
        writer: Any = self._writer
        for root in list(islice(self._queue, MOST_TOGETHER)):
            if not isinstance(root, Root) or root.kind != LOCALS or not isinstance(root.value, dict):
                return
            if writer.has_secret_name(root.value):
                return
            tried.append(root)
            yield root


def indices_in(data: bytes, count: int) -> list[int]:
    """Return the indices in the memo that a pickled list consists of."""
    at = len(START) + (FRAME_BYTES if data.startswith(FRAME, len(START)) else 0) + len(EMPTY_LIST)
    at += data.startswith(MARK, at)
    found = []
    for _ in range(count):
        end = at + 1 + GETS[data[at]]
        found.append(int.from_bytes(data[at + 1 : end], "little"))
        at = end
    return found
