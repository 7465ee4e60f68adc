"""Post-mortem debugging of a dump with the interpreter's own pdb, and commands for what pdb lacks.

It works on tracebacks, as `pdb.pm()` does, on the main thread: nothing is
running, so Ctrl-C, end of input and quitting need no special care.
"""

from __future__ import annotations

import builtins
import pdb
import re
import sys
import tokenize
import traceback
from collections.abc import Iterable, Sequence
from itertools import groupby, islice
from types import FrameType, TracebackType

from tibidi.dump import DumpedFrame
from tibidi.errors import TibidiError
from tibidi.loader import open_dump
from tibidi.present import phrases
from tibidi.process.hints import Any
from tibidi.process.texts import printable
from tibidi.revive.exceptions import traceback_of
from tibidi.revive.importing import extend_path
from tibidi.revive.mismatch import local_text, same_text
from tibidi.revive.revived import RevivedDump
from tibidi.revive.texts import EXCEPTIONS, TASKS, THREADS, about, before, listing, omitted, stacks

# Commands that `help` does not list: those for a running program, and short names.
UNLISTED = frozenset({
    "do_a", "do_b", "do_break", "do_bt", "do_c", "do_cl", "do_clear", "do_commands", "do_condition", "do_cont",
    "do_continue", "do_d", "do_debug", "do_disable", "do_enable", "do_exit", "do_h", "do_ignore", "do_interact", "do_j",
    "do_jump", "do_n", "do_next", "do_r", "do_restart", "do_return", "do_run", "do_s", "do_step", "do_tbreak", "do_u",
    "do_unt", "do_until",
})  # fmt: skip
# Escapes and controls, except line ends and tabs; where pdb uses colours (Python 3.14), they are kept.
NOT_PLAIN = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
NOT_EVEN_COLOURED = rf"(?!\x1b\[[\d;]*m){NOT_PLAIN}"
UNDEFINED = r"^NameError: name '(\w+)' is not defined"
COLOUR: dict[str, Any] = {"colorize": True} if sys.version_info >= (3, 14) else {}


class DumpPdb(pdb.Pdb):
    """pdb on a revived dump."""

    def __init__(self, revived: RevivedDump, *, may_live: bool = True) -> None:
        """Prepare the debugger; without `may_live` the command `live` refuses."""
        super().__init__(nosigint=True, **COLOUR)
        self._revived = revived
        self._by_liveness = {revived.dump.live: revived}
        self._may_live = may_live
        self._at = (EXCEPTIONS, 0)

    def run_at(self, number: int, commands: Iterable[str] = ()) -> None:
        """Start in the innermost own frame of one exception, run `commands`; return when the user leaves."""
        self._at = (EXCEPTIONS, number)
        self.rcLines.extend(commands)
        self.reset()
        self.interaction(None, self._traceback())

    def get_stack(self, f: FrameType | None, t: TracebackType | None) -> tuple[list[tuple[FrameType, int]], int]:
        """Return the frames of a traceback below those that led to it, and the index of the innermost own one."""
        stack, current = super().get_stack(f, t)
        kind, number = self._at
        if t is None or kind != EXCEPTIONS:
            return stack, current
        count = len(self._revived.callers(number))
        outer = list(islice(traceback.walk_stack(t.tb_frame), 1, count + 1))[::-1]
        own = self._revived.innermost_own(self._revived.exceptions[number].dumped)
        return outer + stack, len(outer) + min(own, current)

    def get_names(self) -> list[str]:
        """Return the names of commands for `help`, without those that need a running program."""
        return [name for name in super().get_names() if name not in UNLISTED]

    def precmd(self, line: str) -> str:
        """Replace $_exception, which pdb knows only from Python 3.12 on, by the name `_exception`."""
        return super().precmd(line.replace("$_exception", "_exception"))

    def default(self, line: str) -> None:
        """Run a statement in the current frame; its assignments last when the user moves to another frame."""
        super().default(line)
        _write_back(self.curframe)

    def message(self, msg: object, end: str = "\n") -> None:
        """Print a line, with escape sequences from the dump made visible."""
        forbidden = NOT_EVEN_COLOURED if getattr(self, "colorize", False) else NOT_PLAIN
        text = str(msg)
        if not all(map(str.isprintable, text.split("\n"))):  # few lines are searched
            text = re.sub(forbidden, lambda match: printable(match[0]), text)
        self.stdout.write(text + end)

    def error(self, msg: object) -> None:
        """Print an error, marked as pdb does, and why a variable of the frame is not defined."""
        found = re.search(UNDEFINED, str(msg))
        self.message(f"*** {msg}" + (self._why_undefined(found[1]) if found else ""))

    # --- other stacks of the dump

    def do_exceptions(self, arg: str) -> None:
        """exceptions [number]

        List the exceptions of the dump, root cause first, or switch to one
        of them. The one that is shown is also $_exception.
        """
        self._list_or_go(EXCEPTIONS, arg)

    def do_threads(self, arg: str) -> None:
        """threads [number]

        List the threads at the time of the crash, or switch to one of them.
        """
        self._list_or_go(THREADS, arg)

    def do_tasks(self, arg: str) -> None:
        """tasks [number]

        List the asyncio tasks at the time of the crash, or switch to one of
        them: its stack is the chain of coroutines that it awaited.
        """
        self._list_or_go(TASKS, arg)

    # --- own frames and those of libraries

    def do_where(self, arg: str) -> None:
        """w(here) [all | count]

        Print the stack, the innermost frame at the bottom. Frames of
        libraries are one line together; `where all` prints each of them.
        """
        if arg not in {"", "all"}:
            super().do_where(arg)
            return
        number = 0
        for is_shown, group in groupby(zip(self.stack, self._own_flags()), key=lambda pair: pair[1] or arg == "all"):
            entries = [entry for entry, _ in group]
            if is_shown or self.curindex in range(number, number + len(entries)):
                for entry in entries:
                    self.print_stack_entry(entry)
            else:
                names = dict.fromkeys(str(f.f_globals.get("__name__", "?")).partition(".")[0] for f, _ in entries)
                self.message(f"  … {phrases.count(len(entries), 'frame')} of {', '.join(names)}")
            number += len(entries)

    do_w = do_bt = do_where

    def do_uu(self, arg: str) -> None:
        """uu

        Move up to the next frame of the application's own code.
        """
        self._go_to_own(range(self.curindex - 1, -1, -1), "further out")

    def do_dd(self, arg: str) -> None:
        """dd

        Move down to the next frame of the application's own code.
        """
        self._go_to_own(range(self.curindex + 1, len(self.stack)), "further in")

    # --- sources

    def do_source(self, arg: str) -> None:
        """source expression

        Print the source of a function or class, as it ran.
        """
        from tibidi.reading.inert.types import InertType  # not before the first prompt

        try:
            value = self._getval(arg)
        except Exception:  # noqa: BLE001 - whatever the expression raises; it is printed
            return
        found = self._captured(value)
        if found:
            self.message(found.rstrip())
        elif isinstance(type(value), InertType) or isinstance(value, InertType):
            self.error(f"the source of {value!r} is not in the dump")
        else:
            super().do_source(arg)

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
        self.message("\n".join(about(self._revived.dump, everything=arg == "all")))

    def do_omitted(self, arg: str) -> None:
        """omitted

        List what is not in the dump, with its path and the reason.
        """
        self.message("\n".join(omitted(self._revived.dump)))

    def do_log(self, arg: str) -> None:
        """log

        Print the last records of the log before the crash, and warnings.
        """
        self.message("\n".join(before(self._revived.dump, "log")))

    def do_swallowed(self, arg: str) -> None:
        """swallowed

        Print the last exceptions that were caught before the crash.
        """
        self.message("\n".join(before(self._revived.dump, "swallowed")))

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

    def do_debug(self, arg: str) -> None:
        """debug code

        Enter a debugger that steps through the code.
        """
        super().do_debug(arg)
        sys.settrace(None)  # nothing else is running: it would stop in the debugger itself

    # --- private

    def _list_or_go(self, kind: str, arg: str) -> None:
        """List the stacks of a kind, with the current one marked, or switch to stack number `arg`."""
        dump = self._revived.dump
        found = stacks(dump, kind)
        if not arg:
            self.message("\n".join(listing(dump, kind, self._at[1] if self._at[0] == kind else None)))
            return
        try:
            number = int(arg)
        except ValueError:
            self.error(f"not a number: {arg}")
            return
        if not 0 <= number < len(found):
            self.error(f"no {kind[:-1]} {number}: the dump has {phrases.count(len(found), kind[:-1])}")
        elif not len(found[number]):
            self.error(f"{kind[:-1]} {number} has no frames")
        else:
            self._at = (kind, number)
            self.setup(None, self._traceback())
            self.print_stack_entry(self.stack[self.curindex])

    def _captured(self, value: Any) -> str:
        """Return the captured source of a function or class where pdb would not find it, else ""."""
        from tibidi.reading.inert.makers import InertFunction  # not before the first prompt
        from tibidi.reading.inert.sources import definition

        if isinstance(value, InertFunction):
            return value.__source__
        sources = self._revived.dump.sources
        file = getattr(getattr(value, "__code__", None), "co_filename", "")
        if isinstance(value, type) or (file in sources and self._differs_here(file)):
            return definition(value.__qualname__, value.__module__, sources)
        return ""

    def _differs_here(self, file: str) -> bool:
        text = local_text(file)
        return text is not None and not same_text(text, self._revived.dump.sources[file])

    def _why_undefined(self, name: str) -> str:
        """Return why a local variable of the current frame has no value, "" for any other name."""
        from tibidi.reading.code import Compiler  # not before the first prompt

        frames = self._frames()
        if len(frames) != len(self.stack):
            return ""
        record = frames[self.curindex].record
        known = Compiler(self._revived.dump.sources).variables(record.file, record.name, record.first_line)
        if name not in (*known, *record.code.varnames, *record.code.freevars):
            return ""
        if sys.version_info >= (3, 13):
            if self.curframe is not None and name in self.curframe.f_locals:
                return ""  # other code does not know it
        elif name in getattr(self, "curframe_locals", ()):
            return ": before Python 3.13, comprehensions and lambdas of pdb do not see local variables; use `interact`"
        return f": {record.name}() had not assigned it, or had deleted it"

    def _own_flags(self) -> list[bool]:
        """Return for each frame of the stack whether it is shown by itself: own ones, or all if none is."""
        flags = [self._revived.own.has(frame.record) for frame in self._frames()]
        return flags if any(flags) and len(flags) == len(self.stack) else [True] * len(self.stack)

    def _go_to_own(self, indexes: Iterable[int], where: str) -> None:
        flags = self._own_flags()
        index = next((index for index in indexes if flags[index]), None)
        if index is None:
            self.error(f"no frame of the application {where}")
        else:
            self._select_frame(index)

    def _frames(self) -> Sequence[DumpedFrame]:
        """Return the frames of the stack that is shown."""
        kind, number = self._at
        outer = self._revived.callers(number) if kind == EXCEPTIONS else ()
        return [*outer, *stacks(self._revived.dump, kind)[number]]

    def _traceback(self) -> TracebackType | None:
        kind, number = self._at
        if kind == EXCEPTIONS:
            exception = self._revived.exceptions[number].exception
            vars(builtins)["_exception"] = exception
            return exception.__traceback__
        return traceback_of(self._frames(), self._revived.renamed)

    def _switch(self, live: bool, name: str) -> None:
        """Show all values, or the one called `name`, live or inert."""
        try:
            if live not in self._by_liveness:
                dump = open_dump(self._revived.dump.path, live, extend_path)
                self._by_liveness[live] = RevivedDump(dump)
        except (OSError, TibidiError) as error:
            self.error(f"the dump can't be read any more: {error}")
            return
        before, self._revived = self._revived, self._by_liveness[live]
        index = self.curindex
        if name:
            self._replace(name, self._frames()[index])
            self._revived = before
            return
        self.setup(None, self._traceback())
        self._select_frame(index)

    def _replace(self, name: str, frame: Any) -> None:
        if name not in frame.locals or self.curframe is None:
            self.error(f"no variable {name} in this frame")
            return
        self.curframe.f_locals[name] = frame.locals[name]
        _write_back(self.curframe)
        self.onecmd(f"p {name}")


def _write_back(frame: Any) -> None:
    """Write assignments to `f_locals` back to the frame; since Python 3.13 that is not needed (PEP 667)."""
    if sys.version_info < (3, 13):
        import ctypes  # slow to import, and only needed here

        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
