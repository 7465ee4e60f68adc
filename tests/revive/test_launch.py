"""Stacks on threads of their own: what a debugger sees that is entered in one."""

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
from tibidi.revive.launch import Parked
from tibidi.revive.launch import Performance


def perform(call, door) -> None:
    """Let a revived crash call `door` in its innermost frame."""
    error = caught(call)
    Performance("crashed").run(dump_of(error).exceptions[-1], error, door, {})


def stack(frame) -> list[str]:
    """Return the names of the functions on a stack, outermost first."""
    names = []
    while frame is not None:
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    return names[::-1]


def test_only_frames_of_the_application() -> None:
    """The caller of the door is the innermost captured frame, and the outermost has no caller."""
    seen = []

    def door() -> None:
        frame = sys._getframe(1)
        seen.append((stack(frame), frame.f_lineno, frame.f_locals["x"], threading.current_thread().name))

    perform(kinds.nested, door)

    ((names, line, x, thread),) = seen
    assert ["nested", "inner"] == names
    assert "        return later[x]\n" == linecache.getline(kinds.__file__, line)
    assert (5, "crashed") == (x, thread)


def test_a_line_event_follows_the_door() -> None:
    """A debugger that begins to trace in the door gets a line event on the same line before the exception."""
    events = []

    def tracer(frame, event, arg):
        events.append((frame.f_code.co_name, event, frame.f_lineno))
        return tracer

    def door() -> None:
        frame = sys._getframe(1)
        events.append((frame.f_code.co_name, "door", frame.f_lineno))
        frame.f_trace = tracer
        sys.settrace(tracer)

    perform(kinds.nested, door)

    (_, _, line), *after = [event for event in events if event[0] == "inner"]
    assert ("inner", "line", line) == after[0]
    assert ("inner", "exception", line) == after[1]


@pytest.mark.parametrize("ending", [bdb.BdbQuit, SystemExit])
def test_leaving_is_quiet(ending, capsys: pytest.CaptureFixture[str]) -> None:
    """Quitting the debugger ends the thread without a word."""

    def door() -> None:
        raise ending

    perform(kinds.nested, door)

    assert ("", "") == tuple(capsys.readouterr())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_broken_debugger_is_told() -> None:
    """A debugger that breaks is an error that says so, not a silent end."""

    def door() -> None:
        raise KeyError("broken")

    with pytest.raises(TibidiError, match="the debugger broke: KeyError"):
        perform(kinds.nested, door)


def test_unraisable_hook_is_restored() -> None:
    """`sys.unraisablehook` is what it was afterwards."""
    before = sys.unraisablehook
    perform(kinds.nested, lambda: None)

    assert before is sys.unraisablehook


def test_every_kind_of_exception_ends_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever kind of exception ended the program, raising it once more is no news."""
    for call in (kinds.system_exit, kinds.interrupted, kinds.stop_iteration, kinds.class_body):
        perform(call, lambda: None)

    assert ("", "") == tuple(capsys.readouterr())


def test_parked_threads() -> None:
    """Parked threads stand in their stacks under their names, and return when they are let go."""
    dump = dump_of(caught(kinds.caused))
    parked = Parked({})
    before = set(sys._current_frames())
    for number, exception in enumerate(dump.exceptions):
        parked.add(exception, f"parked {number}")
    idents = set(sys._current_frames()) - before
    frames = sys._current_frames()
    names = {thread.name: stack(frames[thread.ident]) for thread in threading.enumerate() if thread.ident in idents}
    del frames

    assert {"parked 0": ["caused", "nested", "inner"], "parked 1": ["caused"]} == names

    parked.leave()
    deadline = time.monotonic() + 10
    while idents & set(sys._current_frames()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
