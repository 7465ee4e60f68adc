"""What the commands of every debugger print: exceptions, threads, tasks, what is missing, where the dump is from."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Sequence

from tibidi.dump import Dump, DumpedException, DumpedThread, Stack
from tibidi.errors import TibidiError
from tibidi.present import phrases
from tibidi.process.texts import printable
from tibidi.revive.mismatch import mismatches
from tibidi.revive.revived import RevivedDump

MAX_LISTED = 80  # characters of an exception in a list, as in pdb of Python 3.13

EXCEPTIONS = "exceptions"
THREADS = "threads"
TASKS = "tasks"


def stacks(dump: Dump, kind: str) -> Sequence[Stack]:
    """Return the exceptions, threads or tasks of a dump."""
    return {EXCEPTIONS: dump.subjects, THREADS: dump.threads, TASKS: dump.tasks}[kind]


def listing(dump: Dump, kind: str, shown: int | None) -> Iterator[str]:
    """Yield a line for each stack of a kind, with a mark at number `shown`."""
    lines = {
        EXCEPTIONS: [
            f"{_shorten(phrases.crash_line(each.type, each.message))}{_relation(dump, each)}" for each in dump.subjects
        ],
        THREADS: [
            f"{each.name}{' (crashed)' * each.crashed}{' (daemon)' * each.daemon}, {_extent(each)}"
            for each in dump.threads
        ],
        TASKS: [f"{each.name} ({each.state})" for each in dump.tasks],
    }
    for number, (stack, line) in enumerate(zip(stacks(dump, kind), lines[kind])):
        mark = ">" if number == shown else " "
        yield printable(f"{mark} {number if len(stack) else '-':>3} {line}")
    if not lines[kind]:
        yield f"The dump has no {kind}."


def about(dump: Dump, *, everything: bool = False) -> Iterator[str]:
    """Yield what `tibidi info` prints, with what failed here while the values were loaded."""
    from tibidi.dumpfile.reader import Reader
    from tibidi.present import info  # here and below: not before the first prompt

    trust = "the values are live" if dump.live else "the values are inert"
    differences = map(str, mismatches(dump.summary, dump.sources))
    try:
        with Reader(dump.path) as reader:
            yield from info.lines(
                reader, trust=trust, mismatches=differences, omissions=dump.omissions, everything=everything
            )
    except (OSError, TibidiError) as error:
        yield printable(f"*** the dump can't be read any more: {error}")


def omitted(dump: Dump) -> Iterator[str]:
    """Yield what the dump lacks, and why, a line each."""
    from tibidi.present import show

    return iter(show.omissions(dump.omissions))


def before(dump: Dump, kind: str) -> Iterator[str]:
    """Yield the records of the `log` before the crash, or the `swallowed` exceptions, a line each."""
    from tibidi.present import history
    from tibidi.present.frames import Frames
    from tibidi.present.lines import plain

    frames = Frames(dump.process, dump.sources, width=None, everything=True)
    lines = history.log(dump.log) if kind == "log" else history.caught(dump.summary, frames)
    records = "log" if kind == "log" else "swallowed exceptions"
    return map(plain, lines) if getattr(dump, kind) else iter([f"The dump has no {records}."])


class Words:
    """An object that prints a text when it is shown or called: a command for a debugger that lacks it."""

    def __init__(self, text: Callable[[], Iterator[str]]) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "\n".join(self._text())

    def __call__(self) -> None:
        """Print the text."""
        print(self)  # noqa: T201 - a command of a debugger


def add_names(revived: RevivedDump, number: int) -> None:
    """Make the commands of our pdb available as names in any debugger, and `_exception` the exception that is shown.

    They are builtins, so that they hide no variable of the application.
    """
    dump = revived.dump
    names: dict[str, object] = {
        "omitted": Words(lambda: omitted(dump)),
        "info": Words(lambda: about(dump)),
        "log": Words(lambda: before(dump, "log")),
        "swallowed": Words(lambda: before(dump, "swallowed")),
        **{kind: _listed(dump, kind, number) for kind in (EXCEPTIONS, THREADS, TASKS)},
        "_exception": revived.exceptions[number].exception,
    }
    vars(builtins).update({name: value for name, value in names.items() if name not in vars(builtins)})


def _listed(dump: Dump, kind: str, number: int) -> Words:
    def text() -> Iterator[str]:
        yield from listing(dump, kind, number if kind == EXCEPTIONS else None)
        if kind == EXCEPTIONS and len(dump.exceptions) > 1:
            yield "python -m tbdebug --exception N opens another one."

    return Words(text)


def _extent(thread: DumpedThread) -> str:
    """Return how many frames a thread has; those of the crashed one may be all in the exceptions."""
    if thread.crashed and not len(thread):
        return "with the frames of the exceptions"
    return phrases.count(len(thread), "frame")


def _relation(dump: Dump, each: DumpedException) -> str:
    """Return the relation of an exception to its parent, unless that is the next in the list."""
    ids: list[int | None] = [other.id for other in dump.exceptions]
    if each.parent not in ids or ids.index(each.parent) == ids.index(each.id) + 1:
        return ""
    return f"  ({each.relation} of {ids.index(each.parent)})"


def _shorten(line: str) -> str:
    return line if len(line) <= MAX_LISTED else line[: MAX_LISTED - 3] + "..."
