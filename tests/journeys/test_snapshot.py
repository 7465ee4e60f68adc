"""A dump of a process that goes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import tibidi

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher


@pytest.fixture(scope="module")
def taken(python: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Crasher, list[str]]:
    """The program has run once; the paths of its snapshots are those in the crash directory, a thread and a loop."""
    from crashing import Crasher

    crash = Crasher(python, tmp_path_factory.mktemp("taken"))
    ran = crash("vanish_snapshot.py", str(crash.work))
    assert (0, "", "went on") == (ran.status, ran.stderr, ran.stdout.splitlines()[-1])
    return crash, ran.stdout.splitlines()[:-1]


def test_opens_at_the_main_thread(taken: tuple[Crasher, list[str]]) -> None:
    """A snapshot has no exception; its first thread is the main thread, at its own frame, with its values."""
    dump = tibidi.load(taken[1][0], trust=False)

    assert ("snapshot", (), "") == (dump.kind, dump.exceptions, dump.reason)
    assert ("run", "ada") == (dump.threads[0][-1].name, dump.threads[0][-1]["customer"])
    assert not any(thread.crashed for thread in dump.threads)


def test_from_a_thread(taken: tuple[Crasher, list[str]]) -> None:
    """From another thread, the main thread is still the first; the other one ends at the call, without our frames."""
    dump = tibidi.load(taken[1][1], trust=False)

    assert ["MainThread", "helper"] == [thread.name for thread in dump.threads]
    assert ("run", "thread") == (dump.threads[0][1].name, dump.threads[0][1].record.locals["thread"].type[-6:].lower())
    assert ("helper", 42) == (dump.threads[1][-1].name, dump.threads[1][-1]["mine"])


def test_from_a_coroutine(taken: tuple[Crasher, list[str]]) -> None:
    """In an event loop, all tasks are in the dump."""
    dump = tibidi.load(taken[1][2], trust=False)

    assert {"A-17": 3} == dump.threads[0][-1]["orders"]
    assert ["pending"] == [task.state.split(",")[0] for task in dump.tasks if task.name == "billing"]


def test_commands_know_it(taken: tuple[Crasher, list[str]]) -> None:
    """`list`, `info`, `show` and `tbdebug` call it a snapshot, and the debugger stands in the main thread."""
    crash, paths = taken
    (row,) = json.loads(crash.run("-m", "tibidi", "list", "--json").stdout)
    shown = crash.run("-m", "tibidi", "show", "--plain", paths[1]).stdout
    facts = json.loads(crash.run("-m", "tibidi", "info", "--json", paths[1]).stdout)
    debugged = crash.run("-m", "tbdebug", "-c", "p customer", "-c", "threads", "-c", "q", paths[1])

    assert ("snapshot", "snapshot", "run") == (row["kind"], row["type"], row["function"])
    assert "threads[0], MainThread\n" in shown
    assert "customer: str = 'ada'" in shown
    assert ("snapshot", "run") == (facts["kind"], facts["at"]["name"])
    assert "'ada'" in debugged.stdout
    assert "1 helper, 1 frame" in debugged.stdout


def test_revived(taken: tuple[Crasher, list[str]]) -> None:
    """`dump.revive()` has a real traceback of the main thread."""
    revived = tibidi.load(taken[1][0], trust=False).revive()
    traceback = revived.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next

    assert traceback is not None
    assert "ada" == traceback.tb_frame.f_locals["customer"]


ENDING = """
import tibidi
from tibidi.living import snapshot
class Order:
    def __del__(self, snapshot=snapshot, refused=tibidi.DumpFailed):
        try:
            snapshot()
        except refused as error:
            print(error)
order = Order()
order.itself = order
"""


def test_at_the_end_of_the_interpreter(crash: Crasher) -> None:
    """A finalizer that runs after the threads is refused at once, instead of waiting for one that never runs."""
    ended = crash.run("-c", ENDING, timeout=8)

    assert (0, "the interpreter is ending\n") == (ended.status, ended.stdout)
