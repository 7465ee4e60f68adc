"""What is watched goes on after what fails in it, with a thread of its own or without one."""

from __future__ import annotations

import _thread
import time
from typing import NoReturn

import pytest

from tibidi.writing.ledger import Ledger
from tibidi.writing.watch import run_watched


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

    def skip_hung(self, culprit: bool) -> NoReturn:
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
def test_goes_on_without_what_fails(monkeypatch: pytest.MonkeyPatch, has_threads: bool) -> None:
    """A step that raises is skipped; with `debug` it raises."""
    if not has_threads:
        monkeypatch.setattr(_thread, "start_new_thread", refuse)
    work = Work()
    run_watched(work, Ledger(), time.monotonic() + 10)

    assert ["first", "third"] == work.done
    assert [MemoryError] == list(map(type, work.errors))
    with pytest.raises(MemoryError):
        run_watched(Work(), Ledger(), time.monotonic() + 10, debug=True)
