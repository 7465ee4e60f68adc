"""What a fuzzer throws, and what must hold whatever it is: `scripts/fuzz` and the tests use the same."""

from __future__ import annotations

import io
import os
import pickle
import tempfile

from dumpfile import samples
from hostile import catalogue
from hostile import forging

from tibidi.dumpfile.reader import Reader
from tibidi.errors import TibidiError
from tibidi.loader import load
from tibidi.pickling.inert import InertUnpickler
from tibidi.pickling.inert_repr import BOUNDED

OPCODES = [
    getattr(pickle, name)
    for name in (
        "ADDITEMS APPEND APPENDS BINPERSID BUILD EMPTY_DICT EMPTY_LIST EMPTY_SET EMPTY_TUPLE FROZENSET MARK MEMOIZE "
        "NEWFALSE NEWOBJ NEWOBJ_EX NEWTRUE NONE POP POP_MARK REDUCE SETITEM SETITEMS STACK_GLOBAL TUPLE TUPLE1 TUPLE2 TUPLE3"
    ).split()
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
    *(("tibidi", word) for word in "_class _class_state _code _enum _exception _exception_state _function".split()),
    *(("tibidi", word) for word in "_function_state _member _module _namespace _reference Dummy Cut".split()),
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
    try:
        value = InertUnpickler(io.BytesIO(data), namespace={}.setdefault).load()
    except TibidiError:
        return
    BOUNDED.repr(value)


def check_dump(data: bytes) -> None:
    """Open bytes as a dump; whatever they are, it opens and prints, or there is an error of ours."""
    number, path = tempfile.mkstemp()
    try:
        with open(number, "wb") as file:
            file.write(data)
        with Reader(path) as reader:
            _ = reader.summary, reader.headline, reader.sources, reader.traceback
        dump = load(path, trust=False)
        BOUNDED.repr({key: value for stack in dump.exceptions for frame in stack for key, value in frame.items()})
    except TibidiError as error:
        assert error.hint, error
    finally:
        os.unlink(path)


def check(data: bytes) -> None:
    """Do both, as a coverage-guided fuzzer knows nothing of either."""
    check_pickle(forging.START + data)
    check_dump(data)
