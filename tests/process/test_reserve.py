"""tibidi.process: the reserve, which threads that crash at the same moment share."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from tibidi.process import Reserve

ROUNDS = 200
THREADS = 6


def descriptors() -> int:
    """Return how many this process has."""
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="this system does not tell which descriptors are open")
def test_reserve_of_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Crashes at the same moment neither close what another thread has opened nor keep a descriptor."""
    interval = sys.getswitchinterval()
    monkeypatch.setattr(threading, "excepthook", lambda args: failures.append(args.exc_value))
    failures: list[BaseException | None] = []
    reserve = Reserve()
    before = descriptors()
    reserve.fill()

    def crash() -> None:
        for _ in range(ROUNDS):
            with reserve:
                descriptor = os.open(os.devnull, os.O_RDONLY)
                os.fstat(descriptor)
                os.close(descriptor)

    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=crash) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)

    assert [] == failures
    assert before + 2 == descriptors()
    reserve.release()
    assert before == descriptors()


def test_reserve_comes_back_with_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """While another crash needs what was put aside, the end of one does not take it away."""
    reserve = Reserve()
    reserve.fill()
    filled: list[bool] = []
    monkeypatch.setattr(reserve, "fill", lambda: filled.append(True))
    with reserve:
        with reserve:
            pass
        assert [] == filled

    assert [True] == filled


def test_reserve_without_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing was set aside before a dump, nothing is afterwards, nor once it was dropped."""
    reserve = Reserve()
    filled: list[bool] = []
    with reserve:
        monkeypatch.setattr(reserve, "fill", lambda: filled.append(True))
    assert [] == filled

    Reserve.fill(reserve)
    reserve.drop()
    with reserve:
        pass
    assert [] == filled


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # that is what it is about
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_reserve_after_fork() -> None:
    """A child does not wait for a thread that only its parent has."""
    reserve = Reserve()
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with reserve._lock:
            held.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    child = os.fork()
    if not child:
        reserve.reset_after_fork()
        reserve.fill()
        os._exit(7)
    _, status = os.waitpid(child, 0)
    done.set()
    thread.join()

    assert 7 == os.waitstatus_to_exitcode(status)
