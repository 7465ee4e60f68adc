"""Where in a value something lies, for people: `exceptions[0].frames[2].locals['big'].rows[3]`."""

from __future__ import annotations

from collections import deque
from itertools import islice
from types import FunctionType
from types import MethodType
from types import ModuleType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import exact_type
from tibidi.look.anatomy import is_a
from tibidi.look.anatomy import mro
from tibidi.look.anatomy import values
from tibidi.look.classes import Classes
from tibidi.process import time
from tibidi.process.records import NamedTuple
from tibidi.writing.reducers import ILLEGAL_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from typing import Any

# A search only says where a gap is: it must not cost what the dump costs.
MAX_THINGS = 100_000
MAX_SECONDS = 0.2
MAX_SECONDS_IN_ALL = 1.0  # of the searches of a dump, of which there may be one a frame
# What is looked at even then, as most of what is searched for lies near: so many things, so many items of each.
FEW_THINGS = 200
FEW_ITEMS = 50
PLAIN = frozenset({bool, bytearray, bytes, complex, float, int, str, type(None)})
SEQUENCES: tuple[Any, ...] = (list, tuple, set, frozenset)
# Plain containers hold nothing but their items.
PLAIN_BASES: dict[type, tuple[type, ...]] = {cls: (cls,) for cls in (dict, frozenset, list, set, tuple)}
CALLABLES = (FunctionType, MethodType)
SHOWN_CHARS = 60
MAX_STEPS = 20


class Way(NamedTuple):
    """One step, and the way to where it is taken from."""

    before: Way | None
    step: str


def written(way: Way | None) -> str:
    """Return a way as text; of a long one, beginning and end."""
    steps: list[str] = []
    while way is not None:
        steps.append(way.step)
        way = way.before
    steps.reverse()
    if len(steps) > MAX_STEPS:
        left_out = len(steps) - MAX_STEPS
        steps[MAX_STEPS // 2 : -MAX_STEPS // 2] = [f"…{left_out} more…"]
    return "".join(steps)


class Paths:
    """Finds things under the variables of one root, breadth first, so that the shortest path is found."""

    def __init__(self, text: Callable[[str], str]) -> None:
        self._text = text
        self._seconds_left = MAX_SECONDS_IN_ALL
        self._classes = Classes()

    def find(
        self, starts: dict[str, object], wanted: set[int], closed: frozenset[int] | set[int] = frozenset()
    ) -> dict[int, str]:
        """Return a path for each id in `wanted` that lies under `starts`, path -> thing, outside what is `closed`."""
        ways: dict[int, Way] = {}
        found: dict[int, str] = {}
        pending = deque((thing, Way(None, path)) for path, thing in starts.items())
        begin = time.monotonic()
        end = begin + MAX_SECONDS
        things, items = (MAX_THINGS, MAX_THINGS) if self._seconds_left > 0 else (FEW_THINGS, FEW_ITEMS)
        while pending and len(found) < len(wanted) and len(ways) < things:
            thing, way = pending.popleft()
            if id(thing) in ways:
                continue
            ways[id(thing)] = way
            if id(thing) in wanted:
                found[id(thing)] = written(way)
            if len(ways) % 256 == 0 and time.monotonic() > end:
                break
            if exact_type(thing) not in PLAIN and id(thing) not in closed:
                pending.extend((each, Way(way, step)) for step, each in self._steps(thing, items))
        self._seconds_left -= time.monotonic() - begin
        return found

    def within(self, path: str, key: object) -> str:
        """Return the path of what the mapping at `path` has under `key`."""
        if path.endswith(".__dict__") and isinstance(key, str):
            return f"{path[: -len('.__dict__')]}.{key}"
        return f"{path}[{self._key(key)}]"

    def _steps(self, thing: object, limit: int) -> Iterator[tuple[str, object]]:
        try:
            yield from list(islice(self._items(thing), limit))
        except Exception:  # noqa: BLE001 - it changed under our hands; the gap then has the path of what is around it
            return

    def _items(self, thing: Any) -> Iterator[tuple[str, object]]:
        if exact_type(thing) in ILLEGAL_TYPES or is_a(thing, ModuleType):
            return  # what they refer to is not in the dump
        bases = PLAIN_BASES.get(exact_type(thing)) or mro(type(thing))
        if dict in bases:
            yield from ((f"[{self._key(key)}]", value) for key, value in dict.items(thing))
        for base in SEQUENCES:
            if base in bases:
                yield from ((f"[{number}]", each) for number, each in enumerate(base.__iter__(thing)))
        if exact_type(thing) in CALLABLES:
            yield from _held_by(thing)
        elif type not in bases and exact_type(thing) not in PLAIN_BASES:
            facts = self._classes.of(type(thing))
            own = facts.dictionary(thing)
            yield ".__dict__", own
            yield from ((f".{name}", value) for name, value in (*own.items(), *values(thing, facts.stored)))

    def _key(self, key: object) -> str:
        if type(key) is str:
            return repr(self._text(key[:SHOWN_CHARS]))
        return repr(key) if exact_type(key) in PLAIN else f"<{type(key).__name__}>"


def _held_by(thing: Any) -> Iterator[tuple[str, object]]:
    """Yield what a function or method holds on to."""
    if isinstance(thing, MethodType):
        yield ".__self__", thing.__self__
        return
    yield ".__defaults__", thing.__defaults__
    for number, cell in enumerate(thing.__closure__ or ()):
        try:
            yield f".__closure__[{number}].cell_contents", cell.cell_contents
        except ValueError:  # empty
            continue
