"""The code of a revived frame: compiled from a tree, nothing of the original bytecode.

Rules
-----
- One constant per code object, a `Holder`, carries every live object.  Code
  objects hash and compare their constants, and debuggers key dictionaries by
  code object: a list among the constants would break them, an array's `==`
  would run.  A holder has the identity hash of `object`.
- Functions are compiled as functions, never run by `exec`: only so are
  `args`, `inspect.getargvalues` and closures real, and calls between them
  cost no C stack since Python 3.11.
- `co_firstlineno` comes from the tree.  Replacing it afterwards would shift
  every line, since the line table is relative to it.
- Only the outermost node of the last statement has the captured columns;
  all below it have the line and no columns, or Python 3.11 and later would
  move the call to the last line of a multi-line expression.

A `Shape` says all that the compiler needs and is hashable, so a recursion of
a thousand frames compiles a handful of functions.
"""

from __future__ import annotations

import ast
import sys
from functools import lru_cache
from types import CodeType
from typing import TYPE_CHECKING
from typing import NamedTuple
from typing import TypeVar

from tibidi.model import FUNCTION
from tibidi.revive.linetable import GAP_LINE
from tibidi.revive.linetable import with_gaps

if TYPE_CHECKING:
    from collections.abc import Callable

HAS_POSITIONS = sys.version_info >= (3, 11)  # PEP 657: columns, and co_qualname
HAS_MONITORING = sys.version_info >= (3, 12)  # PEP 669: debuggers may use sys.monitoring

CO_OPTIMIZED = 0x1
CO_NEWLOCALS = 0x2

Statement = TypeVar("Statement", bound=ast.stmt)

# What the last statement of a revived frame does.
CALL = "call"  # go on to the next frame, a function
EXECUTE = "execute"  # go on to the next frame, by exec() with its own namespace
RAISE = "raise"  # raise the captured exception
STOP = "stop"  # open the door to a debugger, then raise
PARK = "park"  # wait to be let go, then return

MAX_SHAPES = 4096  # templates kept; a stack has as many as it has different lines
PLACEHOLDER = "\0tibidi"  # a constant that no tree of ours holds otherwise


class Position(NamedTuple):
    """Where a frame stands; columns are UTF-8 byte offsets, None when not known."""

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


class Shape(NamedTuple):
    """All that makes one code object differ from another, its values aside."""

    file: str
    name: str
    qualname: str
    kind: str
    first_line: int
    position: Position
    ending: str
    signature: Signature = Signature()
    freevars: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()  # local names that the holder gives a value
    deleted: tuple[str, ...] = ()  # parameters that had been deleted


class Holder:
    """The one constant of a revived code object; whatever the frame needs hangs here."""

    __slots__ = ("arguments", "callee", "door", "exception", "item", "values")

    arguments: tuple[object, ...]
    callee: Callable[..., object]
    door: object  # called, or iterated over, by a frame that stops or parks
    exception: BaseException
    item: object  # what iterating over the door gives
    values: tuple[object, ...]


def code_for(shape: Shape, holder: Holder) -> CodeType:
    """Return the code object of `shape` that works on `holder`."""
    code = _template(shape)
    constants = tuple(holder if constant == PLACEHOLDER else constant for constant in code.co_consts)
    return code.replace(co_consts=constants)


@lru_cache(maxsize=MAX_SHAPES)
def _template(shape: Shape) -> CodeType:
    """Compile `shape`; where its holder goes, PLACEHOLDER stands among the constants."""
    module = ast.Module(body=[_definition(shape)], type_ignores=[])
    code = compile(module, shape.file, "exec", dont_inherit=True, optimize=0)
    for _ in range(2 if shape.freevars else 1):
        code = next(constant for constant in code.co_consts if isinstance(constant, CodeType))
    changes: dict[str, object] = {"co_name": shape.name}
    if HAS_POSITIONS:
        changes["co_qualname"] = shape.qualname
        changes["co_linetable"] = with_gaps(code)
    if shape.kind != FUNCTION:
        # Without these flags f_locals is the very namespace that the frame runs in.
        changes["co_flags"] = code.co_flags & ~(CO_OPTIMIZED | CO_NEWLOCALS)
    return code.replace(**changes)  # type: ignore[arg-type]  # each value is of its field's type


# --- the tree, from the outside in


def _definition(shape: Shape) -> ast.stmt:
    """Return the function; with free variables, the function around it that owns them."""
    body = _prologue(shape) + TAILS[shape.ending](shape.position)
    inner = _function(body, _arguments(shape.signature, shape.first_line), shape.first_line)
    if not shape.freevars:
        return inner
    return _function([inner], _arguments(Signature(positional=shape.freevars), shape.first_line), shape.first_line)


def _function(body: list[ast.stmt], arguments: ast.arguments, line: int) -> ast.stmt:
    node = ast.FunctionDef(name="revived", args=arguments, body=body, decorator_list=[], returns=None)
    if sys.version_info >= (3, 12):
        node.type_params = []
    node.lineno = node.end_lineno = line
    node.col_offset = node.end_col_offset = 0
    return node


def _arguments(signature: Signature, line: int) -> ast.arguments:
    def parameter(name: str) -> ast.arg:
        return ast.arg(arg=name, annotation=None, lineno=line, end_lineno=line, col_offset=0, end_col_offset=0)

    def optional(name: str | None) -> ast.arg | None:
        return None if name is None else parameter(name)

    return ast.arguments(
        posonlyargs=[parameter(name) for name in signature.positional_only],
        args=[parameter(name) for name in signature.positional],
        vararg=optional(signature.var_positional),
        kwonlyargs=[parameter(name) for name in signature.keyword_only],
        kw_defaults=[None] * len(signature.keyword_only),
        kwarg=optional(signature.var_keyword),
        defaults=[],
    )


def _prologue(shape: Shape) -> list[ast.stmt]:
    """Return the statements that bind the variables, all on the first line."""
    statements: list[ast.stmt] = []
    if shape.freevars:
        statements.append(ast.Nonlocal(names=list(shape.freevars)))
    statements += [ast.Delete(targets=[ast.Name(id=name, ctx=ast.Del())]) for name in shape.deleted]
    if shape.assigned:
        names: list[ast.expr] = [ast.Name(id=name, ctx=ast.Store()) for name in shape.assigned]
        target = ast.Tuple(elts=names, ctx=ast.Store())
        statements.append(ast.Assign(targets=[target], value=_held("values"), type_comment=None))
    return [_on_line(statement, shape.first_line) for statement in statements]


def _call(position: Position) -> list[ast.stmt]:
    call = ast.Call(func=_held("callee"), args=[], keywords=[])
    return [_at(ast.Expr(value=call), position)]


def _execute(position: Position) -> list[ast.stmt]:
    arguments = ast.Starred(value=_held("arguments"), ctx=ast.Load())
    call = ast.Call(func=_held("callee"), args=[arguments], keywords=[])
    return [_at(ast.Expr(value=call), position)]


def _raise(position: Position) -> list[ast.stmt]:
    return [_at(ast.Raise(exc=_held("exception"), cause=None), position)]


def _stop(position: Position) -> list[ast.stmt]:
    """Call the door, then have one more line event on the same line before the exception is raised.

    Debuggers that are entered by `set_trace()` stop at the next line event:
    without one they would stop at the exception, some with a broken stack.
    """
    if HAS_MONITORING:
        call = ast.Call(func=_held("door"), args=[], keywords=[])
        return [_on_line(ast.Expr(value=call), position.line), _gap(), *_raise(position)]
    # The door is an iterator here, and the jump back to it is the line event.
    return [_loop(position.line), *_raise(position)]


def _park(position: Position) -> list[ast.stmt]:
    """Loop over the door, an iterator that ends when the thread is let go.

    Every turn is a line event, where a debugger can suspend the thread; it
    shows no variables of a thread that is blocked in C.
    """
    loop = _loop(position.line)
    if HAS_MONITORING:
        loop.body = [_gap()]
    return [loop]


TAILS = {CALL: _call, EXECUTE: _execute, RAISE: _raise, STOP: _stop, PARK: _park}


# --- nodes


def _held(attribute: str, context: ast.expr_context | None = None) -> ast.expr:
    """Return the node for an attribute of the holder."""
    return ast.Attribute(value=ast.Constant(value=PLACEHOLDER, kind=None), attr=attribute, ctx=context or ast.Load())


def _loop(line: int) -> ast.For:
    """Return the loop over the door that does nothing."""
    item, door = _held("item", ast.Store()), _held("door")
    return _on_line(ast.For(target=item, iter=door, body=[ast.Pass()], orelse=[], type_comment=None), line)


def _gap() -> ast.stmt:
    return _on_line(ast.Expr(value=_held("door")), GAP_LINE)


def _on_line(node: Statement, line: int) -> Statement:
    """Place `node` and all below it on `line`, without columns."""
    column = -1 if HAS_POSITIONS else 0  # -1 compiles to "no column": no carets
    for child in ast.walk(node):
        if "lineno" in child._attributes:
            child.lineno = child.end_lineno = line  # type: ignore[attr-defined]  # _attributes says it has them
            child.col_offset = child.end_col_offset = column  # type: ignore[attr-defined]  # likewise
    return node


def _at(node: ast.stmt, position: Position) -> ast.stmt:
    """Place `node` at `position`, and the call that a statement consists of as well."""
    _on_line(node, position.line)
    if position.column is None or position.end_column is None:
        return node
    for outer in (node, node.value) if isinstance(node, ast.Expr) else (node,):
        outer.end_lineno = position.end_line
        outer.col_offset = position.column
        outer.end_col_offset = position.end_column
    return node
