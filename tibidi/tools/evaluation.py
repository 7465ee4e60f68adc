"""Evaluate an expression in a frame of an inert dump, in a subset of Python that calls nothing from the dump.

The tree may contain only NODES, and call only FUNCTIONS and METHODS, none of which is code of the dump; names with two
underscores and the insides of generators are out of reach.  Python evaluates what passes, in a process with limits of
time and memory: C code that compares a stranger's values may take any amount of both, and cannot be interrupted.
"""

from __future__ import annotations

import ast
import builtins
import json
import os
import re
import select
import signal
from collections.abc import Callable
from typing import Any

from tibidi import config
from tibidi.dump import DumpedFrame
from tibidi.errors import TibidiError
from tibidi.look.anatomy import error_text
from tibidi.process.texts import printable
from tibidi.reading.inert.repr import Bounded
from tibidi.tools.parts import type_name

SECONDS = 5.0
MAX_CHARACTERS = 2_000  # of the expression
NODES = re.compile(
    "Expression|Load|Store|Name|Attribute|Subscript|Slice|ExtSlice|Index|Constant|Starred|Compare|(Not)?Eq|Lt|LtE|Gt|GtE|"
    "Is(Not)?|(Not)?In|BoolOp|And|Or|UnaryOp|Not|USub|UAdd|Invert|BinOp|Add|Sub|Mult|Div|FloorDiv|Mod|Pow|Bit(And|Or|Xor)|"
    "[LR]Shift|IfExp|List|Tuple|Set|Dict|ListComp|SetComp|DictComp|GeneratorExp|comprehension|Call|keyword"
)
FUNCTIONS = re.compile(
    "abs|all|any|bool|bytes|dict|divmod|enumerate|float|frozenset|hash|id|int|isinstance|len|list|max|min|ord|range|repr|"
    "reversed|round|set|sorted|str|sum|tuple|type|zip"
)
METHODS = re.compile("count|endswith|find|get|index|isdigit|items|keys|lower|split|startswith|strip|upper|values")
UNREACHABLE = re.compile(r"__(?!class__$|dict__$|name__$).*|(?:gi|ag|cr)_.*")


def evaluate(frame: DumpedFrame, text: str, room: int) -> dict[str, Any]:
    """Return the value of an expression as `answer` does; raise TibidiError for an expression that is not allowed."""
    try:
        tree = ast.parse(text.strip() if len(text) <= MAX_CHARACTERS else "", mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise TibidiError(f"not an expression of at most {MAX_CHARACTERS} characters: {error}", "") from None
    called = {getattr(node.func, "id", "") for node in ast.walk(tree) if isinstance(node, ast.Call)} - {""}
    refused = next((node for node in ast.walk(tree) if not _is_allowed(node)), None)
    if refused is not None:
        what = ast.unparse(refused) if isinstance(refused, ast.expr) else type(refused).__name__
        raise TibidiError(
            f"not evaluated in an inert dump: {what}", "--live evaluates any Python, if you trust the dump"
        )
    known = {name: value for name, value in vars(builtins).items() if FUNCTIONS.fullmatch(name)}
    names = {**known, **frame.globals, **frame.locals, **{name: known[name] for name in called}, "__builtins__": {}}
    return _limited(lambda: answer(lambda: eval(compile(tree, "<expression>", "eval"), names), room))  # noqa: S307 - checked


def _is_allowed(node: ast.AST) -> bool:
    name = str(getattr(node, "attr", getattr(node, "id", "")))
    if not NODES.fullmatch(type(node).__name__) or UNREACHABLE.fullmatch(name):
        return False
    if not isinstance(node, ast.Call):  # `key=` would be called
        return not isinstance(node, ast.keyword) or node.arg in ("default", "reverse", "start")
    if isinstance(node.func, ast.Attribute):
        return METHODS.fullmatch(node.func.attr) is not None
    is_class = getattr(node.func, "id", "") == "type" and (len(node.args) != 1 or isinstance(node.args[0], ast.Starred))
    return FUNCTIONS.fullmatch(getattr(node.func, "id", "")) is not None and not is_class


def answer(work: Callable[[], object], room: int) -> dict[str, Any]:
    """Return `type` and `value` of what `work` returns, in `room` characters, or of the `error` that it raises."""
    shown = Bounded()
    shown.maxstring = shown.maxother = room
    shown.maxlist = shown.maxdict = shown.maxtuple = shown.maxset = max(room // 40, 8)
    try:
        value = work()
        kind, text, is_error = type_name(value), shown.repr(value), False
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever the expression raises
        kind, text, is_error = type(error).__name__, message_of(error), True
    more = f"… +{len(text) - room}" if len(text) > room else ""
    return {"type": printable(kind), "value": printable(text[:room], "\n") + more, "error": is_error}


def message_of(error: BaseException) -> str:
    """Return the message of an error; if `str()` of it raises, type and message of what is raised."""
    try:
        return str(error)
    except Exception as failure:  # noqa: BLE001 - code of the application
        return error_text(failure)


def _limited(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what `work` returns in a process of its own; where there is no fork, here and without limits."""
    if not hasattr(os, "fork"):
        return work()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            import resource

            resource.setrlimit(resource.RLIMIT_AS, (config.read_bytes, config.read_bytes))
            os.write(writer, json.dumps(work()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        data = pipe.read() if select.select([pipe], [], [], SECONDS)[0] else None
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    why = f"it takes more than {SECONDS:g} s" if data is None else "it takes too much memory"
    return dict(json.loads(data)) if data else {"type": "Unfinished", "value": why, "error": True}
