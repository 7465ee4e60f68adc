"""tibidi.process.temporary: what a dump changes in the whole process is restored afterwards."""

from __future__ import annotations

import _thread
import ctypes
import gc
import os
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tibidi.process import temporary
from tibidi.process.temporary import SWITCH_SECONDS, dump_lock, fast_switching, gc_paused, recursion_limit

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave the interpreter as it was."""
    interval = sys.getswitchinterval()
    yield
    sys.setswitchinterval(interval)


class Overtaken(fast_switching):
    """Another thread restores the setting between a look at it and its use."""

    def is_shared(self) -> bool:
        """Restore it."""
        previous, fast_switching.previous = fast_switching.previous, None
        sys.setswitchinterval(previous or SWITCH_SECONDS)
        return False


def state() -> tuple[float, int, bool]:
    """Return the settings that the contexts change."""
    return sys.getswitchinterval(), sys.getrecursionlimit(), gc.isenabled()


def test_restored() -> None:
    """Inside, threads switch often, recursion goes deeper, and the collector is off; afterwards all is restored."""
    before = state()
    with fast_switching(), recursion_limit(before[1] + 500), gc_paused():
        assert (pytest.approx(SWITCH_SECONDS), before[1] + 500, False) == state()

    assert before == state()


@pytest.mark.parametrize("setting", [fast_switching, gc_paused])
def test_overlapping_threads(setting: type[temporary.ProcessSetting]) -> None:
    """The last thread that leaves restores what the first one found."""
    before = state()
    first, second = setting(), setting()
    first.__enter__()
    second.__enter__()
    inside = state()
    first.__exit__()
    assert inside == state() != before
    second.__exit__()

    assert before == state()


def test_restored_by_two_at_once() -> None:
    """A thread that comes late restores what reset() is restoring, and all of it is restored once."""
    before = state()
    collector, late = gc_paused(), Overtaken()
    for setting in (collector, late):
        setting.__enter__()
    temporary.reset()
    for setting in (late, collector):
        setting.__exit__()

    assert before == state()


def test_collector_that_is_off() -> None:
    """A collector that the application has disabled stays disabled."""
    gc.disable()
    try:
        with gc_paused():
            pass

        assert not gc.isenabled()
    finally:
        gc.enable()


def test_lock() -> None:
    """One thread at a time has the lock; another one waits for the time it was told, and goes on without."""
    with dump_lock(1) as first:
        start = time.monotonic()
        with dump_lock(0.2) as second:
            waited = time.monotonic() - start
    with dump_lock(0) as third:
        pass

    assert (True, False, True) == (first, second, third)
    assert 0.15 < waited < 5


def test_an_application_that_switches_more_often() -> None:
    """A shorter interval of the application is left alone."""
    sys.setswitchinterval(SWITCH_SECONDS / 2)
    before = sys.getswitchinterval()
    with fast_switching():
        assert before == sys.getswitchinterval()

    assert before == sys.getswitchinterval()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # the runner may have threads
def test_child_of_fork() -> None:
    """In a child of fork() everything is restored at once, the lock is free, and leaving the context is a no-op."""
    before = state()
    with fast_switching(), recursion_limit(before[1] + 500), gc_paused(), dump_lock(1):
        child = os.fork()
        if not child:
            with dump_lock(0) as is_free:
                os._exit(0 if before == state() and is_free else 1)
        _, status = os.waitpid(child, 0)

    assert 0 == status
    assert before == state()


def test_nothing_to_interrupt_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no thread can be interrupted, as in PyPy, the one that is given up runs on."""
    monkeypatch.delattr(ctypes, "pythonapi")

    temporary.interrupt(_thread.get_ident())
