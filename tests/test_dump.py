"""The interfaces of a loaded dump: objects, and the dictionaries of the original."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from tibidi.dump import Dump, DumpedException, DumpedFrame, DumpedTask, DumpedThread
from tibidi.model import (
    MODULE,
    RAISED,
    CodeRecord,
    ExceptionRecord,
    FrameRecord,
    ProcessRecord,
    Summary,
    TaskRecord,
    ThreadRecord,
    Variable,
)

if TYPE_CHECKING:
    from crashing import Crasher

# What a loaded dump has with the values.
WITH_VALUES = {"exceptions", "frames", "locals", "omissions", "tasks", "threads"}


REVIVE = """\
import tibidi, traceback
error = tibidi.load().revive()
traceback.print_exception(type(error), error, error.__traceback__)
print(type(error), error.__cause__)
"""


def sample(time: str = "2026-11-22T21:50:00.123456+00:00") -> Dump:
    """Return a dump of divide.py with two frames."""
    namespace: dict[str, object] = {"__name__": "__main__", "x": 5, "limit": 7}
    outer = FrameRecord("divide.py", "__main__", "<module>", "<module>", 9, code=CodeRecord(MODULE))
    inner = FrameRecord("divide.py", "__main__", "div", "div", 4)
    frames = [DumpedFrame(outer, {}, namespace), DumpedFrame(inner, {"x": 50, "y": 0}, namespace)]
    error = ZeroDivisionError("division by zero")
    record = ExceptionRecord(0, None, RAISED, "builtins.ZeroDivisionError", "division by zero")
    summary = Summary("1.0.0", time, ProcessRecord(hostname="box"), (record,))
    return Dump(summary, path="traceback.pkl", live=True, exceptions=(DumpedException(record, frames, error),))


def test_reads_as_the_dictionaries_of_the_original() -> None:
    """dump['exceptions'][-1][-1]['x'] is a local, else a global; the time and the system are there."""
    dump = sample()

    assert 50 == dump["exceptions"][-1][-1]["x"]
    assert 7 == dump["exceptions"][-1][-1]["limit"]
    assert datetime(2026, 11, 22, 21, 50, 0, 123456, timezone.utc) == dump["timestamp"]
    assert {"exceptions", "timestamp", "system"} <= set(dump)
    assert "box" == dump["system"]["hostname"]


def test_reads_as_objects() -> None:
    """An exception is a sequence of frames, outermost first, a frame a mapping of its variables."""
    crash = sample().exceptions[-1]
    outer, inner = crash

    assert ("ZeroDivisionError", "builtins.ZeroDivisionError") == (type(crash.exception).__name__, crash.type)
    assert ("raised", "division by zero", 2) == (crash.relation, crash.message, len(crash))
    assert ("divide.py", 4, "div", "div", "__main__") == (
        inner.file,
        inner.line,
        inner.name,
        inner.qualname,
        inner.module,
    )
    assert {"x": 50, "y": 0, "__name__": "__main__", "limit": 7} == dict(inner)
    assert outer.locals is outer.globals is inner.globals


def test_in_a_notebook() -> None:
    """A frame completes its variables, and a dump, an exception and a frame show themselves, without live markup."""
    dump = sample()
    frame = dump.exceptions[-1].frames[-1]
    evil = frame.record._replace(locals={"<b>": Variable("<i>", "<script>")}, qualname="<u>")

    assert {"x", "y", "limit"} <= set(frame._ipython_key_completions_())
    assert {"exceptions", "timestamp"} <= set(dump._ipython_key_completions_())
    assert "sandbox srcdoc=" in str(dump._repr_html_())
    assert "ZeroDivisionError: division by zero" in dump.exceptions[-1]._repr_html_()
    shown = DumpedFrame(evil, {}, {})._repr_html_()
    assert "&lt;script&gt;" in shown
    assert not re.search(r"<(b|i|u|script)>", shown)


def test_revive(crash: Crasher) -> None:
    """`revive()` returns the exception with its chain and real tracebacks, for whatever works on exceptions."""
    crashed = crash("divide.py", "5", "0")
    looked = crash.run("-c", REVIVE)

    assert "<class 'ZeroDivisionError'> None\n" == looked.stdout
    assert crashed.stderr.splitlines()[:-1] == looked.stderr.splitlines()


def test_has_the_names_of_the_summary() -> None:
    """What summary.json has under a name, the loaded dump has under the same name."""
    dump = sample()
    crash, frame = dump.exceptions[0], dump.exceptions[0].frames[1]
    thread = DumpedThread(ThreadRecord("worker", 7, crashed=True, daemon=False), [frame])
    task = DumpedTask(TaskRecord("fetch", "pending"), [frame])
    records = [dump.summary, crash.record, frame.record, thread.record, task.record]

    for loaded, record in zip([dump, crash, frame, thread, task], records):
        plain = {name: value for name, value in record._asdict().items() if name not in WITH_VALUES}
        assert plain == {name: getattr(loaded, name) for name in plain}
    assert (crash.frames, thread.frames, task.frames) == (tuple(crash), (frame,), (frame,))


def test_comparing_runs_no_code_of_the_application() -> None:
    """Frames, stacks and dumps compare and hash by identity, whatever their values do when compared."""
    dump, other = sample(), sample()
    for each in (dump, other):
        each.exceptions[0].frames[1].locals["x"] = Unequal()

    assert dump != other
    assert dump.exceptions != other.exceptions
    assert dump.exceptions[0].frames[1] != other.exceptions[0].frames[1]
    assert 1 == dump.exceptions[0].index(dump.exceptions[0].frames[1])
    assert 4 == len({dump, dump.exceptions[0], *dump.exceptions[0].frames})


class Unequal:
    """A value that must not be compared."""

    def __eq__(self, other: object) -> bool:
        raise AssertionError("compared")

    __hash__ = object.__hash__


def test_builtins_are_no_variables() -> None:
    """What exec() adds to the globals is not among the variables of a frame."""
    for frame in sample().exceptions[0]:
        frame.globals["__builtins__"] = {}

        assert "__builtins__" not in dict(frame)
        assert len(frame) == len(list(frame))


def test_reprs_count_in_english() -> None:
    """One frame is `1 frame`, two are `2 frames`."""
    dump = sample()
    frame = dump.exceptions[0].frames[0]

    assert "<builtins.ZeroDivisionError: division by zero, 2 frames>" == repr(dump.exceptions[0])
    assert "<thread worker, 1 frame>" == repr(DumpedThread(ThreadRecord("worker", 7, False, False), [frame]))
    assert "<task fetch, pending, 0 frames>" == repr(DumpedTask(TaskRecord("fetch", "pending"), []))


def test_invalid_time_reads_as_none() -> None:
    """A forged dump may have any text as its time; `timestamp` is None then."""
    assert None is sample("yesterday")["timestamp"]
