"""The definition of a function in the captured source: its names, and where its parameters are bound again."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Union

from tibidi.model import FrameRecord

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
LOCALS = "<locals>"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPES = (*FUNCTIONS, ast.ClassDef, ast.Lambda)
TRIES = (ast.Try, getattr(ast, "TryStar", ast.Try))  # 3.11
LOOPS, ASSIGNMENTS = (ast.For, ast.AsyncFor, ast.While), (ast.Assign, ast.AnnAssign, ast.AugAssign)


def definition(record: FrameRecord, source: str) -> tuple[tuple[str, ...], Function | None]:
    """Return the parts of the qualified name of a function, `<locals>` among them, and its node if that is found."""
    pending: list[tuple[ast.AST, tuple[str, ...]]] = [(parsed(source), ())]
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


def rebound(function: Function, names: Collection[str], line: int) -> dict[str, int]:
    """Return the line where each of these variables may have been bound again before an exception at `line` left."""
    around = running(function, line)
    last = max(around, key=lambda each: (each.lineno, each.col_offset), default=None)
    after = [each for node in around if isinstance(node, TRIES) for each in _unwinding(node, line)]
    found: dict[str, int] = {}
    pending: list[tuple[ast.AST, ast.stmt]] = [(each, each) for each in function.body]
    while pending:
        node, statement = pending.pop(0)
        statement = node if isinstance(node, ast.stmt) else statement
        name = getattr(node, "asname", None) or getattr(node, "name", None)  # imports, handlers, patterns, definitions
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            name = node.id
        at = getattr(node, "lineno", statement.lineno)
        is_before = at <= line and not (statement is last and isinstance(statement, ASSIGNMENTS))
        is_again = any(spans(each, at) for each in [*after, *(loop for loop in around if isinstance(loop, LOOPS))])
        if isinstance(name, str) and name.partition(".")[0] in names and (is_before or is_again):
            found.setdefault(name.partition(".")[0], at)
        inner = [] if isinstance(node, SCOPES) else list(ast.iter_child_nodes(node))
        if isinstance(node, ast.comprehension):  # its target is a variable of its own
            inner.remove(node.target)
        pending += [(each, statement) for each in inner]
    return found


def parsed(source: str) -> ast.Module:
    """Return the tree of a source, an empty one if it cannot be parsed."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two where it is nested too deep
        return ast.Module([], [])


def running(tree: ast.AST, line: int) -> list[ast.stmt]:
    """Return the statements of a tree that span a line."""
    return [each for each in ast.walk(tree) if isinstance(each, ast.stmt) and spans(each, line)]


def _unwinding(node: ast.Try, line: int) -> list[ast.stmt | ast.ExceptHandler]:
    """Return what an exception at a line of a try statement may run before it leaves that: handlers, `finally`."""
    if any(spans(each, line) for each in node.finalbody):
        return []
    return [*(node.handlers if any(spans(each, line) for each in node.body) else ()), *node.finalbody]


def spans(node: ast.stmt | ast.ExceptHandler, line: int) -> bool:
    """Return True if a line is one of a statement."""
    return node.lineno <= line <= (node.end_lineno or node.lineno)
