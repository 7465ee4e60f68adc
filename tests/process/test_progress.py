"""tibidi.process.progress: a line on the terminal during long work."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest

from tibidi.process import progress
from tibidi.process.progress import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal in the place of the interpreter's own stderr, and no second to wait."""
    stream = Terminal()
    # Not in sys itself, where pytest puts its own at the beginning of each test.
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=stream, __stderr__=stream))
    monkeypatch.setattr(progress, "DELAY_SECONDS", 0.0)
    return stream


def test_line(terminal: Terminal) -> None:
    """It says what is done, and takes the line away at the end."""
    with Progress("dumping", silent=False) as line:
        line.advance(3 << 20)

    assert "\r\x1b[Ktibidi: dumping, 3.0 MiB, 0 s\r\x1b[K" == terminal.getvalue()


def test_not_too_often(terminal: Terminal) -> None:
    """However often it is told, it writes a few times a second."""
    with Progress("dumping", silent=False) as line:
        for _ in range(1000):
            line.advance(1)

    assert terminal.getvalue().count("dumping") < 10


def test_short_work_says_nothing(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done within a second leaves the terminal alone."""
    monkeypatch.setattr(progress, "DELAY_SECONDS", 1.0)

    with Progress("dumping", silent=False) as line:
        line.advance(1)

    assert "" == terminal.getvalue()


def test_silent(terminal: Terminal) -> None:
    """With TIBIDI_SILENT nothing is written."""
    with Progress("dumping", silent=True) as line:
        line.advance(1)

    assert "" == terminal.getvalue()


@pytest.mark.parametrize("stream", [None, io.StringIO(), Terminal()], ids=["none", "file", "of the application"])
def test_no_terminal_of_ours(stream: io.StringIO | None, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal, or where the application has replaced stderr, nothing is written."""
    monkeypatch.setattr(progress.sys, "stderr", stream)

    with Progress("dumping", silent=False) as line:
        line.advance(1)

    assert "" == terminal.getvalue()
    assert stream is None or "" == stream.getvalue()


def test_hung_up(terminal: Terminal) -> None:
    """A terminal that went away is no error."""
    with Progress("dumping", silent=False) as line:
        line.advance(1)
        terminal.close()
        line._next = 0.0
        line.advance(1)
