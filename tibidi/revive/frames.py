"""One captured frame as something that can be called."""

from __future__ import annotations

import builtins
from types import CellType
from types import FunctionType
from typing import TYPE_CHECKING
from typing import NamedTuple

from tibidi.model import FUNCTION
from tibidi.model import MODULE
from tibidi.process.texts import printable
from tibidi.revive.code import Holder
from tibidi.revive.code import Position
from tibidi.revive.code import Shape
from tibidi.revive.code import Signature
from tibidi.revive.code import code_for
from tibidi.revive.linetable import GAP_LINE

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping

    from tibidi.dump import DumpedFrame
    from tibidi.model import CodeRecord
    from tibidi.model import FrameRecord

CO_VARARGS = 0x4
CO_VARKEYWORDS = 0x8

MAX_COLUMN = 1 << 16  # beyond it carets help nobody
NOT_ASSIGNABLE = frozenset({"None", "True", "False", "__debug__"})


class Call(NamedTuple):
    """A function and its arguments: calling it makes the frame."""

    function: Callable[..., object]
    arguments: tuple[object, ...] = ()

    def __call__(self) -> object:
        """Make the frame, and with it all that it calls."""
        return self.function(*self.arguments)


def revived(frame: DumpedFrame, ending: str, holder: Holder, renamed: Mapping[str, str]) -> Call:
    """Return the call that makes `frame`, whose last statement is `ending` and works on `holder`.

    `renamed` gives files another name than the captured one.
    """
    record = frame.record
    # Dumps leave it out; every real frame has it, and C code that imports reads it from the frame it is called in.
    frame.globals.setdefault("__builtins__", builtins)
    if record.code.kind == FUNCTION:
        return _function(frame, ending, holder, renamed)
    code = code_for(_shape(record, ending, renamed), holder)
    if record.code.kind == MODULE:
        return Call(FunctionType(code, frame.globals, record.name))
    return Call(exec, (code, frame.globals, frame.locals))


def _function(frame: DumpedFrame, ending: str, holder: Holder, renamed: Mapping[str, str]) -> Call:
    values = frame.locals
    code = frame.record.code
    signature = _signature(code)
    parameters = signature.positional_only + signature.positional
    passed = {*parameters, *signature.keyword_only}
    freevars = tuple(name for name in _names(code.freevars) if name not in passed)
    assigned = tuple(name for name in _names(values) if name not in passed and name not in freevars)
    everything = (*passed, signature.var_positional, signature.var_keyword)
    shape = _shape(frame.record, ending, renamed)._replace(
        signature=signature,
        freevars=freevars,
        assigned=assigned,
        deleted=tuple(sorted(name for name in everything if name is not None and name not in values)),
    )
    holder.values = tuple(values[name] for name in assigned)
    compiled = code_for(shape, holder)
    cells = tuple(CellType(values[name]) if name in values else CellType() for name in compiled.co_freevars)
    defaults = tuple(values.get(name) for name in parameters)
    function = FunctionType(compiled, frame.globals, frame.record.name, defaults, cells or None)
    function.__kwdefaults__ = {name: values.get(name) for name in signature.keyword_only}
    return Call(function)


def _shape(record: FrameRecord, ending: str, renamed: Mapping[str, str]) -> Shape:
    line = _line(record.line or record.first_line)
    return Shape(
        file=printable(renamed.get(record.file, record.file)),
        name=printable(record.name),
        qualname=printable(record.qualname or record.name),
        kind=record.code.kind,
        first_line=_line(record.first_line),
        position=_position(record, line),
        ending=ending,
    )


def _position(record: FrameRecord, line: int) -> Position:
    column, end_column = record.column, record.end_column
    end_line = max(line, _line(record.end_line or line))
    if column is None or end_column is None or not (0 <= column <= MAX_COLUMN and 0 <= end_column <= MAX_COLUMN):
        return Position(line, line, None, None)
    return Position(line, end_line, column, end_column)


def _line(number: int) -> int:
    """Return a line that the compiler takes: a damaged record may say anything."""
    return min(max(number, 1), GAP_LINE - 1)


def _signature(code: CodeRecord) -> Signature:
    """Take `co_varnames` apart as CPython lays it out."""
    names = list(_names(code.varnames))
    positional = tuple(names[: code.argcount])
    keyword_only = tuple(names[code.argcount : code.argcount + code.kwonlyargcount])
    rest = names[code.argcount + code.kwonlyargcount :]
    return Signature(
        positional_only=positional[: code.posonlyargcount],
        positional=positional[code.posonlyargcount :],
        keyword_only=keyword_only,
        var_positional=rest.pop(0) if code.flags & CO_VARARGS and rest else None,
        var_keyword=rest.pop(0) if code.flags & CO_VARKEYWORDS and rest else None,
    )


def _names(names: Iterable[str]) -> dict[str, None]:
    """Return the names that can be variables, each once; odd ones such as `.0` are fine with the compiler."""
    return {name: None for name in names if name.isprintable() and name not in NOT_ASSIGNABLE}
