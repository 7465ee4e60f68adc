"""What an object is made of: its attributes, read where they lie.

The `__dict__` by the interpreter's own descriptor, slots by their
member descriptors; never a property, `__getattr__` or `__getattribute__`.
What was found out about a class is kept, so that a second instance costs
little.
"""

from __future__ import annotations

from itertools import islice
from types import MemberDescriptorType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import dictionary_reader
from tibidi.look.anatomy import mro
from tibidi.look.anatomy import namespace
from tibidi.look.anatomy import type_name
from tibidi.look.lazy import has_come
from tibidi.look.lazy import is_lazy
from tibidi.process.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from typing import Any

TRIES = 5  # for a container that another thread is changing


class Layout(NamedTuple):
    """What instances of a class are made of; `cls` keeps it alive, as layouts are found by its id()."""

    cls: type
    name: str
    module: str
    read_dictionary: Callable[[Any], Any] | None
    slots: tuple[tuple[str, Any], ...]
    is_lazy: bool
    fields: tuple[str, ...] | None
    names: frozenset[str]


class Layouts:
    """The layouts of the classes met so far.

    Classes are found by id(), as a metaclass may define `__hash__`.
    """

    def __init__(self) -> None:
        self._known: dict[int, Layout] = {}

    def of(self, cls: type) -> Layout:
        """Return the layout of a class."""
        known = self._known.get(id(cls))
        if known is None:
            known = self._known[id(cls)] = _layout(cls)
        return known

    def is_waiting(self, thing: object) -> bool:
        """Tell whether a thing is lazy, and has not come into being yet."""
        layout = self.of(type(thing))
        if not layout.is_lazy:
            return False
        own = layout.read_dictionary(thing) if layout.read_dictionary else None
        return type(own) is not dict or not has_come(layout.cls, own)

    def attributes(self, thing: object, limit: int) -> list[tuple[str, object]]:
        """Return names and values of the attributes of an instance, slots first, `limit` at most."""
        layout = self.of(type(thing))
        found = []
        for name, descriptor in layout.slots[:limit]:
            try:
                found.append((name, descriptor.__get__(thing)))
            except (AttributeError, ValueError):  # an empty slot
                continue
        if layout.read_dictionary is not None:
            variables = layout.read_dictionary(thing)
            if issubclass(type(variables), dict):
                pairs = first(dict.items(variables), limit - len(found))
                found.extend(pair for pair in pairs if type(pair[0]) is str)
        return found


def first(iterable: Iterable[Any], limit: int) -> list[Any]:
    """Return the first items of a builtin container, also while another thread is changing it."""
    for _ in range(TRIES):
        try:
            return list(islice(iterable, max(limit, 0)))
        except RuntimeError:  # changed during iteration
            continue
    return []


def _layout(cls: type) -> Layout:
    read_dictionary = dictionary_reader(cls)
    slots: dict[str, object] = {}
    fields: tuple[str, ...] | None = None
    for base in mro(cls):
        for name, value in list(namespace(base).items()):
            if type(value) is not MemberDescriptorType:
                continue
            if name == "__dict__":  # of modules
                read_dictionary = value.__get__
            elif name[:2] != "__":
                slots.setdefault(name, value)
        fields = fields or _fields(namespace(base))
    full = type_name(cls)
    names = frozenset(map(type_name, mro(cls)))
    module, _, _ = full.rpartition(".")
    return Layout(cls, full, module, read_dictionary, tuple(slots.items()), is_lazy(cls), fields, names)


def _fields(body: Any) -> tuple[str, ...] | None:
    """Return the names that a dataclass, named tuple or attrs class declares."""
    declared = body.get("__dataclass_fields__")
    if type(declared) is dict:
        return tuple(name for name in declared if type(name) is str)
    declared = body.get("_fields")
    if type(declared) is tuple and all(type(name) is str for name in declared):
        return declared
    return None
