"""Captured frames and stacks as calls: calling one makes the frame, and with it all frames that it calls."""

from __future__ import annotations

import builtins
import functools
import itertools
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import CellType, FunctionType

from tibidi.dump import DumpedFrame
from tibidi.model import CO_VARARGS, CO_VARKEYWORDS, FUNCTION, MODULE, CodeRecord, FrameRecord
from tibidi.process.hints import NamedTuple
from tibidi.process.texts import printable
from tibidi.revive import compiler
from tibidi.revive.linetable import GAP_LINE

MAX_COLUMN = 1 << 16  # carets beyond it help nobody
NOT_ASSIGNABLE = frozenset({"None", "True", "False", "__debug__"})


class Call(NamedTuple):
    """A function and its arguments."""

    function: Callable[..., object]
    arguments: tuple[object, ...] = ()


def raising_call(frames: Sequence[DumpedFrame], exception: BaseException, renamed: Mapping[str, str]) -> Call:
    """Return the call that makes the stack and raises `exception` in its innermost frame.

    `renamed` has the new names of files that are shown under another name than the captured one.
    """
    return _stack_call(frames, compiler.RAISE, compiler.Holder(exception=exception), renamed)


def breaking_call(
    frames: Sequence[DumpedFrame],
    exception: BaseException,
    callbacks: Sequence[Callable[[], object]],
    renamed: Mapping[str, str],
) -> Call:
    """Return the call that makes the stack, runs each callback in its innermost frame and then raises.

    The callbacks are called from C, so that there is no frame of tibidi
    between the captured frame and a debugger that looks at its caller.
    """
    calls = map(operator.methodcaller("__call__"), callbacks)
    callback: object = functools.partial(list, calls) if compiler.HAS_MONITORING else calls
    return _stack_call(frames, compiler.BREAK, compiler.Holder(exception=exception, callback=callback), renamed)


def parking_call(
    frames: Sequence[DumpedFrame], arrive: Callable[[], Iterator[object]], renamed: Mapping[str, str]
) -> Call:
    """Return the call that makes the stack, and whose innermost frame iterates over what `arrive` returns there."""
    callback: Iterator[object] = itertools.chain.from_iterable(map(operator.methodcaller("__call__"), [arrive]))
    return _stack_call(frames, compiler.PARK, compiler.Holder(callback=callback), renamed)


def _stack_call(
    frames: Sequence[DumpedFrame], ending: str, holder: compiler.Holder, renamed: Mapping[str, str]
) -> Call:
    """Build from the inside out: each frame needs the call of the next one."""
    call = _frame_call(frames[-1], ending, holder, renamed)
    for frame in reversed(frames[:-1]):
        holder = compiler.Holder(callee=call.function, arguments=call.arguments)
        call = _frame_call(frame, compiler.EXECUTE if call.arguments else compiler.CALL, holder, renamed)
    return call


def _frame_call(frame: DumpedFrame, ending: str, holder: compiler.Holder, renamed: Mapping[str, str]) -> Call:
    """Return the call that makes `frame`, whose last statement is `ending` and works on `holder`."""
    record = frame.record
    # Dumps leave it out, but every real frame has it, and C code that imports reads it from the calling frame.
    frame.globals.setdefault("__builtins__", builtins)
    spec = _spec(record, ending, renamed)
    if record.code.kind == FUNCTION:
        return Call(_function(frame, spec, holder))
    code = compiler.code_for(spec, holder)
    if record.code.kind == MODULE:
        return Call(FunctionType(code, frame.globals, record.name))
    return Call(exec, (code, frame.globals, frame.locals))


def _function(frame: DumpedFrame, spec: compiler.CodeSpec, holder: compiler.Holder) -> FunctionType:
    values = frame.locals
    signature = _signature(frame.record.code)
    parameters = signature.positional_only + signature.positional
    passed = {*parameters, *signature.keyword_only}
    freevars = tuple(name for name in _names(frame.record.code.freevars) if name not in passed)
    assigned = tuple(name for name in _names(values) if name not in passed and name not in freevars)
    everything = (*passed, signature.var_positional, signature.var_keyword)
    spec = spec._replace(
        signature=signature,
        freevars=freevars,
        assigned=assigned,
        deleted=tuple(sorted(name for name in everything if name is not None and name not in values)),
    )
    holder.values = tuple(values[name] for name in assigned)
    code = compiler.code_for(spec, holder)
    cells = tuple(CellType(values[name]) if name in values else CellType() for name in code.co_freevars)
    defaults = tuple(values.get(name) for name in parameters)
    function = FunctionType(code, frame.globals, frame.record.name, defaults, cells or None)
    function.__kwdefaults__ = {name: values.get(name) for name in signature.keyword_only}
    return function


def _spec(record: FrameRecord, ending: str, renamed: Mapping[str, str]) -> compiler.CodeSpec:
    return compiler.CodeSpec(
        file=printable(renamed.get(record.file, record.file)),
        name=printable(record.name),
        qualname=printable(record.qualname or record.name),
        kind=record.code.kind,
        first_line=_line(record.first_line),
        position=_position(record),
        ending=ending,
    )


def _position(record: FrameRecord) -> compiler.Position:
    line = _line(record.line or record.first_line)
    column, end_column = record.column, record.end_column
    if column is None or end_column is None or not (0 <= column <= MAX_COLUMN and 0 <= end_column <= MAX_COLUMN):
        return compiler.Position(line, line, None, None)
    return compiler.Position(line, max(line, _line(record.end_line or line)), column, end_column)


def _line(number: int) -> int:
    """Return the nearest line that the compiler accepts: a damaged record may have any number."""
    return min(max(number, 1), GAP_LINE - 1)


def _signature(code: CodeRecord) -> compiler.Signature:
    """Divide `co_varnames` as CPython lays it out."""
    names = list(_names(code.varnames))
    positional = tuple(names[: code.argcount])
    keyword_only = tuple(names[code.argcount : code.argcount + code.kwonlyargcount])
    rest = names[code.argcount + code.kwonlyargcount :]
    return compiler.Signature(
        positional_only=positional[: code.posonlyargcount],
        positional=positional[code.posonlyargcount :],
        keyword_only=keyword_only,
        var_positional=rest.pop(0) if code.flags & CO_VARARGS and rest else None,
        var_keyword=rest.pop(0) if code.flags & CO_VARKEYWORDS and rest else None,
    )


def _names(names: Iterable[str]) -> dict[str, None]:
    """Return each name that can be a variable once; the compiler accepts odd ones such as `.0`."""
    return {name: None for name in names if name.isprintable() and name not in NOT_ASSIGNABLE}
