"""A dump with its exceptions raised and its stacks ready: what debuggers are shown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from typing import NamedTuple

from tibidi.errors import TibidiError
from tibidi.model import CAUSE
from tibidi.model import CONTEXT
from tibidi.present import words
from tibidi.revive.exceptions import revive_exceptions
from tibidi.revive.exceptions import traceback_of
from tibidi.revive.sources import copies
from tibidi.revive.sources import install

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from tibidi.dump import Dump
    from tibidi.dump import DumpedException
    from tibidi.dump import Stack


class Act(NamedTuple):
    """One exception of the stage: `place` is its index in the dump, `exception` the revived object."""

    place: int
    dumped: DumpedException
    exception: BaseException


class Stage:
    """The revived dump.

    `acts` are the exceptions as debuggers number them: first the chain that
    Python prints, root cause first, as pdb of Python 3.13 does; then what that
    chain leaves out, members of groups and suppressed contexts.
    """

    def __init__(self, dump: Dump, *, extract: bool = False) -> None:
        """Revive `dump`; with `extract` files that differ here are revived under the names of copies."""
        self.dump = dump
        self.renamed = copies(dump.sources) if extract else {}
        install(dump.sources, self._files())
        exceptions = revive_exceptions(dump.exceptions, self.renamed)
        self.acts = [Act(index, dump.exceptions[index], exceptions[index]) for index in _order(dump.exceptions)]

    def opening(self, number: int | None = None) -> int:
        """Return the number of the exception to begin with: the asked one, else the last of the chain with frames."""
        if number is not None:
            return self.check(number)
        chain = [n for n, act in enumerate(self.acts) if len(act.dumped) and act.dumped.parent is None]
        rest = [n for n, act in enumerate(self.acts) if len(act.dumped)]
        if not rest:
            raise TibidiError("no exception of this dump has frames to stand in", "python -m tibidi show prints it")
        return (chain or rest)[-1]

    def check(self, number: int) -> int:
        """Return `number` if an exception with frames has it; raise TibidiError."""
        if not 0 <= number < len(self.acts):
            raise TibidiError(f"no exception {number}: there are 0 to {len(self.acts) - 1}", "")
        if not len(self.acts[number].dumped):
            raise TibidiError(f"exception {number} has no frames: it was never raised", "")
        return number

    def traceback(self, stack: Stack) -> TracebackType | None:
        """Return a traceback of a thread's or task's stack."""
        return traceback_of(stack, self.renamed)

    def announce(self, number: int) -> None:
        """Tell the interpreter of the exception as of one that was not handled: `pdb.pm()`, IPython's %tb read this."""
        exception = self.acts[number].exception
        if sys.version_info >= (3, 12):
            sys.last_exc = exception
        sys.last_type, sys.last_value, sys.last_traceback = type(exception), exception, exception.__traceback__

    def crashed_name(self) -> str:
        """Return the name of the thread that crashed, for the thread that stands for it."""
        return next((f"{thread.name} (crashed)" for thread in self.dump.threads if thread.crashed), "crashed")

    def bystanders(self, number: int) -> Iterator[tuple[str, Stack]]:
        """Yield name and stack of all that stands beside exception `number`: threads, tasks, other exceptions."""
        for thread in self.dump.threads:
            if len(thread) and not thread.crashed:
                yield thread.name, thread
        for task in self.dump.tasks:
            if len(task):
                yield f"asyncio task {task.name}", task
        for other, act in enumerate(self.acts):
            if len(act.dumped) and other != number:
                yield f"exception {other}: {words.short_type(act.dumped.type)}", act.dumped

    def depth(self) -> int:
        """Return the number of frames of the deepest stack."""
        dump = self.dump
        return max(map(len, (*dump.exceptions, *dump.threads, *dump.tasks)), default=0)

    def _files(self) -> Iterator[str]:
        dump = self.dump
        for stack in (*dump.exceptions, *dump.threads, *dump.tasks):
            for frame in stack:
                yield frame.file


def _order(dumped: tuple[DumpedException, ...]) -> list[int]:
    """Return the indexes of the exceptions: the printed chain, root cause first, then the others."""
    chain: list[int] = []
    current: int | None = len(dumped) - 1 if dumped else None
    while current is not None and current not in chain:
        chain.append(current)
        current = _printed_before(dumped, dumped[current])
    return chain[::-1] + [index for index in range(len(dumped)) if index not in chain]


def _printed_before(dumped: tuple[DumpedException, ...], one: DumpedException) -> int | None:
    """Return the index of the exception that a traceback prints above `one`."""
    told = {each.relation: index for index, each in enumerate(dumped) if each.parent == one.id}
    if CAUSE in told:
        return told[CAUSE]
    return None if one.record.suppress_context else told.get(CONTEXT)
