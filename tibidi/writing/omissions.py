"""Where in a value a substituted object is: `exceptions[0].frames[2].locals['big'].rows[3]`.

Loaded when something was substituted.
"""

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
from tibidi.model import TIMEOUT
from tibidi.model import TOO_DEEP
from tibidi.model import TOO_LARGE
from tibidi.model import Omission
from tibidi.process import time
from tibidi.process.records import NamedTuple
from tibidi.writing.reducers import ILLEGAL_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from typing import Any

    from tibidi.writing.pickle_state import Substitution
    from tibidi.writing.pieces import Piece

MAX_OMISSIONS = 1_000  # of one piece
# Nothing inside an object that was left out for these reasons is in the dump.
CUT = {TIMEOUT, TOO_DEEP, TOO_LARGE}
# A search only finds a path: it must not take as long as the dump.
MAX_THINGS = 100_000
MAX_SECONDS = 0.2
MAX_SECONDS_IN_ALL = 1.0  # for all searches of a dump, of which there may be one a frame
# The objects, and items of each, that are searched even after that, as most paths are short.
FEW_THINGS = 200
FEW_ITEMS = 50
PLAIN = frozenset({bool, bytearray, bytes, complex, float, int, str, type(None)})
SEQUENCES: tuple[Any, ...] = (list, tuple, set, frozenset)
# Plain containers hold nothing but their items.
PLAIN_BASES: dict[type, tuple[type, ...]] = {cls: (cls,) for cls in (dict, frozenset, list, set, tuple)}
CALLABLES = (FunctionType, MethodType)
SHOWN_CHARS = 60
MAX_STEPS = 20


class PathNode(NamedTuple):
    """One step of a path, and the node before it."""

    before: PathNode | None
    step: str


def path_text(node: PathNode | None) -> str:
    """Return a path as text; of a long one, its beginning and end."""
    steps: list[str] = []
    while node is not None:
        steps.append(node.step)
        node = node.before
    steps.reverse()
    if len(steps) > MAX_STEPS:
        left_out = len(steps) - MAX_STEPS
        steps[MAX_STEPS // 2 : -MAX_STEPS // 2] = [f"…{left_out} more…"]
    return "".join(steps)


class OmissionFinder:
    """Turns substitutions into omissions with paths; `text` removes secrets from a text."""

    def __init__(self, text: Callable[[str], str]) -> None:
        self._text = text
        self._seconds_left = MAX_SECONDS_IN_ALL
        self._classes = Classes()

    def enter(self, omissions: list[Omission], substitutions: list[Substitution], piece: Piece) -> None:
        """Append the substitutions in a piece: with the path of the piece first, then, if found in time, their own."""
        starts = piece.by_path()
        around = next(iter(starts)) if len(starts) == 1 else piece.paths[0]
        listed, rest = substitutions[:MAX_OMISSIONS], substitutions[MAX_OMISSIONS:]
        first = len(omissions)
        omissions.extend(Omission(around, each.reason, self._text(each.detail)) for each in listed)
        if rest:
            detail = f"{len(rest)} more of this kind or similar"
            omissions.append(Omission(piece.paths[0], rest[0].reason, detail))
        found = {id(piece.value): piece.paths[0]}
        cut = {id(each.thing) for each in substitutions if each.reason in CUT}
        found.update(self.find(starts, {id(each.thing) for each in substitutions} - found.keys(), cut))
        for at, each in enumerate(listed, first):
            path = found.get(id(each.thing))
            if path is not None and each.key is not None:
                path = self.within(path, each.key)
            if path is not None:  # else the object was in a copy that `__getstate__` made, for instance
                omissions[at] = omissions[at]._replace(path=path)

    def find(
        self, starts: dict[str, object], wanted: set[int], closed: frozenset[int] | set[int] = frozenset()
    ) -> dict[int, str]:
        """Return a shortest path for each id in `wanted` under `starts`, path -> object, outside of `closed`."""
        seen: set[int] = set()
        found: dict[int, str] = {}
        pending = deque((thing, PathNode(None, path)) for path, thing in starts.items())
        begin = time.monotonic()
        end = begin + MAX_SECONDS
        things, items = (MAX_THINGS, MAX_THINGS) if self._seconds_left > 0 else (FEW_THINGS, FEW_ITEMS)
        while pending and len(found) < len(wanted) and len(seen) < things:
            thing, node = pending.popleft()
            if id(thing) in seen:
                continue
            seen.add(id(thing))
            if id(thing) in wanted:
                found[id(thing)] = path_text(node)
            if len(seen) % 256 == 0 and time.monotonic() > end:
                break
            if exact_type(thing) not in PLAIN and id(thing) not in closed:
                pending.extend((each, PathNode(node, step)) for step, each in self._steps(thing, items))
        self._seconds_left -= time.monotonic() - begin
        return found

    def within(self, path: str, key: object) -> str:
        """Return the path of the value under `key` in the mapping at `path`."""
        if path.endswith(".__dict__") and isinstance(key, str):
            return f"{path[: -len('.__dict__')]}.{key}"
        return f"{path}[{self._key(key)}]"

    def _steps(self, thing: object, limit: int) -> Iterator[tuple[str, object]]:
        try:
            yield from list(islice(self._items(thing), limit))
        except Exception:  # noqa: BLE001 - it changed meanwhile; then the omission has the path of the variable
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
            yield from _referents(thing)
        elif type not in bases and exact_type(thing) not in PLAIN_BASES:
            facts = self._classes.of(type(thing))
            own = facts.dictionary(thing)
            yield ".__dict__", own
            yield from ((f".{name}", value) for name, value in (*own.items(), *values(thing, facts.stored)))

    def _key(self, key: object) -> str:
        if type(key) is str:
            return repr(self._text(key[:SHOWN_CHARS]))
        return repr(key) if exact_type(key) in PLAIN else f"<{type(key).__name__}>"


def _referents(thing: Any) -> Iterator[tuple[str, object]]:
    """Yield what a function or method refers to."""
    if isinstance(thing, MethodType):
        yield ".__self__", thing.__self__
        return
    yield ".__defaults__", thing.__defaults__
    for number, cell in enumerate(thing.__closure__ or ()):
        try:
            yield f".__closure__[{number}].cell_contents", cell.cell_contents
        except ValueError:  # empty
            continue
