"""Compile the code of a revived frame, from a syntax tree and without the original bytecode.

Rules
-----
- One constant per code object, a `Holder`, carries every live object.  Code
  objects hash and compare their constants, and debuggers key dictionaries by
  code object: a list among the constants would break them, and the `==` of an
  array would run.  A holder has the identity hash of `object`.
- Functions are compiled as functions, never run by `exec`: only then are
  `args`, `inspect.getargvalues` and closures real, and calls between them
  cost no C stack since Python 3.11.
- `co_firstlineno` comes from the tree.  Replacing it afterwards would shift
  every line, as the line table is relative to it.
- Only the outermost node of the last statement has the captured columns;
  the nodes below have the line and no columns, or Python 3.11 and later would
  move the call to the last line of a multi-line expression.

A `CodeSpec` has everything that the compiler needs and is hashable, so a
recursion of a thousand frames compiles a handful of functions.
"""

from __future__ import annotations

import ast
import sys
from functools import lru_cache
from types import CodeType, SimpleNamespace

from tibidi.model import CO_OPTIMIZED, FUNCTION
from tibidi.process.records import NamedTuple
from tibidi.revive.linetable import GAP_LINE, with_gaps

HAS_POSITIONS = sys.version_info >= (3, 11)  # PEP 657: columns, and co_qualname
HAS_MONITORING = sys.version_info >= (3, 12)  # PEP 669: debuggers may use sys.monitoring

CO_NEWLOCALS = 0x2

MAX_TEMPLATES = 4096  # cached; a stack needs one for each different line
PLACEHOLDER = "\0tibidi"  # a constant that occurs nowhere else in our trees

# How a revived frame ends.
CALL = "call"  # calls the next frame, a function
EXECUTE = "execute"  # calls exec() for the next frame, which has a namespace of its own
RAISE = "raise"  # raises the captured exception
BREAK = "break"  # calls back, so that a debugger is entered, then raises
PARK = "park"  # waits until it is released, then returns

# The statements of each ending.  GAP has no effect and no line.
#
# BREAK has one more line event on the same line before the exception is
# raised: debuggers that are entered by `set_trace()` stop at the next line
# event, and without one they would stop at the exception, some of them with a
# broken stack.  Before Python 3.12 the callback is an iterator, and the jump
# back to it is that line event.
#
# PARK iterates until the thread is released.  Each iteration is a line event,
# where a debugger can suspend the thread: debuggers show no variables of a
# thread that is blocked in C.
_HOLDER = repr(PLACEHOLDER)
GAP = f"{_HOLDER}.callback"
_LOOP = f"for {_HOLDER}.item in {_HOLDER}.callback: "
_RAISE = f"raise {_HOLDER}.exception"
ENDINGS = {
    CALL: f"{_HOLDER}.callee()",
    EXECUTE: f"{_HOLDER}.callee(*{_HOLDER}.arguments)",
    RAISE: _RAISE,
    BREAK: f"{_HOLDER}.callback(); {GAP}; {_RAISE}" if HAS_MONITORING else f"{_LOOP}pass\n{_RAISE}",
    PARK: _LOOP + (GAP if HAS_MONITORING else "pass"),
}


class Position(NamedTuple):
    """The position of a frame in its source; columns are UTF-8 byte offsets, None if unknown."""

    line: int
    end_line: int
    column: int | None
    end_column: int | None


class Signature(NamedTuple):
    """The parameters of a function, by the way they are passed."""

    positional_only: tuple[str, ...] = ()
    positional: tuple[str, ...] = ()
    keyword_only: tuple[str, ...] = ()
    var_positional: str | None = None
    var_keyword: str | None = None


class CodeSpec(NamedTuple):
    """Everything that makes one code object differ from another, except its values."""

    file: str
    name: str
    qualname: str
    kind: str
    first_line: int
    position: Position
    ending: str
    signature: Signature = Signature()
    freevars: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()  # local names that get their values from the holder
    deleted: tuple[str, ...] = ()  # parameters that had been deleted


class Holder(SimpleNamespace):
    """The one constant of a revived code object; it holds every object that the frame needs.

    These are the `values` of its variables and what ENDINGS name: `callback`
    is called or iterated over by a frame that breaks or parks.
    """

    __eq__ = object.__eq__
    __hash__ = object.__hash__  # type: ignore[assignment]  # SimpleNamespace has none
    __repr__ = object.__repr__


def code_for(spec: CodeSpec, holder: Holder) -> CodeType:
    """Return the code object of `spec` that works on `holder`."""
    code = _template(spec)
    constants = tuple(holder if constant == PLACEHOLDER else constant for constant in code.co_consts)
    return code.replace(co_consts=constants)


@lru_cache(maxsize=MAX_TEMPLATES)
def _template(spec: CodeSpec) -> CodeType:
    """Compile `spec`, with PLACEHOLDER as the constant that becomes the holder."""
    body = [*_prologue(spec), *_ending(spec.ending, spec.position)]
    definition = _function(body, spec.signature, spec.first_line)
    if spec.freevars:  # in a function that owns them
        definition = _function([definition], Signature(positional=spec.freevars), spec.first_line)
    module = ast.Module(body=[definition], type_ignores=[])
    code = compile(module, spec.file, "exec", dont_inherit=True, optimize=0)
    for _ in range(2 if spec.freevars else 1):
        code = next(constant for constant in code.co_consts if isinstance(constant, CodeType))
    changes: dict[str, object] = {"co_name": spec.name}
    if HAS_POSITIONS:
        changes["co_qualname"] = spec.qualname
    if HAS_POSITIONS and sys.implementation.name == "cpython":  # the table of PyPy is another
        changes["co_linetable"] = with_gaps(code)
    if spec.kind != FUNCTION:
        # Without these flags f_locals is the very namespace that the frame runs in.
        changes["co_flags"] = code.co_flags & ~(CO_OPTIMIZED | CO_NEWLOCALS)
    return code.replace(**changes)  # type: ignore[arg-type]  # each value is of its field's type


# --- the tree, from the outside in


def _function(body: list[ast.stmt], signature: Signature, line: int) -> ast.stmt:
    node = ast.FunctionDef(name="revived", args=_arguments(signature), body=body, decorator_list=[])
    if sys.version_info >= (3, 12):
        node.type_params = []
    node.lineno = node.end_lineno = line
    node.col_offset = node.end_col_offset = 0
    return ast.fix_missing_locations(node)


def _arguments(signature: Signature) -> ast.arguments:
    def parameters(*names: str | None) -> list[ast.arg]:
        return [ast.arg(arg=name) for name in names if name is not None]

    return ast.arguments(
        posonlyargs=parameters(*signature.positional_only),
        args=parameters(*signature.positional),
        vararg=next(iter(parameters(signature.var_positional)), None),
        kwonlyargs=parameters(*signature.keyword_only),
        kw_defaults=[None] * len(signature.keyword_only),
        kwarg=next(iter(parameters(signature.var_keyword)), None),
        defaults=[],
    )


def _prologue(spec: CodeSpec) -> list[ast.stmt]:
    """Return the statements that bind the variables, all on the first line."""
    statements: list[ast.stmt] = []
    if spec.freevars:
        statements.append(ast.Nonlocal(names=list(spec.freevars)))
    statements += [ast.Delete(targets=[ast.Name(id=name, ctx=ast.Del())]) for name in spec.deleted]
    if spec.assigned:
        names: list[ast.expr] = [ast.Name(id=name, ctx=ast.Store()) for name in spec.assigned]
        values = ast.parse(f"{_HOLDER}.values", mode="eval").body
        statements.append(ast.Assign(targets=[ast.Tuple(elts=names, ctx=ast.Store())], value=values))
    for statement in statements:
        _place(statement, spec.first_line)
    return statements


def _ending(ending: str, position: Position) -> list[ast.stmt]:
    """Return the last statements, at `position`, except for the gap."""
    statements = ast.parse(ENDINGS[ending]).body
    for statement in statements:
        _place(statement, position.line)
        for node in ast.walk(statement):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Attribute):
                _place(node, GAP_LINE)
    last = statements[-1]
    if position.column is not None and position.end_column is not None and not isinstance(last, ast.For):
        # A statement that consists of a call has the columns of the call.
        for outer in (last, last.value) if isinstance(last, ast.Expr) else (last,):
            outer.end_lineno = position.end_line
            outer.col_offset = position.column
            outer.end_col_offset = position.end_column
    return statements


def _place(node: ast.stmt, line: int) -> None:
    """Place `node` and all nodes below it on `line`, without columns."""
    column = -1 if HAS_POSITIONS else 0  # -1 compiles to "no column": no carets
    for child in ast.walk(node):
        if "lineno" in child._attributes:
            child.lineno = child.end_lineno = line  # type: ignore[attr-defined]  # _attributes says it has them
            child.col_offset = child.end_col_offset = column  # type: ignore[attr-defined]  # likewise
