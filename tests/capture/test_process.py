"""tibidi.capture.process: what the program was called with, and what it runs on."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tibidi.capture import process as capture
from tibidi.redaction import Redactor

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tibidi.model import Omission


def test_identity() -> None:
    """It has its number, interpreter, directory and platform."""
    omissions: list[Omission] = []
    record = capture.process(Redactor(), omissions)

    assert (os.getpid(), os.getppid(), os.getcwd(), sys.executable) == (
        record.pid,
        record.ppid,
        record.cwd,
        record.executable,
    )
    assert record.python.startswith("{}.{}.{}".format(*sys.version_info))
    assert ("cpython", []) == (record.implementation, omissions)


def test_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    """The values of options with the names of secrets are redacted, in either form."""
    given = ["app.py", "--password=hunter2", "--token", "abcdef123", "--verbose", "input.txt", 5]
    monkeypatch.setattr(sys, "argv", given)

    assert (
        "app.py",
        "--password=<redacted>",
        "--token",
        "<redacted>",
        "--verbose",
        "input.txt",
        "",
    ) == capture.arguments(Redactor())


def test_arguments_with_a_password_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password between a user and a database is redacted, and learnt without them."""
    redactor = Redactor()
    monkeypatch.setattr(sys, "argv", ["sqlplus", "-S", "scott/gehe1m@ORCL"])

    assert ("sqlplus", "-S", "scott/<redacted>@ORCL") == capture.arguments(redactor)
    assert "to <redacted> at ORCL" == redactor.text("to gehe1m at ORCL")


def test_no_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Python is embedded there may be no `sys.argv`."""
    monkeypatch.delattr(sys, "argv")

    assert () == capture.arguments(Redactor())


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables with the names of secrets are redacted, others are kept."""
    monkeypatch.setenv("DATABASE_PASSWORD", "hunter2-hunter2")
    monkeypatch.setenv("COLOUR", "green")
    found = capture.environment(Redactor(), [])

    assert ("<redacted>", "green") == (found["DATABASE_PASSWORD"], found["COLOUR"])


def test_packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Versions come from the names of folders; the first on `sys.path` counts, and what is no folder is skipped."""
    for name in ("first/Some_Package-1.2.dist-info", "first/old-0.3-py3.9.egg-info", "second/some_package-9.dist-info"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "first"), "/no/such.zip", None, str(tmp_path / "second")])

    assert {"old": "0.3", "some-package": "1.2"} == capture.packages()


def test_directory_that_is_gone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A working directory that was removed is an omission."""
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    omissions: list[Omission] = []
    record = capture.process(Redactor(), omissions)
    monkeypatch.chdir(tmp_path)

    assert ("", ["process.cwd"]) == (record.cwd, [each.path for each in omissions])
