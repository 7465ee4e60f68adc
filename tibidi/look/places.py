"""Where in a value an object is: `exceptions[0].frames[2].locals['big'].rows[3]`.

A path is Python and leads to the object in the loaded dump.  No code of the application runs.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from gc import get_referents
from itertools import count, islice
from types import CoroutineType, FrameType, FunctionType, GeneratorType, MethodType, ModuleType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import HEAP_TYPE, PLAIN, exact_type, is_a, is_native, mro, namespace, type_flags, values
from tibidi.look.classes import Classes, shipped
from tibidi.process import time
from tibidi.process.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Union

    # What follows an object in a path: text, the number of an item, or the key and number of an item of a mapping.
    Step = Union[str, int, tuple[object, int]]

# A search only finds a path: it must not take as long as the dump.
MAX_THINGS = 50_000
MAX_SECONDS = 0.2
MAX_SECONDS_IN_ALL = 1.0  # for all searches of a dump, of which there may be one a frame
# The objects, and items of each, that are searched even after that, as most paths are short.
FEW_THINGS = 200
FEW_ITEMS = 50
LITERALS = PLAIN | {bytearray}
LEAVES = frozenset(map(id, LITERALS))
INDEXED: tuple[Any, ...] = (list, tuple, deque)
UNORDERED: tuple[Any, ...] = (set, frozenset)
# Plain containers hold nothing but their items.
PLAIN_BASES: dict[type, tuple[type, ...]] = {cls: (cls,) for cls in (deque, dict, frozenset, list, set, tuple)}
PLAIN_BASES[OrderedDict] = (dict,)
CALLABLES = (FunctionType, MethodType)
CLOSED = (GeneratorType, CoroutineType, FrameType)  # what they refer to is not in a dump
SHOWN_CHARS = 200
MAX_STEPS = 50
BEFORE = "\0"  # in a step: the path before it, if that does not come first


class PathNode(NamedTuple):
    """One step of a path, and the node before it."""

    before: PathNode | None
    step: Step


class Places:
    """Searches objects for others; `text` removes secrets from a text."""

    def __init__(self, text: Callable[[str], str] = str) -> None:
        self._text = text
        self._seconds_left = MAX_SECONDS_IN_ALL
        self._classes = Classes()
        self._bodies: set[int] = set()  # the classes whose attributes this search has looked at

    def find(
        self, starts: dict[str, object], wanted: set[int], closed: frozenset[int] | set[int] = frozenset()
    ) -> dict[int, str]:
        """Return a shortest path for each id in `wanted` under `starts`, path -> object, outside of `closed`."""
        found = {id(each): path for path, each in reversed(list(starts.items())) if id(each) in wanted}
        pending: deque[tuple[object, PathNode | None, Step]] = deque(
            [(each, None, path) for path, each in starts.items()]
        )
        begin = time.monotonic()
        self._bodies.clear()
        seen, looked, end = set(closed), len(pending), begin + MAX_SECONDS
        things, items = (MAX_THINGS, MAX_THINGS) if self._seconds_left > 0 else (FEW_THINGS, FEW_ITEMS)
        while pending and len(found) < len(wanted) and looked < things and time.monotonic() < end:
            thing, before, step = pending.popleft()
            if id(thing) in seen:
                continue
            seen.add(id(thing))
            node, leads_on = PathNode(before, step), step != ""
            for step, each in self._steps(thing, items):
                looked += 1
                if id(each) in wanted and id(each) not in found:
                    found[id(each)] = self._path(PathNode(node, step if leads_on else ""))
                if step == ".__dict__":  # its items are attributes
                    seen.add(id(each))
                elif id(type(each)) not in LEAVES:
                    pending.append((each, node, step if leads_on else ""))
        self._seconds_left -= time.monotonic() - begin
        return found

    def within(self, path: str, key: object) -> str:
        """Return the path of the value under `key` in the mapping at `path`."""
        if path.endswith(".__dict__") and isinstance(key, str):
            return f"{path[: -len('.__dict__')]}.{key}"
        return f"{path}[{self._key(key)}]"

    def _path(self, node: PathNode | None) -> str:
        """Return a path as text; of a long one, its beginning and end."""
        steps: list[str] = []
        while node is not None:
            steps.append(self._text_of(node.step))
            node = node.before
        steps.reverse()
        if len(steps) > MAX_STEPS:
            left_out = len(steps) - MAX_STEPS
            steps[MAX_STEPS // 2 : -MAX_STEPS // 2] = [f"…{left_out} more…"]
        path = ""
        for step in steps:
            path = step.replace(BEFORE, path) if BEFORE in step else path + step
        return path

    def _text_of(self, step: Step) -> str:
        if isinstance(step, str):
            return step
        if isinstance(step, int):
            return f"[{step}]"
        key, number = step  # of the keys, only some can be written as Python
        return f"[{self._key(key)}]" if _is_literal(key) else f"list({BEFORE}.values())[{number}]"

    def _steps(self, thing: object, limit: int) -> Iterator[tuple[Step, object]]:
        try:
            yield from list(islice(self._items(thing), limit))
        except Exception:  # noqa: BLE001 - it changed meanwhile; then the omission has the path of the variable
            return

    def _items(self, thing: Any) -> Iterator[tuple[Step, object]]:
        if exact_type(thing) in CLOSED or is_a(thing, ModuleType):
            return
        bases = PLAIN_BASES.get(exact_type(thing)) or mro(type(thing))
        if dict in bases:
            yield from zip(zip(dict.keys(thing), count()), dict.values(thing))
        for base in filter(bases.__contains__, INDEXED):
            yield from enumerate(base.__iter__(thing))
        for base in filter(bases.__contains__, UNORDERED):
            yield from ((f"list({BEFORE})[{number}]", each) for number, each in enumerate(base.__iter__(thing)))
        if exact_type(thing) not in PLAIN_BASES:
            yield from self._attributes(thing)

    def _attributes(self, thing: Any) -> Iterator[tuple[str, object]]:
        if exact_type(thing) in CALLABLES:
            yield from _referents(thing)
        elif is_a(thing, type):
            yield from ((f".{name}", value) for name, value in _body(thing).items())
        else:
            facts = self._classes.of(type(thing))
            own = facts.dictionary(thing)
            yield ".__dict__", own
            left_out = shipped(facts.names)  # not in a dump
            pairs = (*own.items(), *values(thing, facts.stored))
            yield from ((f".{name}", value) for name, value in pairs if not left_out or name not in left_out)
            if id(type(thing)) not in self._bodies:  # else another instance has led to them
                self._bodies.add(id(type(thing)))
                yield from ((f".{name}", value) for name, value in _body(type(thing)).items() if name not in own)
            if is_native(type(thing)):  # an iterator, a bound method: nothing leads further than to it
                yield from (("", each) for each in get_referents(thing) if not is_a(each, type))
            else:
                yield ".__class__", type(thing)

    def _key(self, key: object) -> str:
        if type(key) is str:
            return repr(self._text(key[:SHOWN_CHARS]))
        return repr(key) if _is_literal(key) else f"<{type(key).__name__}>"


def _is_literal(key: object) -> bool:
    if exact_type(key) is tuple:
        return all(map(_is_literal, key))  # type: ignore[call-overload]  # a tuple
    return exact_type(key) in LITERALS


def _body(cls: Any) -> dict[str, object]:
    """Return the attributes of a class statement, {} for a class of C code."""
    return dict(namespace(cls)) if type_flags(cls) & HEAP_TYPE else {}


def _referents(thing: Any) -> Iterator[tuple[str, object]]:
    """Yield what a function or method refers to."""
    if isinstance(thing, MethodType):
        yield ".__self__", thing.__self__
        return
    for name in ("__defaults__", "__kwdefaults__", "__doc__"):
        yield f".{name}", getattr(thing, name)
    yield from ((f".{name}", value) for name, value in thing.__dict__.items())
    for number, cell in enumerate(thing.__closure__ or ()):
        try:
            yield f".__closure__[{number}].cell_contents", cell.cell_contents
        except ValueError:  # empty
            continue
