"""tibidi.commands: the door through which errors of commands leave."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tibidi import commands
from tibidi import config
from tibidi.errors import DumpNotFound
from tibidi.errors import NotADump

if TYPE_CHECKING:
    from collections.abc import Sequence


def failing(error: BaseException) -> object:
    """Return a command that raises."""

    def command(argv: Sequence[str]) -> int:
        raise error

    return command


def test_status_of_the_command() -> None:
    """The exit status of a command that works is its own."""
    assert 3 == commands.run(lambda argv: len(argv), ["a", "b", "c"])


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (NotADump("not a dump: x", "try y"), 2, "tibidi: not a dump: x; try y\n"),
        (DumpNotFound("no dump 'x'", ""), 1, "tibidi: no dump 'x'\n"),
        (NotADump("not a dump: \x1b[2J\nx", ""), 2, "tibidi: not a dump: \\x1b[2J\\nx\n"),
        (ValueError("oh"), 2, "tibidi: ValueError: oh; for the traceback set TIBIDI_DEBUG=1\n"),
        (RecursionError("deep"), 2, "tibidi: RecursionError: deep; for the traceback set TIBIDI_DEBUG=1\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_errors(error: BaseException, status: int, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever goes wrong is one printable line on stderr with the next thing to do, and an exit status."""
    assert status == commands.run(failing(error), [])
    assert ("", line) == capsys.readouterr()


def test_debug_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """With TIBIDI_DEBUG the error itself is raised."""
    monkeypatch.setattr(config, "debug", True)

    with pytest.raises(NotADump):
        commands.run(failing(NotADump("x")), [])


def test_reader_gone() -> None:
    """A reader of stdout that goes away, like `head`, makes no noise."""
    program = "import sys; from tibidi.commands import run; sys.exit(run(lambda argv: print('x' * 10**6) or 0, []))"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdout.close()
        stderr = process.stderr.read()

    assert "" == stderr
    assert 141 == process.returncode
