"""The definition of a function in the captured source: its names, and where its parameters are bound again."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING
from typing import Union

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterator

    from tibidi.model import FrameRecord

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
LOCALS = "<locals>"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPES = (*FUNCTIONS, ast.ClassDef, ast.Lambda)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)


def definition(record: FrameRecord, source: str) -> tuple[tuple[str, ...], Function | None]:
    """Return the parts of the qualified name of a function, `<locals>` among them, and its node if that is found."""
    try:
        pending: list[tuple[ast.AST, tuple[str, ...]]] = [(ast.parse(source), ())]
    except (SyntaxError, ValueError, RecursionError):
        pending = []
    while pending:
        node, path = pending.pop()
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            path = (*path, node.name)
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if isinstance(node, FUNCTIONS) and (node.name, first) == (record.name, record.first_line):
                return path, node
            path = path if isinstance(node, ast.ClassDef) else (*path, LOCALS)
        pending += [(child, path) for child in ast.iter_child_nodes(node)]
    return tuple(record.qualname.split(".")), None


def rebound(node: Function, names: Collection[str], line: int) -> dict[str, int]:
    """Return the line where each of these parameters may have been bound again before `line` was reached."""
    found: dict[str, int] = {}
    statements = [each for each in ast.walk(node) if isinstance(each, ast.stmt) and _spans(each, line)]
    last = max(statements, key=lambda each: (each.lineno, each.col_offset), default=None)
    loops = [each for each in statements if isinstance(each, LOOPS)]
    for statement, name, at in _bindings(node):
        is_unfinished = isinstance(statement, ASSIGNMENTS) and statement is last
        if name in names and ((at <= line and not is_unfinished) or any(_spans(loop, at) for loop in loops)):
            found.setdefault(name, at)
    return found


def _spans(node: ast.stmt, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _bindings(function: Function) -> Iterator[tuple[ast.stmt, str, int]]:
    """Yield what binds or deletes a name in the function's own scope: the statement, the name and its line."""
    pending: list[tuple[ast.AST, ast.stmt]] = [(each, each) for each in function.body]
    while pending:
        node, statement = pending.pop(0)
        statement = node if isinstance(node, ast.stmt) else statement
        name = getattr(node, "asname", None) or getattr(node, "name", None)  # imports, handlers, patterns, definitions
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            name = node.id
        if isinstance(name, str):
            yield statement, name.partition(".")[0], getattr(node, "lineno", statement.lineno)
        inner = [] if isinstance(node, SCOPES) else list(ast.iter_child_nodes(node))
        if isinstance(node, ast.comprehension):  # its target is a variable of its own
            inner.remove(node.target)
        pending += [(each, statement) for each in inner]
