"""The commands that pdb has in a dump, without a terminal or a process."""

from __future__ import annotations

import io
import sys

import pytest
from revive import kinds
from revive.building import dump_of
from revive.test_exceptions import caught

from tibidi.revive.post_mortem import DumpPdb
from tibidi.revive.revived import RevivedDump


def answers(call, *commands: str) -> str:
    """Return what pdb prints for these commands in a crash of `call`."""
    dump = dump_of(caught(call))
    dump.path = "/nowhere/memory.pkl"
    revived = RevivedDump(dump)
    debugger = DumpPdb(revived, may_live=False)
    debugger.stdout = io.StringIO()
    debugger.reset()
    debugger.setup(None, revived.exceptions[0].exception.__traceback__)
    for command in commands:
        debugger.onecmd(command)
    return debugger.stdout.getvalue()


def test_exceptions_of_the_chain() -> None:
    """The chain is listed root cause first, with the current exception marked."""
    assert ">   0 IndexError: list index out of range\n    1 RuntimeError: wrapped\n" == answers(
        kinds.caused, "exceptions"
    )


def test_suppressed_context() -> None:
    """A context that Python does not print is listed with the others."""
    listed = answers(kinds.suppressed, "exceptions")

    assert ">   0 IndexError: list index out of range\n    1 LookupError: alone\n" == listed


def crashing(price: float) -> float:
    """Crash with a local variable."""
    return price / 0


def test_name_that_other_code_does_not_know() -> None:
    """A name that the frame has, but not the code that it calls, is said to be hidden only where pdb may hide it."""
    why = ": before Python 3.13, comprehensions and lambdas of pdb do not see local variables; use `interact`"
    said = answers(lambda: crashing(5), "p exec('price', {})")

    assert f"*** NameError: name 'price' is not defined{'' if sys.version_info >= (3, 13) else why}\n" == said
    assert "5\n" == answers(lambda: crashing(5), "p price")


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("exceptions x", "*** not a number: x"),
        ("exceptions 7", "*** no exception 7: the dump has 2 exceptions"),
        ("exceptions -1", "*** no exception -1: the dump has 2 exceptions"),
        ("threads", "The dump has no threads."),
        ("tasks 0", "*** no task 0: the dump has 0 tasks"),
        ("live x", "*** opened with --inert; open the dump without --inert if you trust its origin"),
        ("inert", "*** the dump can't be read any more: "),
        ("info", "*** the dump can't be read any more: "),
        ("source nothing", "*** NameError: name 'nothing' is not defined"),
        ("source 1 +", "*** SyntaxError: "),
        ("step", "*** the program has ended; up and down move, q quits"),
    ],
)
def test_answers(command: str, answer: str) -> None:
    """Commands that have nothing to show say why in one line."""
    actual = answers(kinds.caused, command)

    assert actual.startswith(answer)
    assert 1 == actual.count("\n")


def test_switch_to_an_exception() -> None:
    """`exceptions N` goes to the innermost frame of that exception and marks it."""
    shown = answers(kinds.caused, "exceptions 1", "exceptions")

    assert "caused()" in shown
    assert ">   1 RuntimeError: wrapped\n" in shown


def test_assignments_last() -> None:
    """An assignment to a local variable lasts when the user moves to another frame."""
    assert answers(kinds.caused, "!x = 99", "up", "down", "p x").endswith("\n99\n")
