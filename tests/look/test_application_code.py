"""Previews run no application code: classes here override what a type in C would be read by, and record each call."""

from __future__ import annotations

import ctypes
import gzip
import io
import itertools
import mmap
import re
import sqlite3
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tibidi.look.preview import Previewer
from tibidi.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

called: list[str] = []
watching: list[bool] = []


def note(name: str, result: object) -> Callable[..., Any]:
    """Return a method that records that it was called, and returns a result."""

    def method(*_arguments: object) -> object:
        if watching:
            called.append(name)
        return result

    return method


def noted(name: str, result: object) -> Any:
    """Return a property that records that it was read."""
    return property(note(name, result))


def shown(value: object) -> str:
    """Return the preview of a value, while calls are recorded."""
    called.clear()
    watching.append(True)
    try:
        return Previewer(Redactor()).variable("it", value, "it").preview
    finally:
        watching.clear()


class Client:
    """Records that its repr was asked for."""

    __repr__ = note("repr", "Client()")  # type: ignore[assignment]


class Remote(io.RawIOBase):
    """A raw stream of the application."""

    name = noted("name", "n")
    mode = noted("mode", "rb")
    closed = noted("closed", False)  # type: ignore[assignment]
    readable = seekable = writable = note("able", True)
    tell = seek = note("tell", 0)


OVERRIDDEN = {
    **{name: noted(name, "n") for name in ("name", "mode", "closed", "encoding", "buffer", "raw")},
    "tell": note("tell", 0),
    "fileno": note("fileno", 0),
    "__repr__": note("repr", "?"),
}
Text: Any = type("Text", (io.TextIOWrapper,), OVERRIDDEN)
Reader: Any = type("Reader", (io.BufferedReader,), OVERRIDDEN)
File: Any = type("File", (io.FileIO,), {name: each for name, each in OVERRIDDEN.items() if name != "name"})


class Number(ctypes.c_int):
    """A number of ctypes."""

    value = noted("value", 1)
    _objects = noted("_objects", None)


class Letters(ctypes.c_char * 3):  # type: ignore[misc]
    """An array of characters, whose getters a subclass of it overrides."""


class Hidden(Letters):
    """See above."""


Hidden.value = Hidden.raw = noted("value", b"no")  # type: ignore[attr-defined]  # the class body is overwritten by ctypes


class Numbers(ctypes.c_int * 2):  # type: ignore[misc]
    """An array of numbers."""

    __len__ = note("len", 1)
    __iter__ = note("iter", iter(()))
    __getitem__ = note("getitem", 5)


class Pair(ctypes.Structure):
    """A structure."""

    _fields_ = (("a", ctypes.c_int), ("b", ctypes.c_void_p))


class Hiding(Pair):
    """A structure with a property of the name of a field."""

    a = noted("a", 1)  # type: ignore[assignment]


Lock: Any = type("Lock", (type(threading.RLock()),), {"__repr__": note("repr", "?")})
Memory: Any = type(
    "Memory", (mmap.mmap,), {"__len__": note("len", 1), "tell": note("tell", 1), "closed": noted("c", 1)}
)
Row: Any = type("Row", (sqlite3.Row,), {"keys": note("keys", ["n"]), "__iter__": note("iter", iter(()))})
Word: Any = type("Word", (str,), {"__repr__": note("repr", "?")})
Repeat: Any = type("Repeat", (itertools.repeat,), {"__repr__": note("repr", "?")})


def row() -> object:
    """Return a row of a query."""
    connection = sqlite3.connect(":memory:")
    connection.row_factory = Row
    found: object = connection.execute("select 1 as a, 'x' as b").fetchone()
    connection.close()
    return found


# From Python 3.13 on, a buffer that cannot be closed when it goes says so: these are never open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("make", "preview"),
    [
        (lambda: io.BufferedReader(Remote()), f"<file around {__name__}.Remote>"),
        (lambda: io.BufferedWriter(Remote()), f"<file around {__name__}.Remote>"),
        (lambda: io.TextIOWrapper(io.BufferedReader(Remote())), f"<file around {__name__}.Remote>"),
        (lambda: io.TextIOWrapper(Remote()), f"<file around {__name__}.Remote>"),  # type: ignore[type-var]
        (lambda: Text(Reader(Remote())), f"<file around {__name__}.Remote>"),
        (lambda: Text(io.BytesIO(b"x"), "utf-8"), "<file '?', mode '?', encoding utf-8, at byte 0>"),
        (lambda: Reader(File(__file__)), f"<file {__file__!r}, mode 'rb'>"),
        (lambda: File(__file__), f"<file {__file__!r}, mode 'rb', at byte 0>"),
        (lambda: itertools.repeat(Client()), f"<repeat over=[<{__name__}.Client object>]>"),
        (lambda: itertools.repeat([Client()], 2), f"<repeat over=[[<{__name__}.Client object>]]>"),
        (lambda: Repeat(Client()), f"<Repeat over=[<{__name__}.Client object>]>"),
        (lambda: Number(7), "<Number value=7>"),
        (lambda: Hidden(b"a", b"b"), "<Hidden value=b'ab'>"),
        (lambda: Numbers(1, 2), "<Numbers value=[1, 2]>"),
        (Hiding, "<Hiding a=0>"),
        (lambda: Memory(-1, 10), "<Memory size=10, tell=0, closed=False>"),
        (row, "<Row a=1, b='x', keys=['a', 'b']>"),
        (lambda: re.compile(Word("a+")), "re.compile(Word('a+'))"),
        (lambda: re.match("a", Word("ab")), "<Match string=Word('ab'), span={0: (0, 1)}, start={0: 0}, "),
    ],
)
def test_no_application_code(make: Callable[[], object], preview: str) -> None:
    """What a subclass, or what is below a file, defines itself is not called; the type is told all the same."""
    made = make()

    assert (preview, []) == (shown(made)[: len(preview)], called)


def test_pair_of_files() -> None:
    """The reader and the writer of a pair are not asked either; up to Python 3.11 nothing leads to them."""
    assert shown(io.BufferedRWPair(Remote(), Remote())).startswith("<")
    assert not called


def test_lock() -> None:
    """The state of a lock is told by C."""
    assert shown(Lock()).startswith("<unlocked ")
    assert not called


def test_files(tmp_path: Path) -> None:
    """A file of the interpreter is described as ever; of a class of the standard library by its name."""
    path = tmp_path / "a.gz"
    with gzip.open(path, "wt", encoding="ascii") as packed, io.BufferedReader(io.BytesIO(b"abc")) as reader:
        reader.read(2)
        assert f"<file {str(path)!r} around gzip.GzipFile>" == shown(packed)
        assert "<file '?', mode '?', at byte 2>" == shown(reader)
    with path.open("w", encoding="ascii") as file:
        file.write("abc")
        file.flush()
        assert f"<file {str(path)!r}, mode 'w', encoding ascii, at byte 3>" == shown(file)
        file.buffer.raw.tell = note("tell", 0)  # type: ignore[method-assign, union-attr]
        assert f"<file {str(path)!r}, mode 'w', encoding ascii>" == shown(file)
    assert f"<file {str(path)!r}, mode 'w', encoding ascii, closed>" == shown(file)
    assert [] == called


def test_counters() -> None:
    """What counts or repeats plain values is shown as Python shows it."""
    assert ["<count(3)>", "<repeat('x', 2)>"] == [shown(itertools.count(3)), shown(itertools.repeat("x", 2))]
