"""A crash for the debuggers, and the record of what each of them shows on each Python.

Every test here is a cell of the table in docs/debuggers.md: its row is its
mark `shows(debugger, what)`, its column the running interpreter.  With
TIBIDI_DEBUGGER_TABLE=FILE the outcomes are kept in that JSON file, which
`scripts/debuggers` fills and renders.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import crashing
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE_VARIABLE = "TIBIDI_DEBUGGER_TABLE"
COLUMN = "{}.{}".format(*sys.version_info)


class Shop(NamedTuple):
    """The crashed program, and everything needed to open its dump."""

    program: Path
    dump: Path
    environ: dict[str, str]
    python: Path

    def line(self, text: str) -> int:
        """Return the number of the line of the program that holds `text`."""
        lines = (crashing.PROGRAMS / "dbg_shop.py").read_text(encoding="utf-8").splitlines()
        return 1 + next(number for number, line in enumerate(lines) if text in line)

    def command(self, *args: str) -> list[str]:
        """Return the command that opens the dump, by default in its last exception."""
        return [str(self.python), "-m", "tbdebug", "--live", *(args or ("--exception", "1")), str(self.dump)]

    @contextmanager
    def running(self, *command: str, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command without terminal, and kill it with all its children at the end."""
        process = subprocess.Popen(
            command,
            env={**self.environ, **environ},
            cwd=self.program.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def shop(python: Path, tmp_path: Path) -> Shop:
    """A dump of dbg_shop.py, whose file is then replaced by a different one of the same name."""
    crasher = crashing.Crasher(python, tmp_path)
    program = tmp_path / "customer" / "shop.py"
    program.parent.mkdir()
    shutil.copy(crashing.PROGRAMS / "dbg_shop.py", program)
    crash = crasher(program)
    program.write_text("# a different file\n" * 60, encoding="utf-8")
    environ = crasher.environment({"TIBIDI_ENABLE": None, "NO_COLOR": "1", "TERM": "dumb"})
    return Shop(program, crash.dump, environ, python)


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark."""
    config.addinivalue_line("markers", "shows(debugger, what): a row of the table in docs/debuggers.md")


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Record the outcome of a test that is a cell of the table."""
    mark = item.get_closest_marker("shows")
    path = os.environ.get(TABLE_VARIABLE)
    if mark is None or not path:
        return
    skipped = call.excinfo is not None and call.excinfo.errisinstance(pytest.skip.Exception)
    if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
        _record(Path(path), *mark.args, "skipped" if skipped else "failed" if call.excinfo else "passed")


def _record(path: Path, debugger: str, what: str, outcome: str) -> None:
    table = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    row = table.setdefault(debugger, {}).setdefault(what, {})
    # A row that several tests share has the worst of their outcomes.
    worst = max(row.get(COLUMN, {"outcome": "passed"})["outcome"], outcome, key=["passed", "skipped", "failed"].index)
    row[COLUMN] = {"outcome": worst, "version": _version(debugger)}
    path.write_text(json.dumps(table, indent=1, sort_keys=True), encoding="utf-8")


def _version(debugger: str) -> str:
    try:
        return importlib.metadata.version(debugger)
    except importlib.metadata.PackageNotFoundError:
        return ""
