"""Limits for reading untrusted values: time, memory, hashing.

A small pickle can take any amount of each: a million empty sets (one byte
makes 216), a tuple of tuples of the same tuple in forty levels ("billion
laughs"), which takes a trillion steps to hash, keys that all have one hash.
`Budget` is charged while the pickle is read and raises DamagedDump when it is
exhausted; what was read until then is kept.

Time is processor time of this thread, so that a busy machine cuts nothing
short.  It is also checked for every batch of keys, as a dictionary of
colliding keys takes quadratic time (PEP 456 protects strings only).
"""

from __future__ import annotations

import builtins
from collections import Counter
from collections import OrderedDict
from collections import defaultdict
from collections import deque
from types import SimpleNamespace
from typing import TYPE_CHECKING

from tibidi.errors import DamagedDump
from tibidi.process import time
from tibidi.reading.inert.repr import OWN_WAYS
from tibidi.reading.inert.repr import VIEWS
from tibidi.reading.inert.repr import parts

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_SECONDS = 3.5
MAX_MEMORY_BYTES = 512 << 20
MAX_MEMBER_BYTES = 128 << 20
# A key of more parts than this, or with a number of more bits, is not hashed.
MAX_KEY_PARTS = 10_000
MAX_KEY_BITS = 64_000
# The time is checked after so many keys: as many that collide take a second in a dictionary of 60,000 of the kind.
KEYS_PER_CHECK = 1_000
# Bytes of memory that one byte of opcodes takes at most, apart from what is counted one by one: `M\0\1`, an int.
BYTES_PER_OPCODE_BYTE = 12
# A tuple, list, dictionary, set or object, with its share of what holds it.
CONTAINER_BYTES = 120
SET_BYTES = 240

# A value that prints as more things than this, as the same few are in it many times, is shown in part.
MAX_PRINTED = 10_000_000
MAX_COUNTED = 200_000  # containers, half a second; larger values are not counted to their end
# That takes at least this many references to containers in the memo.
FEW_MENTIONS = 20
NESTING = frozenset({
    Counter, OrderedDict, defaultdict, deque, dict, frozenset, list, set, tuple, SimpleNamespace, slice, *VIEWS,
    *(each for each in vars(builtins).values() if isinstance(each, type) and issubclass(each, BaseException)),
})  # fmt: skip
# Subclasses of these print like them.
NESTING_BASES = (deque, dict, frozenset, list, set, tuple, *OWN_WAYS)

HINT = "if you know where the file comes from, open it live: it is then read without these limits"
# Keys of these types take no time worth counting.
CHEAP_KEYS = frozenset({str, bytes, float, bool, complex, type(None)})


class Budget:
    """The remaining time and memory, for all pickles of a dump."""

    def __init__(self, seconds: float = MAX_SECONDS, memory: int = MAX_MEMORY_BYTES) -> None:
        self._seconds = seconds
        self._end = time.thread_time() + seconds
        self._memory = memory
        self._keys = 0  # since the time was checked

    def charge(self, size: int) -> None:
        """Take `size` bytes of memory; raise DamagedDump if memory or time is exhausted."""
        self._memory -= size
        if self._memory < 0:
            raise DamagedDump("its values take more memory than an untrusted dump may", HINT)
        self.check_time()

    def release(self, size: int) -> None:
        """Give back `size` bytes of memory."""
        self._memory += size

    def check_time(self) -> None:
        """Raise DamagedDump if the time is up."""
        if time.thread_time() > self._end:
            raise DamagedDump(f"its values take more than {self._seconds:g} s to read", HINT)

    def check_keys(self, keys: Collection[object]) -> bool:
        """Return True if all of `keys` can be hashed at little cost; raise DamagedDump if the time is up."""
        self._keys += len(keys)
        if self._keys >= KEYS_PER_CHECK:
            self._keys = 0
            self.check_time()
        kinds = set(map(type, keys))
        if kinds <= CHEAP_KEYS:
            return True
        return all(map(is_cheap_key, keys))


def is_cheap_key(key: object) -> bool:
    """Return True if hashing and comparing `key` takes a bounded number of steps."""
    pending = [key]
    left = MAX_KEY_PARTS
    while pending:
        part = pending.pop()
        if isinstance(part, (tuple, frozenset)):
            left -= len(part) + 1
            if left < 0:
                return False
            pending.extend(part)
        elif isinstance(part, int) and int.bit_length(part) > MAX_KEY_BITS:
            return False
    return True


class Sizes:
    """Counts the things that are printed of a value; what is in it twice is printed twice."""

    def __init__(self) -> None:
        self._sizes: dict[int, int] = {}  # 0 while it is being counted

    def is_endless(self, value: object) -> bool:
        """Return True if printing `value` takes forever, or if it is too large to tell."""
        if not isinstance(value, NESTING_BASES):
            return False
        pending: list[object] = [value]
        while pending:
            thing = pending[-1]
            if self._sizes.get(id(thing)):
                pending.pop()
                continue
            held = [each for each in parts(thing) if isinstance(each, NESTING_BASES)]
            fresh = [each for each in held if id(each) not in self._sizes]
            if fresh:
                if len(self._sizes) > MAX_COUNTED:
                    self._sizes.clear()
                    return True
                self._sizes[id(thing)] = 0
                pending.extend(fresh)
                continue
            self._sizes[id(thing)] = 1 + len(parts(thing)) + sum(self._sizes[id(each)] for each in held)
            pending.pop()
        return self._sizes[id(value)] > MAX_PRINTED
