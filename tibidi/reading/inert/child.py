"""The child process of `fuse`: reads pickles from its standard input, and answers each with one line.

    ok                  it was read
    refused <reason>    it cannot be read
    deep <reason>       it is nested too deeply
    memory              it takes too much memory

If it takes too much time the operating system ends the process: C code does
not check.  Where the operating system has no such limits (Windows) the parent does.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import sys
from collections import defaultdict, deque
from types import CellType, MethodType

from tibidi.errors import DamagedDump
from tibidi.process.hints import Any
from tibidi.reading.inert import GO_ON, HEADER
from tibidi.reading.inert.screen import Kinds, fold
from tibidi.reading.inert.unpickler import InertUnpickler
from tibidi.reading.unpickler import MemoryFile

try:
    import resource
    import signal
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

# C code hashes, frees or prints these one within the other, without a check of the depth: in 8 MiB of stack there is
# room for more than 50,000.  Nothing else that a pickle can make overflows the stack, as CPython checks the depth of
# `repr`, comparing and pickling, and frees other containers in turn (Include/cpython/object.h, "trashcan").
UNCHECKED = (tuple, slice, CellType, MethodType, deque, defaultdict, BaseException)
MAX_DEPTH = 10_000
# The addresses that mimalloc, the allocator of free-threaded builds, keeps for itself from the start.
ARENA_BYTES = 1 << 30 if "free-threading" in sys.version else 0
FEW_LEVELS = 6  # almost no value has more of these; they are gone through at the speed of C


def main() -> None:
    """Read pickles until the standard input ends."""
    forbid()
    stdin, answers = sys.stdin.buffer, os.dup(1)
    file = MemoryFile()
    namespaces: defaultdict[str, dict[str, object]] = defaultdict(dict)
    unpickler = InertUnpickler(file, namespace=namespaces.__getitem__)
    read: list[object] = []
    gc.disable()
    gc.freeze()  # so that only what is read is looked through
    while True:
        header = stdin.read(HEADER.size)
        if len(header) < HEADER.size:
            os._exit(0)  # without freeing what was read
        size, count, seconds, memory = HEADER.unpack(header)
        limit(seconds, memory)
        data = stdin.read(size)
        if count != GO_ON:
            unpickler = unpickler.go_on(count, None)
        file.source = io.BytesIO(data)
        os.write(answers, answer(unpickler, read))


def answer(unpickler: InertUnpickler, read: list[object]) -> bytes:
    """Read a pickle; return the answer.  What was read is kept, as freeing it may overflow the stack."""
    try:
        read.append(unpickler.load())
        if is_deep():
            return f"deep nested more than {MAX_DEPTH:,} levels deep\n".encode()
    except MemoryError:
        return b"memory\n"
    except DamagedDump as error:
        if isinstance(error.__context__, MemoryError):
            return b"memory\n"
        return f"refused {error}".replace("\n", " ").encode("utf-8", "replace")[:400] + b"\n"
    return b"ok\n"


def forbid() -> None:
    """Take from the process what it does not need: core dumps, and writing to files."""
    if resource is not None:
        for what in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(what, (0, 0))


def limit(seconds: float, memory: int) -> None:
    """Have the operating system end this process after `seconds` of processor time, and give it at most `memory`."""
    if resource is not None:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        with contextlib.suppress(OSError, ValueError):  # not on every system
            resource.setrlimit(resource.RLIMIT_AS, (memory + ARENA_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))


def is_deep() -> bool:
    """Return True if something of UNCHECKED is within more than MAX_DEPTH others."""
    unchecked = Kinds(UNCHECKED)
    inner = [each for each in gc.get_objects() if unchecked[type(each)]]
    for _ in range(FEW_LEVELS):
        # What is in these, each once: otherwise a tuple of two of the same tuple, forty times, would be a billion.
        inner = list({id(each): each for each in gc.get_referents(*inner) if unchecked[type(each)]}.values())
        if not inner:
            return False
    known: dict[int, int] = {}

    def inside(thing: Any) -> list[Any]:
        return [each for each in gc.get_referents(thing) if unchecked[type(each)]]

    depths = (fold(each, known, inside, lambda _, held: 1 + max(held, default=0)) for each in inner)
    return any(depth is not None and depth > MAX_DEPTH for depth in depths)
