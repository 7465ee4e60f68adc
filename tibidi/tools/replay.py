"""What generated tests call: a script as a module, a function within a function, the arguments of a crash."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import sys
import types
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tibidi import config
from tibidi.loader import load
from tibidi.process.texts import source_lines

_scripts: list[str] = []


def script(path: str | os.PathLike[str], name: str, before: str = "") -> types.ModuleType:
    """Import the script at `path` as the module `name`, once; only up to the statement that begins with `before`."""
    if name in sys.modules:
        return sys.modules[name]
    module = types.ModuleType(name)
    module.__file__, module.__package__ = os.path.realpath(path), name.rpartition(".")[0]
    if module.__package__:
        importlib.import_module(module.__package__)
    text = importlib.util.decode_source(Path(path).read_bytes())
    tree, lines = ast.parse(text), source_lines(text)
    starts = [number for number, node in enumerate(tree.body) if before == lines[node.lineno - 1].strip()]
    tree.body = tree.body[: starts[-1]] if starts else tree.body
    sys.modules[name] = module
    _scripts.append(name)
    exec(compile(tree, module.__file__, "exec", dont_inherit=True), vars(module))  # noqa: S102 - as importing it does
    return module


def be_main() -> None:
    """Let imported scripts be `__main__`: a dump has their classes by value, as to import the script would run it."""
    for name in _scripts:
        module = sys.modules.pop(name)
        for each in vars(module).values():
            if isinstance(each, (type, types.FunctionType)) and each.__module__ == name:
                each.__module__ = "__main__"
        module.__name__, sys.modules["__main__"] = "__main__", module


def nested(outer: types.FunctionType, names: Sequence[str], cells: Mapping[str, Any]) -> types.FunctionType:
    """Return the function with these names within `outer`, as it is now; `cells` has its free variables.

    Functions among these that `outer` defines, too, are replaced by those of today.
    """
    code = outer.__code__
    for name in names:
        inner = [each for each in code.co_consts if isinstance(each, types.CodeType) and each.co_name == name]
        if not inner:
            raise LookupError(f"{outer.__qualname__} has no {name} any more")
        code = inner[0]
    contents = {name: types.CellType(cells[name]) for name in code.co_freevars}
    made = types.FunctionType(code, outer.__globals__, names[-1], None, tuple(contents.values()))
    for name, cell in contents.items():
        value = cells[name]
        if type(value) is types.FunctionType and value.__qualname__ == f"{outer.__qualname__}.<locals>.{name}":
            held = dict(zip(value.__code__.co_freevars, [each.cell_contents for each in value.__closure__ or ()]))
            cell.cell_contents = made if name == names[-1] else nested(outer, [name], held)
    return made


def arguments(test: str) -> dict[str, Any]:
    """Return the arguments in the dump beside a generated test, live: it is as much a part of the test as its code."""
    config.silent = True  # no note about a file that another key has signed
    return load(f"{os.path.splitext(test)[0]}.pkl", trust=True).exceptions[0].frames[0].locals


async def collect(items: AsyncIterator[object]) -> list[object]:
    """Return the items of an asynchronous generator."""
    return [item async for item in items]
