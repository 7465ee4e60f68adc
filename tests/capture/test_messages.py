"""What exceptions say, and who is asked."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tibidi.capture.attributes import attributes, notes
from tibidi.capture.messages import has_notes, is_native, message, type_of

if TYPE_CHECKING:
    from tibidi.model import Omission


class Own(Exception):
    """One that says it itself."""

    def __str__(self) -> str:
        return "its own words"


class Slow(Exception):
    """One that takes its time."""

    def __str__(self) -> str:
        time.sleep(5)
        return "late"


class Argument:
    """An argument with a repr of the application."""

    def __repr__(self) -> str:
        return "an argument"


@pytest.mark.parametrize(
    "exception",
    [
        ValueError(),
        ValueError("text"),
        ValueError("text", 1, [b"x", (None,)]),
        KeyError("key"),
        OSError(2, "No such file", "name"),
        UnicodeDecodeError("utf-8", b"x", 0, 1, "reason"),
        SyntaxError("invalid syntax", ("name", 1, 2, "text")),
        StopIteration(5),
        json.JSONDecodeError("reason", "doc", 0),
    ],
)
def test_native_messages(exception: BaseException) -> None:
    """The interpreter's own exceptions with plain arguments run no code of anyone."""
    assert is_native(exception)
    assert (str(exception), None) == message(exception, "it", time.monotonic() + 1)


@pytest.mark.parametrize(
    "exception", [Own(), ValueError(Argument()), KeyError(Argument()), subprocess.CalledProcessError(1, "x")]
)
def test_messages_of_the_application(exception: BaseException) -> None:
    """Where a class or an argument has its own words, they are asked for, in a worker."""
    assert not is_native(exception)
    assert (str(exception), None) == message(exception, "it", time.monotonic() + 1)


def test_message_that_takes_too_long() -> None:
    """A message is waited for a moment only."""
    start = time.monotonic()
    text, omission = message(Slow(), "it", time.monotonic() + 60)

    assert 3 > time.monotonic() - start
    assert "<exception str() failed>" == text
    assert omission is not None
    assert ("it.message", "timeout") == (omission.path, omission.reason)


def test_notes() -> None:
    """Notes are returned as Python prints them, also those that are no list of texts."""
    noted, odd = ValueError(), ValueError()
    noted.__dict__["__notes__"] = ["one", 2, {"password": "x"}, Argument()]
    odd.__dict__["__notes__"] = 5
    deadline = time.monotonic() + 5

    assert not has_notes(ValueError())
    assert has_notes(noted)
    assert ["one", "2", "shown", "an argument"] == notes(noted, "x", lambda _: "shown", deadline, [])
    assert ["5"] == notes(odd, "x", repr, deadline, [])


def test_too_much_is_told() -> None:
    """A message or list of notes that is cut says how much there was."""
    long, noted = ValueError("x" * 100_007), ValueError()
    noted.__dict__["__notes__"] = ["note"] * 103
    text, cut = message(long, "it", time.monotonic() + 1)
    left_out: list[Omission] = []
    shown = notes(noted, "it", repr, time.monotonic() + 1, left_out)

    assert (100_000, 100) == (len(text), len(shown))
    assert ("it.message", "7 characters more") == (cut and cut.path, cut and cut.detail)
    assert [("it.notes", "3 notes more")] == [(each.path, each.detail) for each in left_out]


def test_types() -> None:
    """Types are told with their modules, `builtins` too."""
    assert "builtins.KeyError" == type_of(KeyError())
    assert f"{__name__}.Own" == type_of(Own())
    assert "json.decoder.JSONDecodeError" == type_of(json.JSONDecodeError("", "", 0))


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with Python 3.11")
def test_groups_are_native() -> None:
    """A group's own message needs none of its members."""
    assert is_native(ExceptionGroup("group", [Own()]))  # noqa: F821 - skipped where there is none


def test_attributes() -> None:
    """An exception has its fields and what was set on it, and `args` where they are not the message alone."""
    error = Own("text", [1])
    error.response = Argument()  # type: ignore[attr-defined]
    missing = OSError(2, "No such file", "name")

    assert {} == attributes(ValueError("text"))
    assert {"args": ("text", [1]), "response": error.response} == attributes(error)  # type: ignore[attr-defined]
    assert {"args": (2, "No such file"), "errno": 2, "strerror": "No such file", "filename": "name"} == {
        name: value for name, value in attributes(missing).items() if value is not None
    }
