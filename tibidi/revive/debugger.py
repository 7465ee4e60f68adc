"""The interpreter's own pdb, standing in a crash, with commands for what it lacks.

It works on tracebacks, as `pdb.pm()` does, on the main thread: nothing is
running, so Ctrl-C, end of input and quitting need no care of ours.
"""

from __future__ import annotations

import os
import pdb
import re
import sys
import tokenize
from typing import TYPE_CHECKING
from typing import Any

from tibidi.dumpfile.reader import Reader
from tibidi.errors import TibidiError
from tibidi.loader import load
from tibidi.present import info
from tibidi.present import show
from tibidi.present import words
from tibidi.process.texts import printable
from tibidi.revive.report import differences
from tibidi.revive.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from tibidi.dump import Stack

MAX_LISTED = 80  # characters of an exception in a list, as in pdb of Python 3.13
# What a terminal might obey, but line ends and tabs; where pdb colours (Python 3.14), its colours are left alone.
NOT_PLAIN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
NOT_EVEN_COLOURED = re.compile(rf"(?!\x1b\[[\d;]*m){NOT_PLAIN.pattern}")
COLOUR: dict[str, Any] = {"colorize": True} if sys.version_info >= (3, 14) else {}

EXCEPTIONS = "exceptions"
THREADS = "threads"
TASKS = "tasks"


class Debugger(pdb.Pdb):
    """pdb on a revived dump."""

    def __init__(self, stage: Stage, *, may_live: bool = True) -> None:
        """Stand ready; without `may_live` the command of that name refuses."""
        super().__init__(nosigint=True, **COLOUR)
        self._stages = {stage.dump.live: stage}
        self._stage = stage
        self._may_live = may_live
        self._at = (EXCEPTIONS, 0)

    def run_at(self, number: int) -> None:
        """Talk to the user, from the innermost frame of one exception on; return when they leave."""
        self._at = (EXCEPTIONS, number)
        self.reset()
        self.interaction(None, self._traceback())

    def default(self, line: str) -> None:
        """Run a statement in the current frame; what it assigns stays when the user moves to another frame."""
        super().default(line)
        _write_back(self.curframe)

    def message(self, msg: object, end: str = "\n") -> None:
        """Print a line, with escape sequences out of the dump made visible."""
        forbidden = NOT_EVEN_COLOURED if getattr(self, "colorize", False) else NOT_PLAIN
        self.stdout.write(forbidden.sub(lambda match: printable(match[0]), str(msg)) + end)

    def error(self, msg: object) -> None:
        """Print an error, marked as pdb does."""
        self.message(f"*** {msg}")

    # --- other stacks of the dump

    def do_exceptions(self, arg: str) -> None:
        """exceptions [number]

        List the exceptions of the dump, or go to one of them: the
        chain that Python prints, root cause first, then members of
        groups and contexts that were suppressed.
        """
        lines = [_shorten(words.crash_line(act.dumped.type, act.dumped.message)) for act in self._stage.acts]
        notes = [self._relation(number) for number in range(len(lines))]
        stacks = [act.dumped for act in self._stage.acts]
        self._list_or_go(EXCEPTIONS, stacks, [line + note for line, note in zip(lines, notes)], arg)

    def do_threads(self, arg: str) -> None:
        """threads [number]

        List the threads at the time of the crash, or go to one of them.
        """
        threads = self._stage.dump.threads
        marks = [
            " (crashed)" * thread.crashed + " (daemon)" * thread.daemon + f", {words.count(len(thread), 'frame')}"
            for thread in threads
        ]
        self._list_or_go(THREADS, threads, [thread.name + mark for thread, mark in zip(threads, marks)], arg)

    def do_tasks(self, arg: str) -> None:
        """tasks [number]

        List the asyncio tasks at the time of the crash, or go to one of
        them: the chain of what it awaited.
        """
        tasks = self._stage.dump.tasks
        self._list_or_go(TASKS, tasks, [f"{task.name} ({task.state})" for task in tasks], arg)

    def do_longlist(self, arg: str) -> None:
        """ll | longlist

        List the whole source of the current function or frame.
        """
        try:
            super().do_longlist(arg)
        except (SyntaxError, tokenize.TokenError) as error:  # whatever a file says that the source is
            self.error(f"the source can't be read as Python: {error}")

    do_ll = do_longlist

    # --- about the dump

    def do_info(self, arg: str) -> None:
        """info

        Tell where the dump comes from: process, versions, packages,
        and all that differs here.
        """
        dump = self._stage.dump
        try:
            with Reader(dump.path) as reader:
                trust = "the values are live" if dump.live else "the values are inert"
                lines = info.lines(
                    reader,
                    size=os.path.getsize(dump.path),
                    trust=trust,
                    mismatches=map(str, differences(dump)),
                    omissions=dump.omissions,
                )
                self.message("\n".join(lines))
        except (OSError, TibidiError) as error:
            self.error(f"the dump can't be read any more: {error}")

    def do_omitted(self, arg: str) -> None:
        """omitted

        List what is not in the dump: where it would be, and why it is not.
        """
        for line in show.omissions(self._stage.dump.omissions):
            self.message(line)

    # --- live and inert values

    def do_live(self, arg: str) -> None:
        """live [name]

        Load the variable from the dump once more as the application's
        own object, without a name all of them. This imports modules
        and runs code that the dump names: only if you trust its origin.
        """
        if self._may_live:
            self._switch(True, arg)
        else:
            self.error("opened with --inert; open it without, if you trust where it comes from")

    def do_inert(self, arg: str) -> None:
        """inert [name]

        Show the variable as inert data again, without a name all of them.
        """
        self._switch(False, arg)

    def complete_live(self, text: str, *_: object) -> list[str]:
        """Complete the names of variables."""
        return [name for name in self.curframe.f_locals if name.startswith(text)] if self.curframe else []

    complete_inert = complete_live

    # --- what makes no sense after the end

    def do_step(self, arg: str) -> None:
        """s(tep), n(ext), unt(il), r(eturn), j(ump), run

        Not here: the program has ended, nothing runs any more.
        """
        self.error("the program has ended, nothing runs any more; up and down move, q quits")

    do_s = do_next = do_n = do_until = do_unt = do_return = do_r = do_jump = do_j = do_step
    do_run = do_restart = do_step

    # --- private

    def _list_or_go(self, kind: str, stacks: Sequence[Stack], lines: Sequence[str], arg: str) -> None:
        """List the stacks, with the current one marked, or go to the one that `arg` says."""
        if not arg:
            for number, (stack, line) in enumerate(zip(stacks, lines)):
                mark = ">" if (kind, number) == self._at else " "
                self.message(printable(f"{mark} {number if len(stack) else '-':>3} {line}"))
            if not stacks:
                self.message(f"The dump has no {kind}.")
            return
        try:
            number = int(arg)
        except ValueError:
            self.error(f"not a number: {arg}")
            return
        if not 0 <= number < len(stacks):
            self.error(f"no {kind[:-1]} {number}, there are {len(stacks)}")
        elif not len(stacks[number]):
            self.error(f"{kind[:-1]} {number} has no frames")
        else:
            self._go(kind, number)

    def _go(self, kind: str, number: int) -> None:
        self._at = (kind, number)
        self.setup(None, self._traceback())
        self.print_stack_entry(self.stack[self.curindex])

    def _traceback(self) -> TracebackType | None:
        kind, number = self._at
        if kind == EXCEPTIONS:
            return self._stage.acts[number].exception.__traceback__
        return self._stage.traceback(self._frames(self._stage))

    def _frames(self, stage: Stage) -> Stack:
        """Return the current stack as `stage` has it."""
        kind, number = self._at
        if kind == EXCEPTIONS:
            return stage.acts[number].dumped
        return (stage.dump.threads if kind == THREADS else stage.dump.tasks)[number]

    def _relation(self, number: int) -> str:
        """Say how an exception came to be there, for those that are not in the printed chain."""
        act = self._stage.acts[number]
        parent = next((n for n, each in enumerate(self._stage.acts) if each.dumped.id == act.dumped.parent), None)
        if parent is None or parent == number + 1:
            return ""
        return f"  ({act.dumped.relation} of {parent})"

    def _switch(self, live: bool, name: str) -> None:
        """Take all values, or the one called `name`, from the dump loaded live or inert."""
        try:
            stage = self._other(live)
        except (OSError, TibidiError) as error:
            self.error(f"the dump can't be read any more: {error}")
            return
        if name:
            self._take(name, self._frames(stage)[self.curindex])
            return
        self._stage = stage
        index = self.curindex
        self.setup(None, self._traceback())
        self._select_frame(index)

    def _other(self, live: bool) -> Stage:
        if live not in self._stages:
            self._stages[live] = Stage(load(self._stage.dump.path, trust=live))
        return self._stages[live]

    def _take(self, name: str, frame: Any) -> None:
        if name not in frame.locals or self.curframe is None:
            self.error(f"no variable {name} in this frame")
            return
        self.curframe.f_locals[name] = frame.locals[name]
        _write_back(self.curframe)
        self.onecmd(f"p {name}")


def _shorten(line: str) -> str:
    return line if len(line) <= MAX_LISTED else line[: MAX_LISTED - 3] + "..."


def _write_back(frame: Any) -> None:
    """Make an assignment to `f_locals` last; since Python 3.13 it does by itself (PEP 667)."""
    if sys.version_info < (3, 13):
        import ctypes  # dear, and needed for this only

        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
