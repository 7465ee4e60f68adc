"""tibidi.process.temporary and its kinds: what a dump changes in the whole process is as before afterwards."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

import pytest

from tibidi.process import temporary
from tibidi.process.temporary import SWITCH_SECONDS
from tibidi.process.temporary import Depth
from tibidi.process.temporary import Switching
from tibidi.process.temporary import Uncollected

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave the interpreter as it was."""
    interval = sys.getswitchinterval()
    yield
    sys.setswitchinterval(interval)


def state() -> tuple[float, int, bool]:
    """Return what the three kinds change."""
    return sys.getswitchinterval(), sys.getrecursionlimit(), gc.isenabled()


def test_all_is_as_before() -> None:
    """Within, threads take turns often, recursion goes deeper, and nothing is collected; afterwards as ever."""
    before = state()
    with Switching(), Depth(before[1] + 500), Uncollected():
        assert (pytest.approx(SWITCH_SECONDS), before[1] + 500, False) == state()

    assert before == state()


def test_threads_that_overlap() -> None:
    """The last thread that ends has the interval of before the first one back."""
    before = sys.getswitchinterval()
    first, second = Switching(), Switching()
    first.__enter__()
    second.__enter__()
    first.__exit__()
    assert pytest.approx(SWITCH_SECONDS) == sys.getswitchinterval()
    second.__exit__()

    assert before == sys.getswitchinterval()


def test_an_application_that_switches_more_often() -> None:
    """What is less than ours stays as it is."""
    sys.setswitchinterval(SWITCH_SECONDS / 2)
    before = sys.getswitchinterval()
    with Switching():
        assert before == sys.getswitchinterval()

    assert before == sys.getswitchinterval()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_is_as_before() -> None:
    """In a child of fork() everything is undone at once, and nothing again at the end."""
    before = state()
    with Switching(), Depth(before[1] + 500), Uncollected():
        child = os.fork()
        if not child:
            os._exit(0 if before == state() and not temporary._in_force else 1)
        _, status = os.waitpid(child, 0)

    assert 0 == status
    assert before == state()
