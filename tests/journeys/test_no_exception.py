"""Every command takes the dump of a process that raised no exception."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import pytest
from crashing import Crasher

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.once

SNAPSHOT = """
import tibidi
def serve(customer, orders):
    print(tibidi.snapshot())
serve("ada", {"A-17": 3})
"""
NATIVE = "import ctypes\ndef strike(): ctypes.string_at(0)\nstrike()"
KILLED = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
EXIT = "import os\ndef leave(): os._exit(3)\nleave()"
PROGRAMS = {"snapshot": SNAPSHOT, "native": NATIVE, "killed": KILLED, "exit": EXIT}


class Case(NamedTuple):
    """A command line, where DUMP is the dump, what it prints for a snapshot, and its exit status.

    `stacks` is that for a dump that has stacks without variables, `nothing` for one that has no stacks.
    """

    line: str
    printed: str
    status: int = 0
    stacks: int = 0
    nothing: int = 0


CASES = [
    Case("tibidi list --all --json", '"kind": "snapshot"'),
    Case("tibidi info DUMP", "snapshot"),
    Case("tibidi info --all DUMP", "environment"),
    Case("tibidi info --json DUMP", '"kind": "snapshot"'),
    Case("tibidi show --plain DUMP", "customer: str = 'ada'"),
    Case("tibidi show --plain --all --newest-first DUMP", "customer: str = 'ada'"),
    Case("tibidi show --html page.html DUMP", "wrote page.html"),
    Case("tibidi show --json --sources DUMP", '"culprit"'),
    Case("tibidi show --frame 0 DUMP", "<module>", 0, 0, 2),
    Case("tibidi show --file DUMP", "def serve(customer, orders):", 0, 0, 2),
    Case("tibidi find --json ada DUMP", "threads[0].frames[1].locals['customer']", 0, 1, 1),
    Case("tibidi find A-17", "'orders'", 0, 1, 1),
    Case("tibidi diff DUMP DUMP", "no differences"),
    Case("tibidi mem DUMP", "threads[0].frames[1].locals['orders']", 0, 1, 1),
    Case("tibidi mem --json DUMP", '"largest"', 0, 1, 1),
    Case("tibidi eval DUMP orders['A-17']*2", "6", 0, 1, 2),
    Case("tibidi eval --exception 0 --frame 1 DUMP customer", "'ada'", 0, 1, 2),
    Case("tibidi analyze DUMP", "'ada'"),
    Case("tibidi analyze --json DUMP", "threads[0].frames[1]"),
    Case("tibidi repro DUMP", "is of kind snapshot and has no exception", 2, 2, 2),
    Case("tibidi retry DUMP", "is of kind snapshot and has no exception", 2, 2, 2),
    Case("tibidi preview DUMP", "ada"),
    Case("tibidi scrub -o scrubbed.pkl DUMP", "scrubbed.pkl"),
    Case("tbdebug -c w -c threads -c q DUMP", "serve", 0, 0, 2),
]


@pytest.fixture(scope="module")
def dumps(python: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Crasher, str]]:
    """One crash directory for each kind, with its only dump."""
    made = {}
    for kind, text in PROGRAMS.items():
        crash = Crasher(python, tmp_path_factory.mktemp(kind))
        (crash.work / "app.py").write_text(text)
        crash.run("app.py")
        (row,) = json.loads(crash.run("-m", "tibidi", "list", "--all", "--json").stdout)
        assert kind == row["kind"]
        made[kind] = (crash, row["path"])
    return made


@pytest.mark.parametrize("kind", PROGRAMS)
def test_commands(dumps: dict[str, tuple[Crasher, str]], kind: str) -> None:
    """Each command prints what there is; where there is nothing to print, it says so in one line."""
    crash, path = dumps[kind]
    problems = []
    for case in CASES:
        ended = crash.run("-m", *(word.replace("DUMP", path) for word in case.line.split()))
        expected = {"snapshot": case.status, "killed": case.nothing}.get(kind, case.stacks)
        said = ended.stdout + ended.stderr
        is_right = kind != "snapshot" or case.printed in said
        if ended.status != expected or not is_right or len(ended.stderr.splitlines()) > 1 or "Error:" in ended.stderr:
            problems.append((case.line, ended.status, said[-400:]))

    assert "" == "\n".join(map(str, problems))
