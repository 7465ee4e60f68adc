"""Print inert objects as what they were, in bounded space, without control characters.

A debugger prints values to a terminal, and the names in a dump are untrusted,
so each name in a repr has passed `clean`.
"""

from __future__ import annotations

import reprlib
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import islice, zip_longest
from types import SimpleNamespace

from tibidi.process.hints import Any
from tibidi.process.texts import printable
from tibidi.words import standins

Words = tuple[str, tuple[object, ...], Mapping[str, object]]  # name, arguments, attributes

MAX_NAME_CHARS = 200
MAX_ATTRIBUTES = 12
MAX_TEXT_CHARS = 1_500
# Parts that are printed of one value; within objects with a repr of their own, levels start again.
MAX_PARTS = 5_000
MAX_DEPTH = 40


class Bounded(reprlib.Repr):
    """reprlib with limits that fit a line or two of a terminal."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 4
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdeque = 8
        self.maxstring = 80
        self.maxlong = 60
        self.maxother = 120
        self._active: set[int] = set()  # ids of what is being printed, to detect cycles
        self._depth = 0
        self._is_apart = False
        self._left = MAX_PARTS

    def repr_int(self, x: int, level: int) -> str:
        """Print a number, a huge one by its size, as its digits take quadratic time."""
        return super().repr_int(x, level) if x.bit_length() < 1 << 12 else f"<int of {x.bit_length()} bits>"

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        """Print a dictionary in its own order, where reprlib sorts the keys."""
        if not dict.__len__(x) or level <= 0:
            return "{...}" if dict.__len__(x) else "{}"
        shown = [
            f"{self.repr1(key, level - 1)}: {self.repr1(value, level - 1)}"
            for key, value in islice(dict.items(x), self.maxdict)
        ]
        return f"{{{', '.join(shown)}{', ...' if dict.__len__(x) > self.maxdict else ''}}}"

    def repr1(self, x: Any, level: int) -> str:
        """Print one value with a bounded number of parts, however they are nested."""
        if self._depth == 0:
            self._left = MAX_PARTS
        self._left -= 1
        if self._left < 0 or self._depth > MAX_DEPTH:
            return "<...>"
        self._depth += 1
        try:
            return self._one(x, level)
        finally:
            self._depth -= 1

    def plainly(self, x: Any) -> str:
        """Print an inert object with its attributes, without the repr of its type."""
        return self._inert(x, type(x)._inert_words_, self.maxlevel)

    def apart(self, x: Any, text: Callable[[], str]) -> str:
        """Print a table or a column; one within another is printed without its content."""
        if self._is_apart:
            return f"<{type(x)._inert_name_}>"
        self._is_apart = True
        try:
            return text()
        finally:
            self._is_apart = False

    def _one(self, x: Any, level: int) -> str:
        """Print one value; reprlib goes by the name of the type, which is untrusted."""
        words = getattr(type(x), "_inert_words_", None)
        if words is not None and (type(x).__repr__ is type(x)._inert_repr_ or is_elsewhere(x)):
            return self._inert(x, words, level)
        for kind, name in KINDS:
            if isinstance(x, kind):
                text: str = getattr(self, name)(x, level)
                return text
        if isinstance(x, OWN_WAYS):
            return self._once(x, level, lambda: self._own_way(x, level))
        return self.repr_instance(x, level)

    def _own_way(self, x: Any, level: int) -> str:
        """Print an object whose own repr would print all of its parts, however many there are."""
        names = [f"{clean(name)}=" for name in vars(x)] if isinstance(x, SimpleNamespace) else []
        name = "namespace" if names else clean(type(x).__name__)
        held = parts(x)
        shown = [self.repr1(part, level - 1) for _, part in zip(range(self.maxlist), held)]
        shown = [f"{name}{part}" for name, part in zip_longest(names[: len(shown)], shown, fillvalue="")]
        return f"{name}({', '.join(shown)}{', ...' if len(held) > len(shown) else ''})"

    def _once(self, x: object, level: int, text: Callable[[], str]) -> str:
        """Return a text of an object that is not within itself."""
        if level <= 0 or id(x) in self._active:
            return "<...>"
        self._active.add(id(x))
        try:
            return text()
        finally:
            self._active.discard(id(x))

    def _inert(self, x: object, words: Callable[[object], Words], level: int) -> str:
        return self._once(x, level, lambda: describe(*words(x), level - 1))


KINDS = tuple((kind, f"repr_{kind.__name__}") for kind in (str, int, dict, list, tuple, set, frozenset, deque))
# Other types whose repr prints all parts.
EMPTY: tuple[dict[str, str], ...] = ({}, OrderedDict())
VIEWS = tuple(type(view) for each in EMPTY for view in (each.keys(), each.values(), each.items()))
OWN_WAYS = (BaseException, SimpleNamespace, slice, *VIEWS)
CONTAINERS = (dict, list, set, deque)
BOUNDED = Bounded()
standins.show = BOUNDED.repr


def is_elsewhere(thing: Any) -> bool:
    """Return True for a container without items whose class may keep them in its attributes."""
    return isinstance(thing, CONTAINERS) and bool(thing.__dict__) and (not len(thing) or "_data" in thing.__dict__)


def container_repr(layout: Any) -> Callable[[Any], str]:
    """Return the `__repr__` of a class that is built on a container, which prints attributes instead of no items."""
    return lambda it: describe(full_name(type(it)), (), vars(it), 4) if is_elsewhere(it) else layout.__repr__(it)


def parts(thing: Any) -> Collection[object]:
    """Return the parts of an object that are printed."""
    if isinstance(thing, dict):
        return [*dict.keys(thing), *dict.values(thing)]
    if isinstance(thing, SimpleNamespace):
        return vars(thing).values()
    if isinstance(thing, BaseException):
        return thing.args
    found: Collection[object] = (thing.start, thing.stop, thing.step) if isinstance(thing, slice) else thing
    return found


def clean(name: object) -> str:
    """Return an untrusted name with everything that is not printable escaped."""
    text = name if isinstance(name, str) else type(name).__name__
    if len(text) > MAX_NAME_CHARS:
        text = text[:MAX_NAME_CHARS] + "..."
    return printable(text)


def full_name(cls: type) -> str:
    """Return the printable name of a class that is not here."""
    return clean(f"{cls.__module__}.{cls.__qualname__}")


def describe(name: str, arguments: Iterable[object], attributes: Mapping[str, object], level: int) -> str:
    """Return `<name(arguments) attribute=value, ...>`, private ones last, with `level` levels of their contents."""
    words = [BOUNDED.repr1(argument, level) for argument in arguments]
    # What a library adds, such as `_sa_instance_state`, would fill the line.
    ordered = sorted(attributes.items(), key=lambda pair: str(pair[0]).startswith("_"))
    call = f"({', '.join(words)})" if words else ""
    shown = [f"{clean(key)}={BOUNDED.repr1(value, level)}" for key, value in ordered[:MAX_ATTRIBUTES]]
    if len(attributes) > MAX_ATTRIBUTES:
        shown.append(f"+{len(attributes) - MAX_ATTRIBUTES}")
    text = f"<{name}{call}{' ' if shown else ''}{', '.join(shown)}>"
    return text if len(text) <= MAX_TEXT_CHARS else f"{text[: MAX_TEXT_CHARS - 4]}...>"
