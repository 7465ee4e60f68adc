"""Values as Python expressions: their repr(), if it makes an equal value with names that can be imported."""

from __future__ import annotations

import ast
import decimal
import enum
import gc
import importlib
import io
import pickle
import re
import sys
import types
from collections import deque
from collections.abc import Iterator
from typing import Any

MAX_CHARACTERS = 400
MAX_OBJECTS = 50_000  # within one value
MAX_CELLS = 60  # of a table
# What these refer to is not the value's own.
# A Decimal is tracked by the garbage collector since Python 3.12, but refers to its class only.
SHARED = (type, types.ModuleType, types.FunctionType, types.CodeType, types.FrameType, decimal.Decimal)
MEMBER = re.compile(r"<([A-Z]\w*(?:\.\w+)+): [^<>]*>")  # of an enumeration
NUMBERS = {"nan": "math", "inf": "math"}
IS_TRACKED = getattr(gc, "is_tracked", lambda _: True)  # not in PyPy


def within(value: object) -> Iterator[Any]:
    """Yield a live value and the objects in it, without running code of the application."""
    waiting, seen = deque([value]), set()
    for _ in range(MAX_OBJECTS):
        if not waiting:
            return
        each = waiting.popleft()
        yield each
        if id(each) not in seen and not issubclass(type(each), SHARED):
            seen.add(id(each))
            waiting.extend(gc.get_referents(each))


def is_atom(value: object) -> bool:
    """Return True for a value that cannot change and has no values in it, for a class, function or module as well."""
    kind = type(value)
    return issubclass(kind, (*SHARED, enum.Enum)) or not (IS_TRACKED(value) or kind in {dict, bytearray})


def has_aliases(value: object) -> bool:
    """Return True if one object that can change is in two places of a value."""
    fixed = (*SHARED, tuple, frozenset)
    found = [id(each) for each in within(value) if not is_atom(each) and not issubclass(type(each), fixed)]
    return len(found) > len({*found})


def literal(value: Any) -> tuple[str, dict[str, str]]:
    """Return an expression for a value, and the module of each name in it; ("", {}) if there is no short one."""
    try:
        text = _table(value) or MEMBER.sub(r"\1", repr(value))
        tree = ast.parse(text, mode="eval") if len(text) <= MAX_CHARACTERS else None
        homes = {**NUMBERS, **_homes(value)}
        nodes = ast.walk(tree) if tree else ()
        used = {node.id: homes[node.id] for node in nodes if isinstance(node, ast.Name)}
        names = {name: importlib.import_module(home) for name, home in used.items()}
        made = eval(text, {n: module if used[n] == n else getattr(module, n) for n, module in names.items()})  # noqa: S307 - a repr of its own
        return (text, used) if tree and type(made) is type(value) and _same(made, value) else ("", {})
    except Exception:  # noqa: BLE001 - a repr of the application
        return "", {}


def _table(value: Any) -> str:
    """Return the expression for a small DataFrame."""
    if type(value) is not getattr(sys.modules.get("pandas"), "DataFrame", None) or value.size > MAX_CELLS:
        return ""
    columns = {name: value[name].tolist() for name in value.columns}
    return f"DataFrame({columns!r}, index={value.index.tolist()!r})"


def _homes(value: object) -> dict[str, str]:
    """Return the module of each name that the repr of a value may have; a module's own name is its own."""
    kinds = {type(each) for each in within(value)}
    homes = {kind.__qualname__.partition(".")[0]: kind.__module__.partition("._")[0] for kind in kinds}
    return {**homes, **{name: name for name in ("datetime", "zoneinfo", "collections") if name in homes.values()}}


def _same(made: Any, value: Any) -> bool:
    """Compare all that is in two values."""
    if hasattr(value, "equals"):
        return bool(made.equals(value) and made.dtypes.equals(value.dtypes) and made.index.equals(value.index))
    return not has_aliases(value) and _bytes(made) == _bytes(value)


def _bytes(value: object) -> bytes:
    file = io.BytesIO()
    pickler = pickle.Pickler(file, 5)
    pickler.fast = True  # without a memo, which tells equal texts from one text
    pickler.dump(value)
    return file.getvalue()
