"""The parts of a value, each with its step in a path; and every value of a dump with its path.

Works on inert values: nothing here calls code of the application.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from tibidi.dump import Dump, DumpedFrame
from tibidi.present.frames import TEMPORARY
from tibidi.present.lines import cut
from tibidi.reading.inert.repr import BOUNDED
from tibidi.reading.inert.types import InertObject, items_of, visible
from tibidi.words.standins import NotPickleable

Part = tuple[str, object]
UNNAMED = (list, deque, set, frozenset)  # containers of items without names
MAX_KEY = 80  # characters of a key in a path
MAX_PARTS = 3_000_000  # of one dump


def type_name(value: Any) -> str:
    """Return the name of the type that a value had in the crashed process."""
    return str(getattr(type(value), "_inert_name_", type(value).__name__))


def parts(value: Any) -> Iterator[Part]:
    """Yield what is directly in a value: items of containers, fields and attributes of objects."""
    yield from _items(value)
    if isinstance(value, type):
        return
    if isinstance(value, InertObject):
        yield from ((f".{name}", item) for name, item in visible(value).items())
        yield from _items(value.__dict__.get("_items_"))
    elif isinstance(value, (BaseException, NotPickleable)):
        yield from ((f".{name}", item) for name, item in vars(value).items())


def _items(value: Any) -> Iterator[Part]:
    if isinstance(value, dict):
        yield from ((f"[{cut(BOUNDED.repr(key), MAX_KEY)}]", item) for key, item in dict.items(value))
    elif isinstance(value, tuple):
        names = getattr(type(value), "_inert_fields_", ())
        for number, item in enumerate(items_of(value)):
            yield (f".{names[number]}" if number < len(names) else f"[{number}]"), item
    elif isinstance(value, BaseException):
        yield from ((f".args[{number}]", item) for number, item in enumerate(value.args))
    kind: Any = next((kind for kind in UNNAMED if isinstance(value, kind)), None)
    if kind is not None:  # by the method of the built-in type: a subclass may be one of the file
        is_ordered = kind in {list, deque}
        yield from ((f"[{number}]" if is_ordered else "{…}", item) for number, item in enumerate(kind.__iter__(value)))


def frames(dump: Dump) -> Iterator[tuple[str, DumpedFrame]]:
    """Yield every frame with its path: those of exceptions, threads and tasks, the innermost of each stack first."""
    for title in ("exceptions", "threads", "tasks"):
        for index, stack in enumerate(getattr(dump, title)):
            for number in range(len(stack) - 1, -1, -1):
                yield f"{title}[{index}].frames[{number}]", stack[number]


def variables_of(frame: DumpedFrame) -> dict[str, Any]:
    """Return the variables of a frame that are in its summary, without those of pytest's assertion rewriting."""
    names = [name for name in frame.record.locals if name in frame.locals]
    return {name: frame.locals[name] for name in names if not name.startswith(TEMPORARY)}


def roots(dump: Dump) -> Iterator[Part]:
    """Yield the variables of every frame, own exceptions first, then the exceptions and the globals of modules."""
    for path, frame in frames(dump):
        yield from ((f"{path}.locals[{name!r}]", value) for name, value in frame.locals.items())
    for index, exception in enumerate(dump.exceptions):
        yield f"exceptions[{index}].exception", exception.exception
    for module, namespace in dump.modules.items():
        yield from ((f"modules[{module!r}][{name!r}]", value) for name, value in namespace.items())


def everything(dump: Dump) -> Iterator[Part]:
    """Yield every value of a dump once, with the first path to it, breadth first."""
    waiting = deque(roots(dump))
    seen: set[int] = set()
    for _ in range(MAX_PARTS):
        if not waiting:
            return
        path, value = waiting.popleft()
        yield path, value
        if isinstance(value, (str, bytes, int, float, complex, type(None))) or id(value) in seen:
            continue
        seen.add(id(value))
        waiting.extend((path + step, part) for step, part in parts(value))
