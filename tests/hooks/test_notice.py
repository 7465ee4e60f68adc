"""tibidi.hooks.handling: the lines on stderr."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tibidi import config
from tibidi.errors import DumpFailed
from tibidi.hooks import handling

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Silent(Exception):
    """An exception without a message."""

    def __str__(self) -> str:
        raise RuntimeError("no message")


@pytest.mark.parametrize(
    ("exc", "headline"),
    [
        (ValueError("x < 0"), "ValueError: x < 0"),
        (ValueError(), "ValueError"),
        (Silent(), "Silent: <exception str() failed>"),
    ],
    ids=repr,
)
def test_replacing_the_traceback(exc: BaseException, headline: str) -> None:
    """Where the lines replace the traceback, the first one is its last."""
    assert [headline, "Traceback dumped into: traceback.pkl"] == handling.of_dump("traceback.pkl", exc)


def test_path_below_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A dump below the home directory is shown with a tilde, unless TIBIDI_DIR is set."""
    path = str(tmp_path / "dump.pkl")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(config, "directory", None)
    assert ["Traceback dumped into: ~/dump.pkl"] == handling.of_dump(path, None)

    monkeypatch.setattr(config, "directory", str(tmp_path))
    assert [f"Traceback dumped into: {path}"] == handling.of_dump(path, None)


@pytest.mark.parametrize(
    ("home", "shown"), [("/", "/x/y"), ("/x/", "~/y"), ("/x", "~/y"), ("//", "/x/y"), ("/xx", "/x/y")]
)
def test_home_directories(home: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The root directory is no home, and a slash at its end changes nothing."""
    monkeypatch.setenv("HOME", home)
    monkeypatch.setattr(config, "directory", None)

    assert [f"Traceback dumped into: {shown}"] == handling.of_dump("/x/y", None)


def test_failures() -> None:
    """A failure is one line with the reason and, where it is known, what to do."""
    assert "tibidi: no dump: the disk is full; set TIBIDI_DIR" == handling.of_failure(
        DumpFailed("the disk is full", "set TIBIDI_DIR")
    )
    assert "tibidi: no dump: KeyError: 'x'" == handling.of_failure(KeyError("x"))


def test_harmless_for_terminals(capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters of a message do not reach the terminal."""
    handling.write("ValueError: \x1b[2J", "second")

    assert "ValueError: \\x1b[2J\nsecond\n" == capsys.readouterr().err


def test_no_stderr(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without stderr, and with one that is closed, nothing is written and nothing raised."""
    monkeypatch.setattr(sys, "stderr", None)
    handling.write("lost")
    with open(tmp_path / "stderr", "w", encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stderr", file)
    handling.write("lost")

    assert "" == (tmp_path / "stderr").read_text(encoding="utf-8")


@pytest.fixture
def full_pipe() -> Iterator[int]:
    """The writing end of a pipe that is full and that nobody reads."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    os.write(writing, bytes(16 << 20))  # as much as there is room for
    os.set_blocking(writing, True)
    yield writing
    os.close(reading)


def test_stderr_that_nobody_reads(monkeypatch: pytest.MonkeyPatch, full_pipe: int) -> None:
    """A write to a pipe that is full is given up after a moment."""
    with open(full_pipe, "w", encoding="utf-8") as stderr:
        monkeypatch.setattr(sys, "stderr", stderr)
        start = time.monotonic()
        handling.write("lost")

    assert handling.READER_SECONDS <= time.monotonic() - start < handling.READER_SECONDS + 5
