"""tibidi.capture.fingerprint: crashes of one kind share it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

import tibidi
from tibidi.capture.stacks import survey
from tibidi.capture.summary import describe
from tibidi.redaction import Redactor

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

SOURCE = """
def fail(depth, number):
    if depth:
        fail(depth - 1, number)
    return {}[number]

def cover(number):
    try:
        fail(0, number)
    except KeyError as error:
        raise ValueError from error
"""


def fingerprint(call: str, *, source: str = SOURCE, folder: str = "/srv/app", name: str = "app") -> str:
    """Return the fingerprint of the crash of a call in a module made of `source`."""
    namespace: dict[str, object] = {"__name__": name}
    exec(compile(source, f"{folder}/{name}.py", "exec"), namespace)
    with pytest.raises((KeyError, ValueError)) as raised:
        exec(compile(call, f"{folder}/{name}.py", "exec"), namespace)
    return describe(survey(raised.value), Redactor(), deadline=time.monotonic() + 60).fingerprint


@pytest.mark.parametrize(
    ("call", "changes"),
    [
        ("fail(0, 2)", {}),
        ("fail(0, 1)", {"folder": "/home/ada"}),
        ("fail(0, 1)", {"source": "\n\n" + SOURCE}),
    ],
    ids=["message", "folder", "line"],
)
def test_same(call: str, changes: dict[str, str]) -> None:
    """Another message, folder or line is the same kind of crash."""
    assert fingerprint("fail(0, 1)") == fingerprint(call, **changes)


@pytest.mark.parametrize(
    ("call", "changes"),
    [
        ("cover(1)", {}),
        ("fail(0, 1)", {"name": "other"}),
        ("fail(0, 1)", {"source": SOURCE.replace("return {}", "raise ValueError; {}")}),
        ("crash(0, 1)", {"source": SOURCE.replace("fail", "crash")}),
    ],
    ids=["chain", "module", "type", "function"],
)
def test_other(call: str, changes: dict[str, str]) -> None:
    """Another exception, module or function is another kind."""
    assert fingerprint("fail(0, 1)") != fingerprint(call, **changes)


BUGS = """
def load(rows, name):
    total = 0
    total += next(rows)
    total += int(
        name
    )
    if total:
        total += next(rows)
    return total
"""


def bug(tmp_path: Path, call: str, source: str = BUGS) -> str:
    """Return the fingerprint of the crash of a call in a module whose source is a file."""
    path = tmp_path / "bugs.py"
    path.write_text(source, encoding="utf-8")
    namespace: dict[str, object] = {"__name__": "bugs"}
    exec(compile(source, str(path), "exec"), namespace)
    with pytest.raises((StopIteration, TypeError, ValueError)) as raised:
        eval(call, namespace)
    return describe(survey(raised.value), Redactor(), deadline=time.monotonic() + 60).fingerprint


def test_two_bugs_in_one_function(tmp_path: Path) -> None:
    """Crashes at two statements of a function are two kinds, also if both statements read the same."""
    calls = ["load(iter([]), '1')", "load(iter([1]), 'x')", "load(iter([1]), '1')"]

    assert 3 == len({bug(tmp_path, call) for call in calls})


def test_callers(tmp_path: Path) -> None:
    """Two calls of a function that checks its argument are two kinds of crash, an outer caller does not matter."""
    source = """
def check(value):
    raise TypeError(value)

def load(value):
    if value > 1:
        check(value)
    check(-value)

def outer(value):
    return load(value)
"""
    one, other, outer = (bug(tmp_path, call, source) for call in ("load(2)", "load(0)", "outer(2)"))

    assert one == outer
    assert one != other


@pytest.mark.parametrize(
    "source",
    [
        "import sys\n\n# moved down\n" + BUGS,
        BUGS.replace("(\n        name\n    )", "(name)  # in one line"),
        BUGS.replace("total = 0", "total = 0.0\n    str(total)"),
    ],
    ids=["lines", "layout", "edited elsewhere"],
)
def test_same_statement(tmp_path: Path, source: str) -> None:
    """The same statement is the same kind of crash, wherever it has moved and however it is laid out."""
    call = "load(iter([1]), 'b')"

    assert bug(tmp_path, call) == bug(tmp_path, call, source)


def test_a_file_that_is_not_there() -> None:
    """Without a source, the function tells crashes apart, and nothing is left out for it."""
    assert 16 == len(fingerprint("fail(0, 1)", folder="/nowhere"))


def test_old_fingerprint(crash: Crasher) -> None:
    """The fingerprint by the rules of tibidi 1.0 is kept beside the new one."""
    summary = tibidi.load(crash("divide.py", "5", "0").dump).summary

    assert ["1.0"] == list(summary.fingerprints)
    assert summary.fingerprint != summary.fingerprints["1.0"]


def test_recursion() -> None:
    """A recursion is one kind of crash, however deep it went."""
    assert fingerprint("fail(50, 1)") == fingerprint("fail(200, 1)")


def test_looks() -> None:
    """It is sixteen hexadecimal digits."""
    digits = fingerprint("fail(0, 1)")

    assert 16 == len(digits)
    assert set(digits) <= set("0123456789abcdef")
