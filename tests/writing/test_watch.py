"""Watched work continues after a part that fails, in a thread of its own or without one."""

from __future__ import annotations

import _thread
import sys
import time
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from tibidi.dumpfile import writer
from tibidi.look import anatomy, measure
from tibidi.process import temporary
from tibidi.process.temporary import Worker, recursion_limit
from tibidi.redaction import texts
from tibidi.words import standins
from tibidi.writing import values
from tibidi.writing.pickle_state import PickleState
from tibidi.writing.stall import foreign
from tibidi.writing.watch import run_watched

if TYPE_CHECKING:
    import types


class Work:
    """Three steps, of which the second fails."""

    def __init__(self) -> None:
        self.steps = ["first", "second", "third"]
        self.done: list[str] = []
        self.errors: list[BaseException] = []

    def run(self, levels: int) -> None:
        """Do what is left."""
        while self.steps:
            if self.steps[0] == "second":
                raise MemoryError
            self.done.append(self.steps.pop(0))

    def skip_hung(self, culprit: bool, why: str = "") -> NoReturn:
        """Nothing hangs here."""
        raise AssertionError

    def skip_failed(self, error: BaseException) -> None:
        """Leave out the step that failed."""
        self.errors.append(error)
        self.steps.pop(0)


def refuse(*args: object, **kwargs: object) -> NoReturn:
    """Start no thread, as at the end of an interpreter."""
    raise RuntimeError("can't create new thread at interpreter shutdown")


@pytest.mark.parametrize("has_threads", [True, False])
def test_failing_parts_are_skipped(monkeypatch: pytest.MonkeyPatch, has_threads: bool) -> None:
    """A step that raises is skipped; with `debug` it raises."""
    if not has_threads:
        monkeypatch.setattr(_thread, "start_new_thread", refuse)
    work = Work()
    run_watched(work, PickleState(), time.monotonic() + 10)

    assert ["first", "third"] == work.done
    assert [MemoryError] == list(map(type, work.errors))
    with pytest.raises(MemoryError):
        run_watched(Work(), PickleState(), time.monotonic() + 10, debug=True)


class RaisesLimit(Work):
    """Raises the recursion limit at once, for some time."""

    def run(self, levels: int) -> None:
        """Raise it, and give the watching thread a turn."""
        with recursion_limit(levels):
            time.sleep(0.1)


def wait_after_start(frame: types.FrameType, event: str, arg: object) -> None:
    """Give a worker that was started a turn before the watching thread continues."""
    if event == "return" and frame.f_code is Worker.__init__.__code__:
        time.sleep(0.05)


def test_a_limit_that_is_raised_at_once() -> None:
    """The recursion limit is restored even if the worker raises it before the watching thread runs again."""
    before = sys.getrecursionlimit()
    previous = sys.getprofile()
    sys.setprofile(wait_after_start)
    try:
        run_watched(RaisesLimit(), PickleState(), time.monotonic() + 10)
    finally:
        sys.setprofile(previous)
        after = sys.getrecursionlimit()
        sys.setrecursionlimit(before)

    assert before == after


OURS = (anatomy, measure, standins, texts, values, temporary, writer)


@pytest.mark.parametrize("module", OURS, ids=lambda module: module.__name__)
def test_code_of_pass_two_has_not_hung(module: types.ModuleType) -> None:
    """A thread that runs code of pass two, whatever its folder, is at work; one in other code may hang."""
    frames: dict[str, Any] = {}
    exec(compile("import sys; frame = sys._getframe()", str(module.__file__), "exec"), frames)

    assert foreign(frames["frame"]) is None
    assert foreign(sys._getframe()) is not None
