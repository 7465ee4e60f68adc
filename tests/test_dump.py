"""How a loaded dump reads: as objects, and as the dictionaries of the original."""

from __future__ import annotations

from datetime import datetime
from datetime import timezone

from tibidi.dump import Dump
from tibidi.dump import DumpedException
from tibidi.dump import DumpedFrame
from tibidi.model import MODULE
from tibidi.model import RAISED
from tibidi.model import CodeRecord
from tibidi.model import ExceptionRecord
from tibidi.model import FrameRecord
from tibidi.model import ProcessRecord
from tibidi.model import Summary


def sample(time: str = "2026-11-22T21:50:00.123456+00:00") -> Dump:
    """Return a dump of divide.py with two frames."""
    namespace: dict[str, object] = {"__name__": "__main__", "x": 5, "limit": 7}
    outer = FrameRecord("divide.py", "__main__", "<module>", "<module>", 9, code=CodeRecord(MODULE))
    inner = FrameRecord("divide.py", "__main__", "div", "div", 4)
    frames = [DumpedFrame(outer, {}, namespace), DumpedFrame(inner, {"x": 50, "y": 0}, namespace)]
    error = ZeroDivisionError("division by zero")
    record = ExceptionRecord(0, None, RAISED, "builtins.ZeroDivisionError", "division by zero")
    summary = Summary("1.0.0", time, ProcessRecord(hostname="box"), (record,))
    return Dump(summary, path="traceback.pkl", live=True, exceptions=[DumpedException(record, frames, error)])


def test_reads_as_the_dictionaries_of_the_original() -> None:
    """dump['exceptions'][-1][-1]['x'] is a local, else a global; the time and the system are there."""
    dump = sample()

    assert 50 == dump["exceptions"][-1][-1]["x"]  # type: ignore[index]  # typed as an object
    assert 7 == dump["exceptions"][-1][-1]["limit"]  # type: ignore[index]  # the same
    assert datetime(2026, 11, 22, 21, 50, 0, 123456, timezone.utc) == dump["timestamp"]
    assert {"exceptions", "timestamp", "system"} <= set(dump)
    assert "box" == dump["system"]["hostname"]  # type: ignore[index]  # the same


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


def test_time_that_is_none_reads_as_none() -> None:
    """The time in a file of a stranger may be any text; that costs the time, not the dump."""
    assert None is sample("yesterday")["timestamp"]
