"""tibidi.commands.run(): errors of commands are one line and an exit status; and parser()."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import tibidi
from tibidi import commands, config
from tibidi.commands import doctor, info, listing, path, prune, show, tbdebug, tbdump, tbpeep
from tibidi.errors import DumpNotFound, NotADump

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType


def failing(error: BaseException) -> object:
    """Return a command that raises."""

    def command(argv: Sequence[str]) -> int:
        raise error

    return command


def test_status_of_the_command() -> None:
    """run() returns the exit status of the command."""
    assert 3 == commands.run(lambda argv: len(argv), ["a", "b", "c"])


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (NotADump("not a dump: x", "try y"), 2, "tibidi: not a dump: x; try y\n"),
        (DumpNotFound("no dump 'x'", ""), 1, "tibidi: no dump 'x'\n"),
        (NotADump("not a dump: \x1b[2J\nx", ""), 2, "tibidi: not a dump: \\x1b[2J\\nx\n"),
        (ValueError("oh"), 2, "tibidi: ValueError: oh; for the traceback set TIBIDI_DEBUG=1\n"),
        (RecursionError("deep"), 2, "tibidi: RecursionError: deep; for the traceback set TIBIDI_DEBUG=1\n"),
        (OSError(28, "No space left"), 2, "tibidi: No space left; make room, or write elsewhere\n"),
        (
            PermissionError(13, "Permission denied", "/srv/new.pkl"),
            2,
            "tibidi: Permission denied: /srv/new.pkl; name another path, or change this one\n",
        ),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_errors(error: BaseException, status: int, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Any error is one printable line on stderr with the next thing to do, and an exit status."""
    assert status == commands.run(failing(error), [])
    assert ("", line) == capsys.readouterr()


def test_debug_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """With TIBIDI_DEBUG the error itself is raised."""
    monkeypatch.setattr(config, "debug", True)

    with pytest.raises(NotADump):
        commands.run(failing(NotADump("x")), [])


def test_closed_stdout() -> None:
    """A command whose stdout is closed by the reader, as `head` does, ends without a message."""
    program = "import sys; from tibidi.commands import run; sys.exit(run(lambda argv: print('x' * 10**6) or 0, []))"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdout.close()
        stderr = process.stderr.read()

    assert "" == stderr
    assert 141 == process.returncode


@pytest.mark.parametrize("command", [info, listing, path, prune, show, doctor, tbdebug, tbdump, tbpeep])
@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version(command: ModuleType, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command prints its version, and a help with examples that fits a terminal of 80 columns."""
    with pytest.raises(SystemExit) as end:
        command.main([option])
    text = capsys.readouterr().out

    assert 0 == end.value.code
    if option == "--version":
        assert f"tibidi {tibidi.__version__}\n" == text
    else:
        assert text.startswith("usage: python -m t")
        assert text.partition("\nexamples:\n  ")[2]
        assert max(map(len, text.partition("examples:")[0].splitlines())) <= 80
