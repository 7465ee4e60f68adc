"""What the opcodes of a pickle call, set and fill is data or inert: the interpreter is the same afterwards."""

from __future__ import annotations

import copyreg
import importlib
import io
import os
import pickle
import sys

import pytest
from hostile.forging import START, call, name, plain

from tibidi.errors import DamagedDump
from tibidi.reading.inert import names as words
from tibidi.reading.inert import plain as table
from tibidi.reading.inert import types
from tibidi.reading.inert.names import Word
from tibidi.reading.inert.proxies import TypeProxy
from tibidi.reading.inert.types import InertObject, InertType
from tibidi.reading.inert.unpickler import InertUnpickler

SLOTS = plain((None, {"__init__": 1, "__reduce__": 2, "make": 3, "_make": 4, "_real_": 5, "x": 6, "__setstate__": 7}))
NAMES = [
    *table.TABLE,
    ("builtins", "KeyError"),
    ("builtins", "UnicodeDecodeError"),
    ("shop", "Cart"),
    ("os", "system"),
    ("pandas", "DataFrame"),
    ("tibidi", "Dummy"),
    ("tibidi", "_class_state"),
    ("functools", "reduce"),
    ("numpy", "dtype"),
]


def read(data: bytes) -> object:
    """Return what a pickle is read as, None if it is refused."""
    try:
        return InertUnpickler(io.BytesIO(START + data + pickle.STOP), namespace=lambda _: {}).load()
    except DamagedDump:
        return None


def classes() -> dict[type, dict[str, object]]:
    """Return the attributes of all classes that a pickle may get near."""
    found = [getattr(importlib.import_module(module), known) for module, known in table.TABLE if known[0] != "_"]
    found += [Word, TypeProxy, InertObject, InertType, types.InertCall, KeyError, UnicodeDecodeError]
    return {kind: dict(vars(kind)) for kind in found if isinstance(kind, type)}


@pytest.mark.parametrize(("module", "known"), NAMES, ids=".".join)
@pytest.mark.parametrize(
    "after",
    [
        SLOTS + pickle.BUILD,
        plain({"__init__": 1, "x": 2}) + pickle.BUILD,
        pickle.EMPTY_TUPLE + pickle.REDUCE + SLOTS + pickle.BUILD,
        pickle.EMPTY_TUPLE + pickle.NEWOBJ + SLOTS + pickle.BUILD,
        pickle.EMPTY_TUPLE + pickle.NEWOBJ + plain({"extend": 1, "__class__": 2, "__dict__": {}}) + pickle.BUILD,
        plain("x") + plain("y") + pickle.SETITEM,
        plain("x") + pickle.APPEND,
        pickle.MARK + plain("x") + pickle.APPENDS,
        pickle.MARK + plain("x") + pickle.ADDITEMS,
        plain(("x", "rot13")) + pickle.REDUCE,
        plain((b"x", "rot13")) + pickle.NEWOBJ,
        plain((1 << 70,)) + pickle.REDUCE,
        plain(()) + plain({"x": 1}) + pickle.NEWOBJ_EX,
    ],
    ids=[
        "build slots",
        "build",
        "called",
        "made",
        "filled",
        "item",
        "append",
        "appends",
        "additems",
        "codec",
        "codec of bytes",
        "huge",
        "keywords",
    ],
)
def test_nothing_changes(module: str, known: str, after: bytes) -> None:
    """Whatever is called, built and filled, no class of the interpreter or of tibidi is another one afterwards."""
    before, modules = classes(), set(sys.modules)
    read(name(module, known) + after)

    assert before == classes()
    assert not {each for each in set(sys.modules) - modules if each.startswith("encodings.")}


@pytest.mark.parametrize(
    "data",
    [
        b"(S'touch /tmp/tibidi-was-here'\nios\nsystem\n",
        b"cos\nsystem\n(S'touch /tmp/tibidi-was-here'\ntR",
        b"(cos\nsystem\nS'touch /tmp/tibidi-was-here'\no",
        b"cposix\nsystem\nX\x05\x00\x00\x00touch\x85\x81",
        b"cbuiltins\neval\nX\x03\x00\x00\x001/0\x85R",
        b"Ptouch\n",
        b"F1.5\n0I1\n0L5L\n0S'x'\n0Vy\n0}0]0(l0(d0N",
        b"p0\n0N",
    ],
)
def test_old_protocols(data: bytes) -> None:
    """What older protocols name and call is inert as well."""
    value = read(data)

    assert not callable(value) or isinstance(value, InertType) or isinstance(type(value), InertType)
    assert not os.path.exists("/tmp/tibidi-was-here")


def test_extensions() -> None:
    """The registry of extensions, and the objects in its cache, are out of reach."""
    copyreg.add_extension("os", "getpid", 0xF1)
    try:
        assert os.getpid() == pickle.loads(START + b"\x82\xf1)R.")  # now it is in the cache, too
        assert read(b"\x82\xf1") is None
        assert os.getpid() == pickle.loads(START + b"\x82\xf1)R.")
    finally:
        copyreg.remove_extension("os", "getpid", 0xF1)


def test_types_are_proxies_while_loading() -> None:
    """A type that a word returns cannot be called, not even one that makes code; afterwards it is the type."""
    arguments = plain((0, 0, 0, 0, 0, 0, b"", (), (), (), "f", "n", 1, b""))
    code = read(call("tibidi", "_type", "CodeType") + arguments + pickle.REDUCE)
    kind = read(name("builtins", "type") + name("builtins", "Ellipsis") + pickle.TUPLE1 + pickle.REDUCE)

    assert "Dummy" == type(code).__name__
    assert type(...) is kind
    assert int is read(name("builtins", "int"))
    assert [int] == read(pickle.EMPTY_LIST + name("builtins", "int") + pickle.APPEND)


def test_proxies_work_like_their_types() -> None:
    """A type within a container compares, hashes, prints and works like the type."""
    kind, other = read(pickle.MARK + name("builtins", "int") + name("decimal", "Decimal") + pickle.TUPLE)

    assert [int, "<class 'int'>", "int"] == [kind, repr(kind), kind.__name__]
    assert 5 == kind("5") == {int: 5}[kind]
    assert isinstance(5, kind)
    assert issubclass(bool, kind)
    assert not issubclass(kind, other)
    with pytest.raises(AttributeError, match="cannot be changed"):
        kind.x = 1


def test_unicode_errors() -> None:
    """Fields that C code trusts are in range, whoever set them."""
    made = name("tibidi", "_exception") + name("builtins", "UnicodeDecodeError") + pickle.TUPLE1 + pickle.REDUCE
    fields = {"start": -(1 << 40), "end": 1 << 40, "object": b"x", "encoding": "a", "reason": "b"}
    error = read(made + plain(fields) + pickle.BUILD)

    assert isinstance(error, UnicodeDecodeError)
    assert (0, 0) == (error.start, error.end)
    assert "" == str(error)


def test_arrays_cannot_be_written_to() -> None:
    """numpy is not asked to convert an object that says where in memory its content is."""
    pytest.importorskip("numpy")
    dtype = call("numpy", "dtype", "i8", False, True)
    array = name("numpy.core.numeric", "_frombuffer") + pickle.MARK + plain(bytes(8)) + dtype + plain((1,))
    array += plain("C") + pickle.TUPLE + pickle.REDUCE
    place = {"data": (1, False), "shape": (1,), "typestr": "<i8", "version": 3}
    evil = call("types", "SimpleNamespace") + plain({"__array_interface__": place}) + pickle.BUILD
    inert = name("shop", "Cart") + plain(()) + pickle.NEWOBJ + plain({"__array_interface__": place}) + pickle.BUILD

    assert read(array + plain(0) + evil + pickle.SETITEM) is None
    assert read(array + plain((1, (1,), None, False, bytes(8))) + pickle.BUILD) is None
    assert not hasattr(read(inert), "__array_interface__")
    whole = read(array)
    whole[0] = 5
    assert [5] == list(whole)


def test_words_of_the_vocabulary() -> None:
    """No maker of a name lets a type of the interpreter out."""
    unpickler = InertUnpickler(io.BytesIO(), namespace=lambda _: {})
    tables = [each for known in words.of_tables() for each in known]
    for module, known in [*table.TABLE, *table.CONSTANTS, *unpickler._names._words, *words.KNOWN_TYPES, *tables]:
        found = unpickler.find_class(module, known)
        kinds = (Word, TypeProxy, InertType, type(...), type(NotImplemented), type(None))

        assert type(found) in kinds, (module, known)
