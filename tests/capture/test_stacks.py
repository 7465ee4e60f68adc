"""tibidi.capture.stacks: all threads of the process, with their frames."""

from __future__ import annotations

import _thread
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tibidi.capture import stacks
from tibidi.capture.stacks import survey
from tibidi.process.temporary import STACK_BYTES, Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from tibidi.look.frames import LiveCrash


def surveyed(thread: threading.Thread | None = None) -> LiveCrash:
    """Return what is alive at a crash of a thread, by default of this one."""
    return survey(ValueError("x"), thread=thread)


@contextmanager
def waiting(name: str, *, daemon: bool = False) -> Iterator[threading.Thread]:
    """Run a thread that waits in a function of this file."""
    go, reached = threading.Event(), threading.Event()

    def wait(label: str) -> None:
        reached.set()
        go.wait()

    thread = threading.Thread(target=wait, args=(f"label of {name}",), name=name, daemon=daemon)
    thread.start()
    reached.wait()
    try:
        yield thread
    finally:
        go.set()
        thread.join()


def test_this_thread() -> None:
    """The current thread crashed; the functions of tibidi at the end of its stack are left out."""
    thread = surveyed().threads[0]

    assert thread.crashed
    assert threading.get_ident() == thread.ident
    assert ["test_this_thread", "surveyed"] == [live.frame.f_code.co_name for live in thread.frames[-2:]]


def test_another_thread() -> None:
    """Another thread has its name, its own functions only, and their variables."""
    with waiting("other", daemon=True):
        (thread,) = [each for each in surveyed().threads if each.name == "other"]

    assert (False, True) == (thread.crashed, thread.daemon)
    assert "wait" == thread.frames[0].frame.f_code.co_name
    assert "label of other" == thread.frames[0].namespace["label"]


def test_crash_of_another_thread() -> None:
    """The thread that crashed comes first, whichever reports it."""
    with waiting("crashed") as other:
        threads = surveyed(other).threads

    assert ("crashed", True) == (threads[0].name, threads[0].crashed)
    assert ["crashed"] == [each.name for each in threads if each.crashed]


def test_thread_without_the_threading_module() -> None:
    """A thread that `_thread` started has its number for a name."""
    lock, reached = _thread.allocate_lock(), threading.Event()
    lock.acquire()

    def bare() -> None:
        reached.set()
        lock.acquire()

    ident = _thread.start_new_thread(bare, ())
    reached.wait()
    try:
        (thread,) = [each for each in surveyed().threads if each.ident == ident]
    finally:
        lock.release()

    assert f"thread {ident}" == thread.name
    assert ["bare"] == [live.frame.f_code.co_name for live in thread.frames]


def test_abandoned_worker() -> None:
    """A worker of an earlier dump that still hangs in code of the application is no thread of it."""
    go, reached = threading.Event(), threading.Event()

    def hang(levels: int) -> None:
        reached.set()
        go.wait()

    worker = Worker(hang, STACK_BYTES)
    reached.wait()
    try:
        idents = [each.ident for each in surveyed().threads]
    finally:
        go.set()

    assert worker.ident not in idents


def test_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many threads the crashed one is kept, and the omission says how many are not."""
    monkeypatch.setattr(stacks, "MAX_THREADS", 1)
    with waiting("one"), waiting("two"):
        crash = surveyed()

    assert [True] == [each.crashed for each in crash.threads]
    (omission,) = [each for each in crash.omissions if each.path == "threads"]
    assert omission.detail.endswith(" more threads")
