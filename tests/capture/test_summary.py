"""The summary as a whole."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tibidi.capture.stacks import survey
from tibidi.capture.summary import describe
from tibidi.redaction import Redactor

if TYPE_CHECKING:
    from tibidi.model import Summary


def summarize(error: BaseException) -> Summary:
    """Return the summary of an exception."""
    return describe(survey(error), Redactor(environ=os.environ), deadline=time.monotonic() + 60)


def divide(x: int, y: int, *rest: int, key: int = 0, **options: int) -> float:
    """Crash when y is 0."""
    quotient = x // y
    return quotient + len(rest) + key + len(options)


def crash(x: int) -> Summary:
    """Return the summary of a crash in divide()."""
    try:
        divide(x, 0, 3, 4, key=5, option=6)
    except ZeroDivisionError as error:
        return summarize(error)
    raise AssertionError


def test_frames() -> None:
    """A frame has its place, its code and its variables."""
    frame = crash(5).exceptions[-1].frames[-1]

    assert __file__ == frame.file
    assert __name__ == frame.module
    assert ("divide", "divide") == (frame.name, frame.qualname)
    assert divide.__code__.co_firstlineno == frame.first_line
    assert divide.__code__.co_firstlineno + 2 == frame.line
    assert ("x", "y", "key", "rest", "options") == frame.code.varnames
    assert (2, 0, 1) == (frame.code.argcount, frame.code.posonlyargcount, frame.code.kwonlyargcount)
    assert {"x": "5", "y": "0", "rest": "(3, 4)", "key": "5", "options": "{'option': 6}"} == {
        name: variable.preview for name, variable in frame.locals.items()
    }


class Account:
    """Methods of all kinds, each of which crashes."""

    def method(self) -> float:
        """Crash."""
        return 1 / 0

    @classmethod
    def of_class(cls) -> float:
        """Crash."""
        return 1 / 0

    @property
    def value(self) -> float:
        """Crash."""
        return 1 / 0


class Derived(Account):
    """The methods are those of the base."""


@pytest.mark.parametrize("name", ["method", "of_class", "value"])
def test_qualified_names(name: str) -> None:
    """A method has its class in its name, also before Python 3.11, where code does not know it."""
    try:
        attribute = getattr(Derived(), name)
        attribute()
    except ZeroDivisionError as error:
        frame = summarize(error).exceptions[-1].frames[-1]

    assert f"Account.{name}" == frame.qualname


@pytest.mark.skipif(sys.version_info < (3, 11), reason="positions came with Python 3.11")
def test_positions() -> None:
    """A frame knows where in its line it was (PEP 657)."""
    frame = crash(5).exceptions[-1].frames[-1]

    assert (frame.line, 15, 21) == (frame.end_line, frame.column, frame.end_column)


def test_process() -> None:
    """The process is described with its packages, whose metadata is not read."""
    process = crash(5).process

    assert (os.getpid(), os.getppid(), os.getcwd()) == (process.pid, process.ppid, process.cwd)
    assert process.python.startswith("{}.{}.{}".format(*sys.version_info))
    assert pytest.__version__ == process.packages["pytest"]


def test_module_frames() -> None:
    """The variables that every module has are left out."""
    namespace = {"__name__": "made_up", "__doc__": None}
    try:
        exec("number = 5\n1 / 0", namespace)
    except ZeroDivisionError as error:
        frame = summarize(error).exceptions[-1].frames[-1]

    assert "module" == frame.code.kind
    assert ["number"] == list(frame.locals)


def test_time_is_utc() -> None:
    """The time has a zone."""
    assert crash(5).time.endswith("+00:00")


def test_hook_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A `config.redact` that hangs costs a while, and whatever it might have redacted is redacted."""
    monkeypatch.setattr("tibidi.capture.summary.MAX_HOOK_SECONDS", 0.2)

    def hang(name: str, value: object) -> bool:
        time.sleep(60)
        return False

    try:
        divide(5, 0)
    except ZeroDivisionError as error:
        summary = describe(survey(error), Redactor(hook=hang), deadline=time.monotonic() + 60)

    assert "<redacted>" == summary.exceptions[-1].frames[-1].locals["x"].preview
    assert "divide" == summary.exceptions[-1].frames[-1].name
