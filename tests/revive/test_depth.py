"""Deep stacks revive, in time."""

from __future__ import annotations

import sys
import time

from revive.building import frame_of

from tibidi.dump import DumpedFrame
from tibidi.model import MAPPING, CodeRecord, FrameRecord
from tibidi.revive.exceptions import traceback_of

MAX_SECONDS_FOR_1000 = 0.150


def stack(depth: int, kind: str = "function") -> list[DumpedFrame]:
    """Return a recursion of `depth` frames with some variables each."""
    frames = []
    for number in range(depth):
        code = CodeRecord(kind=kind, varnames=("n", "seen") if kind == "function" else (), argcount=2)
        line = 10 + number % 3
        record = FrameRecord(
            file="deep.py", module="deep", name="down", qualname="Deep.down", line=line, first_line=9, code=code
        )
        frames.append(DumpedFrame(record, {"n": number, "seen": [], "later": str(number)}, {"__name__": "deep"}))
    return frames


def check(frames: list[DumpedFrame]) -> None:
    """Compare the revived traceback with the frames, each by a variable of its own."""
    limit = sys.getrecursionlimit()
    tb = traceback_of(frames, {})
    assert limit == sys.getrecursionlimit()
    for frame in frames:
        assert tb is not None
        assert frame.locals["n"] == tb.tb_frame.f_locals["n"]
        assert frame.line == tb.tb_lineno
        tb = tb.tb_next
    assert tb is None


def test_1000_frames_within_150_ms() -> None:
    """A traceback of 1,000 frames, as RecursionError has, revives within 150 ms."""
    frames = stack(1000)
    seconds = []
    for _ in range(5):
        start = time.process_time()
        traceback_of(frames, {})
        seconds.append(time.process_time() - start)

    assert min(seconds) < MAX_SECONDS_FOR_1000


def test_20000_frames() -> None:
    """A traceback of 20,000 frames revives."""
    check(stack(20_000))


def test_50000_frames() -> None:
    """A traceback of 50,000 frames revives."""
    check(stack(50_000))


def test_many_frames_entered_by_exec() -> None:
    """Frames that only exec() can make spend C stack: beyond a limit they are linked without being nested."""
    check(stack(5_000, MAPPING))


def test_real_recursion() -> None:
    """A real RecursionError revives with all its frames."""

    def down(n: int) -> int:
        return down(n + 1)

    frames = []
    try:
        down(0)
    except RecursionError as error:
        tb = error.__traceback__.tb_next
        while tb is not None:
            frames.append(frame_of(tb.tb_frame, tb.tb_lineno, tb.tb_lasti))
            tb = tb.tb_next

    check(frames)
