"""What is suspicious in a frame: a registry of functions, each of which looks for one kind of oddity."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from tibidi.dump import DumpedFrame
from tibidi.reading.inert.repr import BOUNDED
from tibidi.reading.inert.types import InertObject
from tibidi.tools.definition import definition, parsed, running
from tibidi.tools.literals import is_atom
from tibidi.tools.parts import type_name, variables_of

Oddity = tuple[str, str, Any]  # expression, what is odd, value
ABSENT = object()
NUMBER = re.compile(r"\s*[+-]?[\d_]*\.?\d+(?:[eE][+-]?\d+)?\s*")
SEQUENCES = (list, tuple, str)
MAX_TEXT, MAX_ITEMS = 200, 100
# Annotations whose classes are known by their names, and what else they allow (PEP 484, the numeric tower).
PLAIN = {
    name: {name} for name in ("bool", "bytes", "date", "Decimal", "dict", "int", "list", "Path", "set", "str", "tuple")
}
PLAIN["float"] = {"float", "int"}


class Scene(NamedTuple):
    """The frame, the values on its line and in its variables, the tree of the line, its function, what it raised."""

    frame: DumpedFrame
    values: dict[str, Any]
    tree: ast.AST
    function: Any
    error: Any


def suspicions(frame: DumpedFrame, source: str, crash: str, error: object = None) -> list[Oddity]:
    """Return what is suspicious, that first which explains a crash of this type, then what is on the line."""
    values, function = values_in(frame, source), definition(frame.record, source)[1]
    scene = Scene(frame, {**values, **variables_of(frame)}, _tree(frame, source), function, error)
    found = []
    for looks, explained, is_vague in REGISTRY:
        is_match = re.search(explained, crash) is not None
        odd = looks(scene) if is_match or not is_vague else ()
        found += [(not is_match, each[0] not in values, each) for each in odd if not is_vague or each[0] in values]
    return [each for *_, each in sorted(found, key=lambda item: item[:2])]


def values_in(frame: DumpedFrame, source: str) -> dict[str, Any]:
    """Return the values of the names, attributes and items on the line of a frame, by their source."""
    nodes = [node for node in ast.walk(_tree(frame, source)) if isinstance(getattr(node, "ctx", None), ast.Load)]
    values = {ast.unparse(node): _value(node, frame) for node in nodes}
    return {name: value for name, value in values.items() if value is not ABSENT}


def _tree(frame: DumpedFrame, source: str) -> ast.AST:
    """Return the statement that was running, of a compound one the header."""
    node = max(running(parsed(source), frame.line), key=lambda each: (each.lineno, each.col_offset), default=ast.Pass())
    header: Any = [each for each in ast.iter_child_nodes(node) if isinstance(each, (ast.expr, ast.withitem))]
    return ast.Tuple(header, ast.Load()) if hasattr(node, "body") else node


def _value(node: ast.AST, frame: DumpedFrame) -> Any:
    """Return the value of a name, attribute or item, ABSENT for anything else; nothing is computed."""
    if isinstance(node, (ast.Constant, ast.Name)):
        known = frame.locals.get(node.id, frame.globals.get(node.id, ABSENT)) if isinstance(node, ast.Name) else None
        return node.value if isinstance(node, ast.Constant) else known
    owner = _value(node.value, frame) if isinstance(node, (ast.Attribute, ast.Subscript)) else ABSENT
    if isinstance(node, ast.Attribute) and isinstance(owner, (InertObject, BaseException)):
        return ABSENT if node.attr.startswith("__") else getattr(owner, node.attr, ABSENT)
    if isinstance(node, ast.Subscript) and (kind := _kind(owner, (dict, *SEQUENCES))):
        try:
            return kind.__getitem__(owner, _value(node.slice, frame))
        except (LookupError, TypeError):
            pass
    return ABSENT


def _kind(value: object, kinds: tuple[type, ...]) -> Any:
    """Return the built-in type that a value is built on, None if it is none of these."""
    return next((kind for kind in kinds if isinstance(value, kind)), None)


def _items(nodes: Iterable[ast.AST], scene: Scene, computed: Any = ABSENT) -> Iterator[tuple[Any, Any, str]]:
    """Yield owner, key and source of each item among the nodes whose key is known; `computed` stands for the others."""
    for node in nodes:
        key = _value(node.slice, scene.frame) if isinstance(node, ast.Subscript) else ABSENT
        key = computed if key is ABSENT else key
        is_plain = all(map(is_atom, key)) if type(key) is tuple else is_atom(key)
        if isinstance(node, ast.Subscript) and key is not ABSENT and is_plain:
            yield _value(node.value, scene.frame), key, ast.unparse(node)


def _nothing(scene: Scene) -> Iterator[Oddity]:
    """Find None, in the items of a list or tuple, too."""
    for name, value in scene.values.items():
        items = [] if (kind := _kind(value, (list, tuple))) is None else list(kind.__iter__(value))[:MAX_ITEMS]
        yield from ((f"{name}[{number}]", "is None", None) for number, item in enumerate(items) if item is None)
        yield from [(name, "is None", None)] if value is None else []


def _empty(scene: Scene) -> Iterator[Oddity]:
    for name, value in scene.values.items():
        kind = _kind(value, (*SEQUENCES, bytes, dict, set, frozenset))
        if kind and not kind.__len__(value):
            yield name, f"is an empty {type_name(value)}", value


def _number(scene: Scene) -> Iterator[Oddity]:
    """Find zero, and what is not a number."""
    for name, value in scene.values.items():
        is_nan = value.is_nan() if type(value) is Decimal else type(value) is float and value != value
        if is_nan or (type(value) in {int, float, Decimal} and value == 0):  # to compare some NaN raises
            yield name, "is not a number" if is_nan else "is zero", value


def _other_type(scene: Scene) -> Iterator[Oddity]:
    """Compare arguments with annotations that are plain names."""
    every: Any = () if scene.function is None else ast.walk(scene.function.args)
    for each in (node for node in every if isinstance(node, ast.arg) and node.annotation):
        text, value = ast.unparse(each.annotation or each), scene.frame.locals.get(each.arg)
        wanted = PLAIN.get(text.strip("'\"").partition("[")[0].rpartition(".")[2])
        if value is not None and wanted and wanted.isdisjoint(kind.__name__ for kind in type(value).__mro__):
            yield each.arg, f"is {type_name(value)} {BOUNDED.repr(value)}, annotated as {text}", value


def _mixed_types(scene: Scene) -> Iterator[Oddity]:
    """Find a text beside a number in arithmetic and comparisons."""
    for node in ast.walk(scene.tree):
        sides = [node.left, node.right] if isinstance(node, ast.BinOp) else []
        sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else sides
        known = [(ast.unparse(side), value) for side in sides if (value := _value(side, scene.frame)) is not ABSENT]
        number = next((name for name, value in known if type(value) in {int, float, Decimal}), "")
        for name, value in known if number else ():
            if isinstance(value, str):
                yield name, f"is {type_name(value)} {BOUNDED.repr(value)}, beside the number {number}", value


def _missing_key(scene: Scene) -> Iterator[Oddity]:
    """Find keys that a dictionary, or a table among its columns, does not have."""
    given = scene.error.args if isinstance(scene.error, KeyError) else ()
    made = {id(each) for node in ast.walk(scene.tree) for each in getattr(node, "targets", ())}  # d[key] = value
    read = [node for node in ast.walk(scene.tree) if id(node) not in made or isinstance(scene.tree, ast.Delete)]
    for owner, key, source in _items(read, scene, given[0] if len(given) == 1 else ABSENT):
        is_table = not isinstance(owner, dict) and type_name(owner).endswith("DataFrame")
        keys = list(owner.columns) if is_table else list(dict.keys(owner)) if isinstance(owner, dict) else [key]
        if key not in keys:
            near = difflib.get_close_matches(str(key), [each for each in keys if isinstance(each, str)], 1)
            rest = f"near {near[0]!r}" if near else f"there are {BOUNDED.repr(keys)}"
            yield source, f"{BOUNDED.repr(key)} is not among {len(keys)} keys; {rest}", key


def _index_out_of_range(scene: Scene) -> Iterator[Oddity]:
    for owner, key, source in _items(ast.walk(scene.tree), scene):
        kind = _kind(owner, SEQUENCES)
        if kind and type(key) is int and not -kind.__len__(owner) <= key < kind.__len__(owner):
            yield source, f"index {key} of a {type_name(owner)} of length {kind.__len__(owner)}", key


def _does_not_parse(scene: Scene) -> Iterator[Oddity]:
    for name, value in scene.values.items():
        if isinstance(value, str) and 0 < len(value) <= MAX_TEXT and not NUMBER.fullmatch(value):
            bad = re.sub(r"[\d\s.+-]", "", value)
            yield name, f"{value!r} is no number" + (f", for {bad!r}" if 0 < len(bad) < len(value) else ""), value


def _aliases(scene: Scene) -> Iterator[Oddity]:
    """Find one object that can change under two names."""
    names: dict[int, str] = {}
    for name, value in {**scene.frame.locals, **scene.frame.globals}.items():
        if type(value) in {list, dict, set} and names.setdefault(id(value), name) != name:
            yield names[id(value)], f"is the same {type_name(value)} as {name}", value


# What looks, the types of exceptions that it explains, and whether it means nothing for others.
REGISTRY = (
    (_number, "Division", False),
    (_missing_key, "KeyError", False),
    (_index_out_of_range, "IndexError", False),
    (_does_not_parse, "ValueError|InvalidOperation|Decode", True),
    (_nothing, "TypeError|AttributeError", False),
    (_mixed_types, "TypeError", True),
    (_other_type, "TypeError|AttributeError", False),
    (_empty, "IndexError|ValueError|StopIteration|Division", False),
    (_aliases, "^$", False),
)
