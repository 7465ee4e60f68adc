"""Find values that would print for ever: a list of lists of the same list in forty levels ("billion laughs").

What is large is found out at the speed of C; only that is counted, each part once.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from gc import get_referents
from sys import getsizeof

from tibidi.process.hints import Any
from tibidi.reading.inert.repr import OWN_WAYS, parts

# A value that prints as more things than this, as the same few are in it many times, is shown in part.
MAX_PRINTED = 10_000_000
MAX_COUNTED = 200_000  # containers, half a second; larger values are not counted to their end
# Containers, which print what they hold; subclasses print like them.
NESTING_BASES = (deque, dict, frozenset, list, set, tuple, *OWN_WAYS)
MAX_LEVELS = 1_000
MAX_BYTES = 64 * MAX_PRINTED  # of the containers of one level, before what they hold is listed
# A level that has the same few containers so many times, that deep: nodes that refer to each other, which would go on
# to MAX_PRINTED.  To count each once is faster.
MIN_REPEATED, MIN_REPEATS, MIN_LEVELS = 1_000, 4, 4


class Kinds(dict[type, bool]):
    """Whether a type is one of `bases`, or built on one: a dictionary, as millions of objects are asked for."""

    def __init__(self, bases: tuple[type, ...]) -> None:
        super().__init__()
        self._bases = bases

    def __missing__(self, kind: type) -> bool:
        found = self[kind] = issubclass(kind, self._bases)
        return found


NESTING = Kinds(NESTING_BASES)


def is_large(value: object, *, is_patient: bool = True) -> bool:
    """Return True if printing `value` may take forever; quick, as C code lists what is in it level by level.

    Without patience, also if it has the same few containers many times.
    """
    level = [value]
    left = MAX_PRINTED
    for number in range(MAX_LEVELS):
        is_small = left > MAX_PRINTED * 0.9
        if sum(map(getsizeof, level)) > MAX_BYTES or (
            not is_patient and number >= MIN_LEVELS and is_small and has_repeats(level)
        ):
            return True
        held = get_referents(*level)
        left -= len(held)
        if left < 0:
            return True
        level = [each for each in held if NESTING[type(each)]]
        if not level:
            return False
    return True  # deep, or a part of itself


def has_repeats(level: list[object]) -> bool:
    """Return True if many of these are the same few; nearly free for others, as the first ones show it."""
    if len(level) < MIN_REPEATED or len({*map(id, level[:MIN_REPEATED])}) * 2 > MIN_REPEATED:
        return False
    return len({*map(id, level)}) * MIN_REPEATS < len(level)


def fold(
    value: object,
    known: dict[int, int],
    inside: Callable[[Any], list[Any]],
    combine: Callable[[Any, list[int]], int],
    limit: int = sys.maxsize,
) -> int | None:
    """Return what `combine` makes of `value` and of the numbers of the things inside it; each thing is seen once.

    `known` has the numbers by id, 0 for those of which the thing itself is a
    part.  Returns None if there are more than `limit`.
    """
    pending = [value]
    while pending:
        thing = pending[-1]
        if known.get(id(thing)):
            pending.pop()
            continue
        held = inside(thing)
        fresh = [each for each in held if id(each) not in known]
        if fresh:
            if len(known) > limit:
                return None
            known[id(thing)] = 0
            pending.extend(fresh)
            continue
        known[id(thing)] = combine(thing, [known[id(each)] for each in held])
        pending.pop()
    return known[id(value)]


def is_endless(value: object, known: dict[int, int]) -> bool:
    """Return True if printing `value` takes forever, or if it is too large to tell.

    What is in it twice is printed twice; `known` has the sizes of what was counted before.
    """
    if not isinstance(value, NESTING_BASES) or not is_large(value, is_patient=False):
        return False

    def containers(thing: Any) -> list[Any]:
        return [each for each in parts(thing) if isinstance(each, NESTING_BASES)]

    size = fold(value, known, containers, lambda thing, sizes: 1 + len(parts(thing)) + sum(sizes), MAX_COUNTED)
    if size is None:
        known.clear()
        return is_large(value)
    return size > MAX_PRINTED
