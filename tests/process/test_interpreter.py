"""tibidi.process.interpreter: the frames of all threads, and exceptions that signal handlers raised."""

from __future__ import annotations

import signal
import sys
import textwrap
import threading
from typing import TYPE_CHECKING

import pytest

from tibidi.dumpfile.reader import Reader
from tibidi.process import interpreter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crashing import Crasher

WAITING = """
    import asyncio, threading, tibidi
    async def main(name):
        asyncio.current_task().set_name(name)
        started.set()
        await asyncio.sleep(60)
    async def nothing():
        pass
    started = threading.Event()
    other, loop = asyncio.new_event_loop(), asyncio.new_event_loop()
    task = other.create_task(main("other"))
    threading.Thread(target=other.run_until_complete, args=(task,), name="waiting", daemon=True).start()
    started.wait()
    mine = loop.create_task(main("mine"))
    loop.run_until_complete(nothing())
    tibidi.dump_exception(ValueError("x"))
"""

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


def test_free_threaded_build(crash: Crasher) -> None:
    """Without the GIL no frame of another thread is read: its name is in the dump, and the reason.

    No free-threaded interpreter is needed: here `sys` answers as one does.
    """
    facts = "import sys\nsys._is_gil_enabled = lambda: False\nsys._current_frames = lambda: print('called')\n"
    (crash.work / "sitecustomize.py").write_text(facts, encoding="utf-8")
    (crash.work / "program.py").write_text(textwrap.dedent(WAITING), encoding="utf-8")
    crashed = crash.run("program.py", env={"PYTHONPATH": str(crash.work)})
    with Reader(str(crashed.dump)) as reader:
        summary = reader.summary

    assert "" == crashed.stdout
    assert [("MainThread", 1), ("waiting", 0)] == [(each.name, len(each.frames)) for each in summary.threads]
    assert {("mine", 2), ("other", 0)} == {(each.name, len(each.frames)) for each in summary.tasks}
    (why,) = (each.detail for each in summary.omissions if each.path == "threads")
    assert why.startswith("free-threaded build: ")


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
