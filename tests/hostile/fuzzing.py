"""What a fuzzer throws, and what must hold whatever it is: `scripts/fuzz` and the tests use the same."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import tempfile
from typing import TYPE_CHECKING

from dumpfile import samples
from hostile import catalogue, forging

from tibidi.dumpfile.reader import Reader
from tibidi.errors import TibidiError
from tibidi.loader import load
from tibidi.reading.inert import makers
from tibidi.reading.inert.repr import BOUNDED
from tibidi.reading.inert.unpickler import InertUnpickler

if TYPE_CHECKING:
    from collections.abc import Iterator

try:
    import resource
except ImportError:  # Windows
    resource = None

MAX_MEMORY_BYTES = 4 << 30
# Every opcode but FRAME, which hides what follows, and those with operands, which are in VALUES.
OPCODES = [
    pickle.ADDITEMS,
    pickle.APPEND,
    pickle.APPENDS,
    pickle.BINPERSID,
    pickle.BUILD,
    pickle.DICT,
    pickle.DUP,
    pickle.EMPTY_DICT,
    pickle.EMPTY_LIST,
    pickle.EMPTY_SET,
    pickle.EMPTY_TUPLE,
    pickle.FROZENSET,
    pickle.LIST,
    pickle.MARK,
    pickle.MEMOIZE,
    pickle.NEWFALSE,
    pickle.NEWOBJ,
    pickle.NEWOBJ_EX,
    pickle.NEWTRUE,
    pickle.NEXT_BUFFER,
    pickle.NONE,
    pickle.OBJ,
    pickle.POP,
    pickle.POP_MARK,
    pickle.READONLY_BUFFER,
    pickle.REDUCE,
    pickle.SETITEM,
    pickle.SETITEMS,
    pickle.STACK_GLOBAL,
    pickle.TUPLE,
    pickle.TUPLE1,
    pickle.TUPLE2,
    pickle.TUPLE3,
]
NAMES = [
    ("builtins", "dict"),
    ("builtins", "getattr"),
    ("collections", "OrderedDict"),
    ("collections", "deque"),
    ("copyreg", "_reconstructor"),
    ("datetime", "datetime"),
    ("functools", "partial"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy.core.numeric", "_frombuffer"),
    ("os", "system"),
    ("pandas.core.frame", "DataFrame"),
    ("pandas.core.indexes.base", "_new_Index"),
    ("shop", "Cart"),
    ("types", "SimpleNamespace"),
    ("uuid", "UUID"),
    *((module, word) for module, word in makers.WORDS if module == "tibidi"),
    *(("tibidi", word) for word in ("Cut", "Dummy", "_code", "_keys", "_namespace", "_reference")),
]
VALUES = [5, -1, 1 << 70, 1.5, "x", "__class__", b"V8", b"\xff" * 10, (), (1, 2), [], {}, {"a": 1}, {5: 6}, None, True]
PIECES = [
    *OPCODES,
    *(forging.name(*pair) for pair in NAMES),
    *(forging.plain(value) for value in VALUES),
    *(pickle.BINGET + bytes([index]) for index in range(6)),
]
CORPUS = [
    *(data for data in catalogue.nonsense().values()),
    *(forging.variables(x=data) for data in {**catalogue.calls(), **catalogue.makers()}.values()),
]
DUMP = samples.dump_bytes(None)


def check_pickle(data: bytes) -> None:
    """Read bytes as a pickle; whatever they are, there is a value that prints, or an error of ours."""
    with little_memory():
        try:
            value = InertUnpickler(io.BytesIO(data), namespace={}.setdefault).load()
        except TibidiError:
            return
        BOUNDED.repr(value)


@contextlib.contextmanager
def little_memory() -> Iterator[None]:
    """Limit the memory of this process, as the process is limited in which values are tried."""
    if resource is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def check_dump(data: bytes) -> None:
    """Open bytes as a dump; whatever they are, it opens and prints, or there is an error of ours."""
    number, path = tempfile.mkstemp()
    try:
        with open(number, "wb") as file:
            file.write(data)
        with Reader(path) as reader:
            _ = reader.summary, reader.sources
        dump = load(path, trust=False)
        BOUNDED.repr({key: value for stack in dump.exceptions for frame in stack for key, value in frame.items()})
    except TibidiError as error:
        if not error.hint:
            raise AssertionError(error) from error
    finally:
        os.unlink(path)


def check(data: bytes) -> None:
    """Do both, as a coverage-guided fuzzer knows nothing of either."""
    check_pickle(forging.START + data)
    check_dump(data)
