"""Revived stacks on threads: what a debugger sees that is entered in one."""

from __future__ import annotations

import bdb
import linecache
import sys
import threading
import time

import pytest
from revive import kinds
from revive.building import dump_of
from revive.test_exceptions import caught

from tibidi.errors import TibidiError
from tibidi.revive.threads import CrashThread, ParkedThreads


def crash_again(call, hook) -> None:
    """Crash again, with `hook` called in the innermost frame."""
    error = caught(call)
    CrashThread("crashed").run(dump_of(error).exceptions[-1], error, hook, {})


def stack(frame) -> list[str]:
    """Return the names of the functions on a stack, outermost first."""
    names = []
    while frame is not None:
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    return names[::-1]


def test_only_frames_of_the_application() -> None:
    """The hook is called by the innermost captured frame, and the outermost one has no caller."""
    seen = []

    def hook() -> None:
        frame = sys._getframe(1)
        seen.append((stack(frame), frame.f_lineno, frame.f_locals["x"], threading.current_thread().name))

    crash_again(kinds.nested, hook)

    ((names, line, x, thread),) = seen
    assert ["nested", "inner"] == names
    assert "        return later[x]\n" == linecache.getline(kinds.__file__, line)
    assert (5, "crashed") == (x, thread)


def test_a_line_event_follows_the_hook() -> None:
    """A debugger that begins to trace in the hook gets a line event on the same line before the exception."""
    events = []

    def tracer(frame, event, arg):
        events.append((frame.f_code.co_name, event, frame.f_lineno))
        return tracer

    def hook() -> None:
        frame = sys._getframe(1)
        events.append((frame.f_code.co_name, "hook", frame.f_lineno))
        frame.f_trace = tracer
        sys.settrace(tracer)

    crash_again(kinds.nested, hook)

    (_, _, line), *after = [event for event in events if event[0] == "inner"]
    assert ("inner", "line", line) == after[0]
    assert ("inner", "exception", line) == after[1]


@pytest.mark.parametrize("ending", [bdb.BdbQuit, SystemExit])
def test_leaving_is_quiet(ending, capsys: pytest.CaptureFixture[str]) -> None:
    """Quitting the debugger ends the thread without output."""

    def hook() -> None:
        raise ending

    crash_again(kinds.nested, hook)

    assert ("", "") == tuple(capsys.readouterr())


def test_interrupted_debugger(capsys: pytest.CaptureFixture[str]) -> None:
    """A debugger that Ctrl-C ends, as it ends pudb, ends the command without a traceback."""

    def hook() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crash_again(kinds.nested, hook)
    assert ("", "") == tuple(capsys.readouterr())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_debugger_that_fails() -> None:
    """A debugger that fails is reported as an error."""

    def hook() -> None:
        raise KeyError("broken")

    with pytest.raises(TibidiError, match="the debugger failed: KeyError"):
        crash_again(kinds.nested, hook)


def test_unraisable_hook_is_restored() -> None:
    """`sys.unraisablehook` is restored afterwards."""
    before = sys.unraisablehook
    crash_again(kinds.nested, lambda: None)

    assert before is sys.unraisablehook


def test_every_kind_of_exception_ends_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    """Raising the captured exception again prints nothing, whatever its kind."""
    for call in (kinds.system_exit, kinds.interrupted, kinds.stop_iteration, kinds.class_body):
        crash_again(call, lambda: None)

    assert ("", "") == tuple(capsys.readouterr())


def test_parked_threads() -> None:
    """Parked threads wait in their stacks under their names, and return when they are released."""
    dump = dump_of(caught(kinds.caused))
    parked = ParkedThreads({})
    before = set(sys._current_frames())
    for number, exception in enumerate(dump.exceptions):
        parked.add(exception, f"parked {number}")
    idents = set(sys._current_frames()) - before
    frames = sys._current_frames()
    names = {thread.name: stack(frames[thread.ident]) for thread in threading.enumerate() if thread.ident in idents}
    del frames

    assert {"parked 0": ["caused", "nested", "inner"], "parked 1": ["caused"]} == names

    parked.release()
    deadline = time.monotonic() + 10
    while idents & set(sys._current_frames()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
