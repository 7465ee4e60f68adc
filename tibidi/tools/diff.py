"""What differs between two dumps of a crash: frames that only one has, and values of the frames that both have."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice, takewhile
from operator import eq
from typing import Any, NamedTuple

from tibidi.dump import Dump, DumpedFrame, Stack
from tibidi.present import phrases
from tibidi.present.lines import ADDRESS
from tibidi.reading.inert.repr import BOUNDED
from tibidi.tools.parts import parts, type_name

ABSENT = "(absent)"
MAX_DEPTH = 5
MAX_PARTS = 1_000  # of one value
MAX_ALIGNED = 500  # frames of a stack: aligning takes the square of their number, and more for strange ones
MAX_DIFFERENCES = 10_000
PLAIN = (str, bytes, int, float, complex, type(None))


class Difference(NamedTuple):
    """A path in both dumps, and what each has there."""

    path: str
    before: str
    after: str


def diff(one: Dump, other: Dump) -> Iterator[Difference]:
    """Yield the differences, in the order of the first dump: process, exceptions, frames, variables."""
    found = _Comparison().dumps(one, other)
    yield from islice(found, MAX_DIFFERENCES)
    if next(found, None) is not None:
        yield Difference("more", f"{MAX_DIFFERENCES:,} differences are listed", "there are more")


class _Comparison:
    """Compares two dumps; a pair of values that was found equal is not compared again, whatever paths lead to it."""

    def __init__(self) -> None:
        self._equal: dict[tuple[int, int, int], tuple[object, object]] = {}  # with the depth; keeps the values alive

    def dumps(self, one: Dump, other: Dump) -> Iterator[Difference]:
        """Yield all differences."""
        for name in ("python", "hostname", "cwd", "executable", "argv"):
            yield from _different(f"process.{name}", *(getattr(dump.process, name) for dump in (one, other)))
        packages = [dict(dump.process.packages) for dump in (one, other)]
        for name in sorted({*packages[0], *packages[1]}):
            yield from _different(f"process.packages[{name!r}]", *(each.get(name, ABSENT) for each in packages))
        for index in range(max(len(one.subjects), len(other.subjects))):
            path = f"exceptions[{index}]" if one.exceptions or other.exceptions else "threads[0]"
            pair = [dump.subjects[index] if index < len(dump.subjects) else None for dump in (one, other)]
            for name in ("type", "message"):
                yield from _different(f"{path}.{name}", *(getattr(each, name, ABSENT) for each in pair))
            if pair[0] is not None and pair[1] is not None:
                yield from self._stacks(path, pair[0], pair[1])

    def _stacks(self, path: str, one: Stack, other: Stack) -> Iterator[Difference]:
        """Align the frames of two stacks by file and function, and compare those that match."""
        names = [[(os.path.basename(frame.file), frame.qualname) for frame in stack] for stack in (one, other)]
        for kind, start, end, first, last in _alignment(*names):
            if kind == "equal":
                for number, match in zip(range(start, end), range(first, last)):
                    yield from self._frames(f"{path}.frames[{number}]", one[number], other[match])
                continue
            for number in range(start, end):
                yield Difference(f"{path}.frames[{number}]", phrases.frame_place(one[number]), ABSENT)
            for number in range(first, last):
                yield Difference(f"{path}.frames[{number}]", ABSENT, phrases.frame_place(other[number]))

    def _frames(self, path: str, one: DumpedFrame, other: DumpedFrame) -> Iterator[Difference]:
        yield from _different(f"{path}.line", one.line, other.line)
        for name in dict.fromkeys((*one.record.locals, *other.record.locals)):
            pair = (frame.locals.get(name, ABSENT) for frame in (one, other))
            yield from self._values(f"{path}.locals[{name!r}]", *pair)

    def _values(
        self, path: str, one: Any, other: Any, within: frozenset[tuple[int, int]] = frozenset()
    ) -> Iterator[Difference]:
        """Compare two values part by part, down to where their types differ."""
        pair = (id(one), id(other))
        known = (*pair, len(within))
        if pair in within or len(within) > MAX_DEPTH or known in self._equal:
            return
        if type_name(one) != type_name(other) or isinstance(one, PLAIN):
            yield from _different(path, one, other)
            return
        before, after = (dict(islice(parts(each), MAX_PARTS)) for each in (one, other))
        is_equal = True
        if not before and not after:
            for each in _different(path, one, other):
                is_equal = False
                yield each
        for step in dict.fromkeys((*before, *after)):
            of_part = self._values(path + step, before.get(step, ABSENT), after.get(step, ABSENT), within | {pair})
            for each in of_part:
                is_equal = False
                yield each
        if is_equal:
            self._equal[known] = one, other


def _alignment(one: Sequence[object], other: Sequence[object]) -> list[tuple[str, int, int, int, int]]:
    """Return which items of two sequences match, as SequenceMatcher.get_opcodes(); of long ones only the beginning."""
    if max(len(one), len(other)) <= MAX_ALIGNED:
        return [*SequenceMatcher(None, one, other, autojunk=False).get_opcodes()]
    same = sum(takewhile(bool, map(eq, one, other)))
    return [("equal", 0, same, 0, same), ("replace", same, len(one), same, len(other))]


def _different(path: str, one: Any, other: Any) -> Iterator[Difference]:
    """Yield a difference unless both look the same, apart from addresses."""
    before, after = (each if each is ABSENT else BOUNDED.repr(each) for each in (one, other))
    if type(one) in PLAIN and type(other) is type(one):
        is_equal = one == other
    else:  # the classes of two inert dumps are never the same
        is_equal = ADDRESS.sub("", before) == ADDRESS.sub("", after)
    if not is_equal:
        yield Difference(path, before, after)
