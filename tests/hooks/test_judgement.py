"""tibidi.hooks.handling: which exceptions are crashes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tibidi import hooks
from tibidi.hooks.handling import is_crash

if TYPE_CHECKING:
    from crashing import Crasher


class Opaque(Exception):
    """An exception that does not tell its class."""

    @property
    def __class__(self) -> type:
        raise RuntimeError("asked for its class")


@pytest.mark.parametrize("kind", [ValueError, BaseException, MemoryError, Opaque])
def test_crashes(kind: type[BaseException]) -> None:
    """Any exception that does not ask the program to end is a crash."""
    assert is_crash(kind(), hooks.EXCEPTHOOK)


@pytest.mark.parametrize("exc", [KeyboardInterrupt(), SystemExit(1), GeneratorExit()], ids=repr)
def test_ends(exc: BaseException) -> None:
    """An exception that asks the program to end is no crash."""
    assert not is_crash(exc, hooks.THREAD)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with Python 3.11")
def test_groups() -> None:
    """A group is a crash if one of its members is, however deep."""
    ends = BaseExceptionGroup("ends", [SystemExit(0), KeyboardInterrupt()])  # noqa: F821 - skipped where there is none
    mixed = BaseExceptionGroup("mixed", [ends, ValueError()])  # noqa: F821 - likewise

    assert [False, True] == [is_crash(group, hooks.EXCEPTHOOK) for group in (ends, mixed)]


@pytest.mark.parametrize(("reader", "crashes"), [("gone", "False False"), ("there", "True False")])
def test_broken_pipe(crash: Crasher, reader: str, crashes: str) -> None:
    """A BrokenPipeError is no crash where the reader of stdout has gone, or while an object is finalized."""
    code = f"""
import os, sys
from tibidi import hooks
from tibidi.hooks.handling import is_crash
reading, writing = os.pipe()
if {reader!r} == "gone":
    os.close(reading)
os.dup2(writing, 1)
print(*[is_crash(BrokenPipeError(), hook) for hook in (hooks.EXCEPTHOOK, hooks.UNRAISABLE)], file=sys.stderr)
"""
    assert f"{crashes}\n" == crash.run("-c", code).stderr
