"""tibidi.process.interpreter: the frames of all threads, and exceptions that signal handlers raised."""

from __future__ import annotations

import signal
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from tibidi.process import interpreter

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from crashing import Crasher

SUBINTERPRETER = """
import _thread
from tibidi.process import interpreter
try:
    import _interpreters
except ImportError:
    import _xxsubinterpreters as _interpreters
before = interpreter.frames().keys()
other = _interpreters.create()
print(len(before), sorted(interpreter.frames()) == [_thread.get_ident()])
_interpreters.destroy(other)
"""


def test_frames_of_all_threads() -> None:
    """Each thread is there with the frame in which it waits or works."""
    go = threading.Event()
    thread = threading.Thread(target=go.wait)
    thread.start()
    try:
        frames = interpreter.frames()
    finally:
        go.set()
        thread.join()

    assert {thread.ident, threading.get_ident()} <= set(frames)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="before Python 3.12 all interpreters share their memory")
def test_another_interpreter(crash: Crasher) -> None:
    """Where there is another interpreter, whose frames must not be touched, there is the current thread alone."""
    end = crash.run("-W", "ignore", "-c", SUBINTERPRETER)

    assert ("1 True\n", "") == (end.stdout, end.stderr)


class Service:
    """Something with a method that handles signals."""

    def stop(self, *_: object) -> None:
        """End the program."""
        raise ValueError("from a method")


def stop(*_: object) -> None:
    """End the program."""
    raise ValueError("from a function")


@pytest.fixture(params=[stop, Service().stop], ids=["function", "method"])
def handler(request: pytest.FixtureRequest) -> Iterator[Callable[..., None]]:
    """A handler of SIGUSR1 that raises."""
    before = signal.signal(signal.SIGUSR1, request.param)
    yield request.param
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.usefixtures("handler")
def test_exception_of_a_signal_handler() -> None:
    """An exception that came out of the handler of a signal is known as such."""
    with pytest.raises(ValueError, match="from a") as raised:
        signal.raise_signal(signal.SIGUSR1)

    assert interpreter.has_handler_raised(raised.value)


@pytest.mark.usefixtures("handler")
def test_exception_of_other_code() -> None:
    """An exception that passed no handler is not."""
    with pytest.raises(ZeroDivisionError) as raised:
        1 / 0  # noqa: B018 - it raises

    assert not interpreter.has_handler_raised(raised.value)
