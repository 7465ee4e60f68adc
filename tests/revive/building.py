"""Build dumps in memory out of live exceptions, without files and pickles: for tests of reviving alone."""

from __future__ import annotations

import itertools
import linecache
import sys
from typing import TYPE_CHECKING

from tibidi.dump import Dump, DumpedException, DumpedFrame
from tibidi.model import FUNCTION, MAPPING, MODULE, CodeRecord, ExceptionRecord, FrameRecord, ProcessRecord, Summary

if TYPE_CHECKING:
    from types import CodeType, FrameType, TracebackType

CO_OPTIMIZED = 0x1


def dump_of(error: BaseException, *, with_objects: bool = True) -> Dump:
    """Return the dump of `error`, its chain and the members of its groups."""
    exceptions: list[DumpedException] = []
    _add(error, None, "raised", exceptions)
    if not with_objects:
        exceptions = [DumpedException(each.record, each, None) for each in exceptions]
    files = {frame.file for each in exceptions for frame in each}
    sources = {name: "".join(linecache.getlines(name)) for name in files}
    summary = Summary(tibidi="1.0.0", time="2026-01-01T00:00:00+00:00", process=ProcessRecord(), complete=True)
    return Dump(summary, path="memory.pkl", live=True, exceptions=tuple(exceptions), sources=sources)


def _add(error: BaseException, parent: int | None, relation: str, into: list[DumpedException]) -> None:
    number = id(error)
    if any(each.id == number for each in into):
        return
    if error.__context__ is not None and error.__context__ is not error.__cause__:
        _add(error.__context__, number, "context", into)
    if error.__cause__ is not None:
        _add(error.__cause__, number, "cause", into)
    for member in getattr(error, "exceptions", ()):
        _add(member, number, "member", into)
    frames = list(_frames(error.__traceback__))
    record = ExceptionRecord(
        id=number,
        parent=parent,
        relation=relation,
        type=f"{type(error).__module__}.{type(error).__qualname__}",
        message=str(error),
        notes=tuple(getattr(error, "__notes__", ())),
        suppress_context=error.__suppress_context__,
        frames=tuple(frame.record for frame in frames),
    )
    into.append(DumpedException(record, frames, error))


def _frames(tb: TracebackType | None):
    while tb is not None:
        yield frame_of(tb.tb_frame, tb.tb_lineno, tb.tb_lasti)
        tb = tb.tb_next


def frame_of(frame: FrameType, line: int, lasti: int) -> DumpedFrame:
    """Return one live frame as a dump has it."""
    code = frame.f_code
    end_line, column, end_column = _columns(code, line, lasti)
    record = FrameRecord(
        file=code.co_filename,
        module=frame.f_globals.get("__name__", ""),
        name=code.co_name,
        qualname=getattr(code, "co_qualname", code.co_name),
        line=line,
        end_line=end_line,
        column=column,
        end_column=end_column,
        first_line=code.co_firstlineno,
        code=_code(frame),
    )
    variables = frame.f_globals if record.code.kind == MODULE else dict(frame.f_locals)
    return DumpedFrame(record, variables, frame.f_globals)


def _columns(code: CodeType, line: int, lasti: int) -> tuple[int | None, int | None, int | None]:
    if sys.version_info < (3, 11):
        return None, None, None
    position = next(itertools.islice(code.co_positions(), lasti // 2, None))
    return position[1:] if position[0] == line else (None, None, None)


def _code(frame: FrameType) -> CodeRecord:
    code = frame.f_code
    count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 0x4) + bool(code.co_flags & 0x8)
    kind = FUNCTION if code.co_flags & CO_OPTIMIZED else MODULE if frame.f_locals is frame.f_globals else MAPPING
    return CodeRecord(
        kind=kind,
        varnames=code.co_varnames[:count],
        argcount=code.co_argcount,
        posonlyargcount=code.co_posonlyargcount,
        kwonlyargcount=code.co_kwonlyargcount,
        flags=code.co_flags,
        freevars=code.co_freevars,
        cellvars=code.co_cellvars,
    )
