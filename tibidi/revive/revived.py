"""A revived dump: its exceptions are raised and its stacks ready, for debuggers to show."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from tibidi.culprit import OwnCode, root_cause
from tibidi.dump import Dump, DumpedException, DumpedFrame, Stack
from tibidi.errors import TibidiError
from tibidi.present import phrases
from tibidi.process.hints import NamedTuple
from tibidi.revive.exceptions import revive_exceptions
from tibidi.revive.sources import add_to_linecache, extract_copies, frozen_sources

MOST_CALLERS = 20_000  # frames that had called those that caught exceptions, of all exceptions


class RevivedException(NamedTuple):
    """An exception of the dump and the revived exception object."""

    dumped: DumpedException
    exception: BaseException


class RevivedDump:
    """The revived dump.

    `exceptions` are in the order of the dump, root cause first; `own` tells own code from installed code.
    """

    def __init__(self, dump: Dump, *, extract: bool = False) -> None:
        """Revive `dump`; with `extract`, files that differ here are revived under the names of copies."""
        self.dump = dump
        self.renamed = extract_copies(dump.sources) if extract else {}
        subjects = dump.subjects
        self._stacks = (*subjects, *dump.threads, *dump.tasks)
        files = {frame.file for stack in self._stacks for frame in stack}
        add_to_linecache({**frozen_sources(files, dump.process.python), **dump.sources}, files)
        self._callers = _callers(dump, subjects)
        exceptions = revive_exceptions(subjects, self.renamed, self._callers)
        self.exceptions = list(map(RevivedException, subjects, exceptions))
        self.own = OwnCode(dump.process)

    def callers(self, number: int) -> Sequence[DumpedFrame]:
        """Return the frames that had called the one that caught an exception, outermost first."""
        return self._callers.get(self.exceptions[number].dumped.id, ())

    def first_shown(self, number: int | None = None) -> int:
        """Return the number of the exception to show first: `number`, else the root cause, or the last with frames.

        Raise TibidiError if there is no such exception, or if it has no frames.
        """
        with_frames = [n for n, each in enumerate(self.exceptions) if len(each.dumped)]
        if number is None:
            if not with_frames:
                raise TibidiError("no exception in this dump has frames", "python -m tibidi show prints it")
            cause = self.root_cause()
            return cause if cause in with_frames else with_frames[-1]
        if not 0 <= number < len(self.exceptions):
            has = phrases.count(len(self.exceptions), "exception")
            raise TibidiError(f"no exception {number}: the dump has {has}, numbered from 0", "")
        if number not in with_frames:
            raise TibidiError(f"exception {number} has no frames: it was never raised", "")
        return number

    def set_last_exception(self, number: int) -> None:
        """Set `sys.last_exc` etc. as for an unhandled exception: `pdb.pm()` and IPython's %tb read them."""
        exception = self.exceptions[number].exception
        if sys.version_info >= (3, 12):
            sys.last_exc = exception
        sys.last_type, sys.last_value, sys.last_traceback = type(exception), exception, exception.__traceback__

    def other_stacks(self, number: int) -> Iterator[tuple[str, Stack]]:
        """Yield name and stack of the threads, tasks and exceptions other than exception `number`."""
        yield from ((thread.name, thread) for thread in self.dump.threads if len(thread) and not thread.crashed)
        yield from ((f"asyncio task {task.name}", task) for task in self.dump.tasks if len(task))
        for other, each in enumerate(self.exceptions):
            if len(each.dumped) and other != number:
                yield f"exception {other}: {phrases.short_type(each.dumped.type)}", each.dumped

    def depth(self) -> int:
        """Return the number of frames of the deepest stack."""
        return max(map(len, self._stacks), default=0) + max(map(len, self._callers.values()), default=0)

    def root_cause(self) -> int:
        """Return the number of the exception that caused the crash."""
        return root_cause([each.dumped.record for each in self.exceptions])

    def innermost_own(self, stack: Stack) -> int:
        """Return the index of the innermost own frame of a stack, else of its innermost; 0 without frames."""
        return max(self.own.innermost([frame.record for frame in stack]), 0)

    def place(self, stack: Stack) -> str:
        """Return where the innermost own frame of a stack was, in short; "" without frames."""
        index = self.innermost_own(stack)
        frames = stack[index : index + 1]
        return "".join(map(phrases.frame_place, frames))


def _callers(dump: Dump, subjects: Sequence[DumpedException]) -> dict[int, Sequence[DumpedFrame]]:
    """Return, by the ids of exceptions, the frames that led to the outermost one of each traceback.

    That is the frame that caught the exception.  They are those of the exception that it caused, and at last those of
    the crashed thread.
    """
    parents: dict[int | None, DumpedException] = {each.id: each for each in dump.exceptions}
    threads = [thread for thread in dump.threads if thread.crashed]
    places: dict[int, dict[object, int]] = {}
    found: dict[int | None, Sequence[DumpedFrame]] = {}
    left = MOST_CALLERS
    for each in reversed(subjects):  # so that parents come first; in a forged dump they need not
        parent = parents.get(each.parent)
        callers = [*found.get(each.parent, ())] if parent is not None else []
        for stack in [parent] if parent is not None else threads:
            if id(stack) not in places:
                places[id(stack)] = {_place(frame): number for number, frame in reversed([*enumerate(stack)])}
            number = places[id(stack)].get(_place(each[0]), 0) if each else 0
            if number:
                callers += stack[: min(number, left)]
                break
        found[each.id] = callers = callers[:left]
        left -= len(callers)
    return {each.id: found[each.id] for each in subjects}


def _place(frame: DumpedFrame) -> object:
    """Return what is the same for two records of one frame: its variables are one dictionary in the dump."""
    return id(frame.locals), frame.file, frame.name, frame.first_line
