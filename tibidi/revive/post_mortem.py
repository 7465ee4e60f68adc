"""Post-mortem debugging of a dump with the interpreter's own pdb, and commands for what pdb lacks.

It works on tracebacks, as `pdb.pm()` does, on the main thread: nothing is
running, so Ctrl-C, end of input and quitting need no special care.
"""

from __future__ import annotations

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
from tibidi.present import phrases
from tibidi.present import show
from tibidi.process.texts import printable
from tibidi.revive.exceptions import traceback_of
from tibidi.revive.mismatch import mismatches
from tibidi.revive.revived import RevivedDump

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from tibidi.dump import DumpedException
    from tibidi.dump import Stack

MAX_LISTED = 80  # characters of an exception in a list, as in pdb of Python 3.13
# Escapes and controls, except line ends and tabs; where pdb uses colours (Python 3.14), they are kept.
NOT_PLAIN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
NOT_EVEN_COLOURED = re.compile(rf"(?!\x1b\[[\d;]*m){NOT_PLAIN.pattern}")
COLOUR: dict[str, Any] = {"colorize": True} if sys.version_info >= (3, 14) else {}

EXCEPTIONS = "exceptions"
THREADS = "threads"
TASKS = "tasks"


class DumpPdb(pdb.Pdb):
    """pdb on a revived dump."""

    def __init__(self, revived: RevivedDump, *, may_live: bool = True) -> None:
        """Prepare the debugger; without `may_live` the command `live` refuses."""
        super().__init__(nosigint=True, **COLOUR)
        self._revived = revived
        self._by_liveness = {revived.dump.live: revived}
        self._may_live = may_live
        self._at = (EXCEPTIONS, 0)

    def run_at(self, number: int) -> None:
        """Start in the innermost frame of one exception; return when the user leaves."""
        self._at = (EXCEPTIONS, number)
        self.reset()
        self.interaction(None, self._traceback())

    def default(self, line: str) -> None:
        """Run a statement in the current frame; its assignments last when the user moves to another frame."""
        super().default(line)
        _write_back(self.curframe)

    def message(self, msg: object, end: str = "\n") -> None:
        """Print a line, with escape sequences from the dump made visible."""
        forbidden = NOT_EVEN_COLOURED if getattr(self, "colorize", False) else NOT_PLAIN
        self.stdout.write(forbidden.sub(lambda match: printable(match[0]), str(msg)) + end)

    def error(self, msg: object) -> None:
        """Print an error, marked as pdb does."""
        self.message(f"*** {msg}")

    # --- other stacks of the dump

    def do_exceptions(self, arg: str) -> None:
        """exceptions [number]

        List the exceptions of the dump, or switch to one of them: the
        chain that Python prints, root cause first, then members of
        groups and suppressed contexts.
        """
        exceptions = [each.dumped for each in self._revived.exceptions]
        lines = [_shorten(phrases.crash_line(each.type, each.message)) + self._relation(each) for each in exceptions]
        self._list_or_go(EXCEPTIONS, lines, arg)

    def do_threads(self, arg: str) -> None:
        """threads [number]

        List the threads at the time of the crash, or switch to one of them.
        """
        lines = [
            f"{each.name}{' (crashed)' * each.crashed}{' (daemon)' * each.daemon}, {phrases.count(len(each), 'frame')}"
            for each in self._revived.dump.threads
        ]
        self._list_or_go(THREADS, lines, arg)

    def do_tasks(self, arg: str) -> None:
        """tasks [number]

        List the asyncio tasks at the time of the crash, or switch to one of
        them: its stack is the chain of coroutines that it awaited.
        """
        self._list_or_go(TASKS, [f"{each.name} ({each.state})" for each in self._revived.dump.tasks], arg)

    def do_longlist(self, arg: str) -> None:
        """ll | longlist

        List the whole source of the current function or frame.
        """
        try:
            super().do_longlist(arg)
        except (SyntaxError, tokenize.TokenError) as error:  # the text in a damaged or hostile dump
            self.error(f"the source can't be read as Python: {error}")

    do_ll = do_longlist

    # --- about the dump

    def do_info(self, arg: str) -> None:
        """info [all]

        Describe the dump: what crashed, its process, and everything that
        differs on this machine; with `all` its packages, environment
        variables and omissions, too.
        """
        dump = self._revived.dump
        try:
            with Reader(dump.path) as reader:
                trust = "the values are live" if dump.live else "the values are inert"
                lines = info.lines(
                    reader,
                    trust=trust,
                    mismatches=map(str, mismatches(dump.summary, dump.sources)),
                    omissions=dump.omissions,
                    everything=arg == "all",
                )
                self.message("\n".join(lines))
        except (OSError, TibidiError) as error:
            self.error(f"the dump can't be read any more: {error}")

    def do_omitted(self, arg: str) -> None:
        """omitted

        List what is not in the dump, with its path and the reason.
        """
        for line in show.omissions(self._revived.dump.omissions):
            self.message(line)

    # --- live and inert values

    def do_live(self, arg: str) -> None:
        """live [name]

        Reload this variable, or all of them, as application objects.
        This imports modules and runs code that the dump names: use it
        only if you trust the origin of the dump.
        """
        if self._may_live:
            self._switch(True, arg)
        else:
            self.error("opened with --inert; open the dump without --inert if you trust its origin")

    def do_inert(self, arg: str) -> None:
        """inert [name]

        Show this variable, or all of them, as inert data again.
        """
        self._switch(False, arg)

    def complete_live(self, text: str, *_: object) -> list[str]:
        """Complete the names of variables."""
        return [name for name in self.curframe.f_locals if name.startswith(text)] if self.curframe else []

    complete_inert = complete_live

    # --- commands that need a running program

    def do_step(self, arg: str) -> None:
        """s(tep), n(ext), unt(il), r(eturn), j(ump), run

        Not available: the program has ended.
        """
        self.error("the program has ended; up and down move, q quits")

    do_s = do_next = do_n = do_until = do_unt = do_return = do_r = do_jump = do_j = do_step
    do_run = do_restart = do_step

    # --- private

    def _list_or_go(self, kind: str, lines: Sequence[str], arg: str) -> None:
        """List the stacks of a kind, with the current one marked, or switch to stack number `arg`."""
        stacks = _stacks(self._revived, kind)
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
            self._at = (kind, number)
            self.setup(None, self._traceback())
            self.print_stack_entry(self.stack[self.curindex])

    def _traceback(self) -> TracebackType | None:
        kind, number = self._at
        if kind == EXCEPTIONS:
            return self._revived.exceptions[number].exception.__traceback__
        return traceback_of(_stacks(self._revived, kind)[number], self._revived.renamed)

    def _relation(self, dumped: DumpedException) -> str:
        """Return the relation of an exception to its parent, or "" in the printed chain, where the parent is next."""
        ids: list[int | None] = [each.dumped.id for each in self._revived.exceptions]
        if dumped.parent not in ids or ids.index(dumped.parent) == ids.index(dumped.id) + 1:
            return ""
        return f"  ({dumped.relation} of {ids.index(dumped.parent)})"

    def _switch(self, live: bool, name: str) -> None:
        """Show all values, or the one called `name`, live or inert."""
        try:
            if live not in self._by_liveness:
                self._by_liveness[live] = RevivedDump(load(self._revived.dump.path, trust=live))
        except (OSError, TibidiError) as error:
            self.error(f"the dump can't be read any more: {error}")
            return
        revived = self._by_liveness[live]
        if name:
            kind, number = self._at
            self._replace(name, _stacks(revived, kind)[number][self.curindex])
            return
        self._revived = revived
        index = self.curindex
        self.setup(None, self._traceback())
        self._select_frame(index)

    def _replace(self, name: str, frame: Any) -> None:
        if name not in frame.locals or self.curframe is None:
            self.error(f"no variable {name} in this frame")
            return
        self.curframe.f_locals[name] = frame.locals[name]
        _write_back(self.curframe)
        self.onecmd(f"p {name}")


def _stacks(revived: RevivedDump, kind: str) -> Sequence[Stack]:
    if kind == EXCEPTIONS:
        return [each.dumped for each in revived.exceptions]
    return revived.dump.threads if kind == THREADS else revived.dump.tasks


def _shorten(line: str) -> str:
    return line if len(line) <= MAX_LISTED else line[: MAX_LISTED - 3] + "..."


def _write_back(frame: Any) -> None:
    """Write assignments to `f_locals` back to the frame; since Python 3.13 that is not needed (PEP 667)."""
    if sys.version_info < (3, 13):
        import ctypes  # slow to import, and only needed here

        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
