"""Revived frames have the variables, the parameters and the surroundings of the originals."""

from __future__ import annotations

import inspect
import sys

from revive import kinds
from revive.building import dump_of
from revive.test_exceptions import caught

from tibidi.dump import DumpedFrame
from tibidi.model import CodeRecord, FrameRecord
from tibidi.revive.exceptions import traceback_of
from tibidi.revive.revived import RevivedDump


def frames_of(error: BaseException) -> list:
    """Return the frames of the traceback of an exception, outermost first."""
    tb, frames = error.__traceback__, []
    while tb is not None:
        frames.append(tb.tb_frame)
        tb = tb.tb_next
    return frames


def original_and_revived(call) -> tuple[list, list]:
    """Return the frames of an original exception and those of the revived one."""
    error = caught(call)
    originals = frames_of(error)
    revived = RevivedDump(dump_of(error))
    return originals, frames_of(revived.exceptions[revived.first_shown()].exception)


def test_variables_are_the_same_objects() -> None:
    """The locals of every frame of every kind are the very objects of the dump."""
    for call in kinds.KINDS:
        originals, copies = original_and_revived(call)

        for original, copy in zip(originals, copies):
            assert list(map(id, map(original.f_locals.get, original.f_locals))) == [
                id(copy.f_locals[name]) for name in original.f_locals
            ]
            assert set(original.f_locals) == set(copy.f_locals)


def test_arguments_are_real() -> None:
    """`inspect.getargvalues`, which `args` of debuggers relies on, tells the original parameters."""
    originals, copies = original_and_revived(kinds.call_plain)

    expected, actual = map(inspect.getargvalues, (originals[-1], copies[-1]))
    assert expected[:3] == actual[:3]


def test_globals_are_shared() -> None:
    """Frames of one module share the one dictionary of its globals."""
    _, copies = original_and_revived(kinds.nested)

    assert all(frame.f_globals is kinds.__dict__ for frame in copies)


def test_names_and_first_lines() -> None:
    """Code objects have the original names and first lines."""
    for call in kinds.KINDS:
        originals, copies = original_and_revived(call)

        for original, copy in zip(originals, copies):
            for name in ("co_name", "co_filename", "co_firstlineno", "co_argcount", "co_freevars"):
                assert getattr(original.f_code, name) == getattr(copy.f_code, name), name


def test_caller_is_the_outer_frame() -> None:
    """`f_back` of each frame is the frame that it was called from."""
    _, copies = original_and_revived(kinds.nested)

    assert copies[0] is copies[1].f_back


def test_code_objects_can_be_hashed() -> None:
    """Code objects hash and compare whatever the variables are: debuggers key dictionaries by them."""
    _, copies = original_and_revived(kinds.hostile_locals)

    assert 1 == len({copies[-1].f_code, copies[-1].f_code})


def frame(name: str = "f", **changes) -> DumpedFrame:
    """Return a frame that only a record says something of."""
    record = FrameRecord(file="lost.py", module="lost", name=name, qualname=name, line=3, **changes)
    return DumpedFrame(record, {"x": 1}, {"__name__": "lost"})


def test_damaged_records_are_survived() -> None:
    """Records with impossible names, lines, columns and parameters still give frames."""
    odd = CodeRecord(
        varnames=("a", "a", "None", "\0", "x\ud800"), argcount=9, kwonlyargcount=5, flags=0xFFFF, freevars=("a",)
    )
    stack = [
        frame(code=odd),
        frame(name="\x1b[31m\0", end_line=-5, column=5, end_column=1 << 40, first_line=-7),
        frame(code=CodeRecord(argcount=-4, posonlyargcount=99, freevars=("x", "x", "True"))),
    ]
    tb = traceback_of(stack, {})

    frames = []
    while tb is not None:
        frames.append(tb.tb_frame)
        tb = tb.tb_next
    assert 3 == len(frames)
    assert [1, 1, 1] == [each.f_locals["x"] for each in frames]
    assert "\x1b" not in frames[1].f_code.co_name


def test_captured_columns_need_their_line() -> None:
    """A dump without columns, from Python 3.10 or earlier, gives frames without them."""
    tb = traceback_of([frame()], {})

    assert tb is not None
    assert 3 == tb.tb_lineno
    if sys.version_info >= (3, 11):
        position = list(tb.tb_frame.f_code.co_positions())[tb.tb_lasti // 2]
        assert (3, None, None) == (position[0], position[2], position[3])
