"""Code of the application runs where it can be waited for, and given up."""

from __future__ import annotations

import contextvars
import sys
import threading
import time

import pytest

from tibidi.process.temporary import STACK_BYTES, Worker, call, recursion_limit

VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("variable")


def test_call_returns_what_the_function_returns() -> None:
    """The result comes from a thread that sees the context of the caller."""
    VARIABLE.set("seen")

    assert ("seen", False) == call(lambda: (VARIABLE.get(), threading.get_ident() == threading.main_thread().ident), 5)


def test_call_raises_what_the_function_raises() -> None:
    """Any exception comes out as it is."""
    with pytest.raises(ZeroDivisionError):
        call(lambda: 1 / 0, 5)
    with pytest.raises(SystemExit):
        call(lambda: sys.exit(3), 5)


def test_call_gives_up() -> None:
    """After its time a function is given up, and ends as soon as it runs Python code again."""
    ended = threading.Event()

    def loop() -> None:
        try:
            while True:
                time.sleep(0.001)
        finally:
            ended.set()

    started = time.monotonic()
    with pytest.raises(TimeoutError):
        call(loop, 0.2)

    assert time.monotonic() - started < 20  # it would take for ever
    assert ended.wait(5)


def test_a_worker_can_go_deep() -> None:
    """A worker's stack bears the levels of recursion that it is told."""
    depths = []

    def go(levels: int) -> None:
        def down(n: int) -> int:
            return down(n - 1) + 1 if n else 0

        depths.append(down(min(levels, 100_000) // 2))

    worker = Worker(go, STACK_BYTES)
    with recursion_limit(worker.levels):
        assert worker.wait(60)

    assert worker.take_error() is None
    assert depths[0] >= 2_000


def test_stack_size_is_left_as_it_was() -> None:
    """Threads of the application have the stacks that they had before."""
    before = threading.stack_size()
    call(lambda: None, 5)

    assert before == threading.stack_size()
