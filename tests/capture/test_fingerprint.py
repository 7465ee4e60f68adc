"""tibidi.capture.fingerprint: crashes of one kind share it."""

from __future__ import annotations

import time

import pytest

from tibidi.capture.crash import survey
from tibidi.capture.summary import describe
from tibidi.redaction import Redactor

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


def test_recursion() -> None:
    """A recursion is one kind of crash, however deep it went."""
    assert fingerprint("fail(50, 1)") == fingerprint("fail(200, 1)")


def test_looks() -> None:
    """It is sixteen hexadecimal digits."""
    digits = fingerprint("fail(0, 1)")

    assert 16 == len(digits)
    assert set(digits) <= set("0123456789abcdef")
