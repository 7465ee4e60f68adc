"""Arrays and scalars of numpy, read without importing or calling anything, where numpy is not installed."""

from __future__ import annotations

import array
import importlib.util
import io
import pickle
import sys
from typing import TYPE_CHECKING, Any

import pytest
from reading.inert.values import Cart
from reading.inert.values import loaded as read_inert

from tibidi.reading.inert import arrays
from tibidi.reading.inert.items import moment_text
from tibidi.reading.inert.types import InertObject
from tibidi.reading.inert.unpickler import InertUnpickler

if TYPE_CHECKING:
    from collections.abc import Callable


def dtype(code: str, order: str = "<", unit: str = "") -> Any:
    """Return a dtype, as one comes out of a dump."""
    made = arrays.make_dtype(code)
    made.__dict__.update(order=order, **({"unit": unit} if unit else {}))
    return made


def flat(code: str, data: bytes, shape: tuple[int, ...] | None = None, order: str = "C") -> Any:
    """Return an array of bytes, as one comes out of a dump."""
    kind = dtype(code)
    size = int(code[1:]) * (4 if code[0] == "U" else 1)
    return arrays.facts(kind, shape if shape is not None else (len(data) // size,), data, order)


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], Any]:
    """Return what reads a value where numpy cannot be imported; pickling it needs numpy."""

    def load(value: object) -> Any:
        data = pickle.dumps(value, 5)
        monkeypatch.setitem(sys.modules, "numpy", None)
        return InertUnpickler(io.BytesIO(data), namespace={}.setdefault).load()

    return load


@pytest.mark.parametrize(
    ("code", "data", "items", "shown"),
    [
        ("i8", array.array("q", [1, -2]).tobytes(), [1, -2], "array([1, -2])"),
        ("u1", b"\x01\xff", [1, 255], "array([1, 255], dtype='u1')"),
        ("f8", array.array("d", [0.5, 2]).tobytes(), [0.5, 2.0], "array([0.5, 2.0])"),
        ("f4", array.array("f", [0.1]).tobytes(), [0.1], "array([0.1], dtype='f4')"),
        ("b1", b"\x00\x01", [False, True], "array([False, True])"),
        ("c16", array.array("d", [0, 1]).tobytes(), [1j], "array([1j])"),
        ("S2", b"abc\x00", [b"ab", b"c"], "array([b'ab', b'c'], dtype='S2')"),
        ("U2", "abc\0".encode("utf-32-le"), ["ab", "c"], "array(['ab', 'c'], dtype='U2')"),
        ("U1", b"\xff" * 4, ["\ufffd"], "array(['\ufffd'], dtype='U1')"),
    ],
)
def test_items(code: str, data: bytes, items: list[object], shown: str) -> None:
    """Items of the plain kinds are read from their bytes."""
    read = flat(code, data)

    assert items == list(read)
    assert items == read.tolist()
    assert items[-1] == read[-1]
    assert shown == repr(read)


def test_dimensions() -> None:
    """Rows, columns and slices are parts of the same bytes, in either order."""
    data = array.array("q", range(6)).tobytes()
    rows, columns = flat("i8", data, (2, 3)), flat("i8", data, (2, 3), "F")

    assert [[0, 1, 2], [3, 4, 5]] == rows.tolist()
    assert [[0, 2, 4], [1, 3, 5]] == columns.tolist()
    assert (4, 3) == (rows[1, 1], columns[1, 1])
    assert ([1, 4], [2, 0]) == (rows[:, 1].tolist(), rows[0, ::-2].tolist())
    assert ((2, 3), 2, 6, 2) == (rows.shape, rows.ndim, rows.size, len(rows))
    assert "array([[0, 1, 2], [3, 4, 5]])" == repr(rows)
    with pytest.raises(IndexError):
        rows[2]
    with pytest.raises(IndexError, match="3 indices for 2 dimensions"):
        rows[0, 0, 0]
    with pytest.raises(TypeError, match="where numpy is not installed"):
        rows[[0]]


def test_large() -> None:
    """A large array shows its ends and its shape."""
    long = flat("u1", bytes(range(250)), (250,))
    deep = flat("u1", bytes(1 << 16), (4,) * 8)

    assert "array([0, 1, 2, ..., 247, 248, 249], shape=(250,), dtype='u1')" == repr(long)
    assert len(repr(deep)) < 2_000
    assert "array([], shape=(0, 3), dtype='f8')" == repr(flat("f8", b"", (0, 3)))
    assert "array([], dtype='f8')" == repr(flat("f8", b""))


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (50, "Y", "2020"),
        (-10, "M", "1969-03"),
        (18_262, "D", "2020-01-01"),
        (1_577_840_523, "s", "2020-01-01T01:02:03"),
        (1_577_840_523_000_000_001, "ns", "2020-01-01T01:02:03.000000001"),
        (-1 << 63, "ns", "NaT"),
        (5, "periods", "5 periods"),
        (1 << 62, "D", f"1970 + {1 << 62} D"),
    ],
)
def test_moments(value: int, unit: str, shown: str) -> None:
    """Times are shown as numpy shows them."""
    assert shown == moment_text(value, unit)


def test_records() -> None:
    """A record is a tuple of its fields."""
    kind = arrays.make_dtype("V12")
    kind.__dict__.update(fields=[("a", dtype("i4"), 0), ("b", dtype("f8", ">"), 4)], size=12)
    read = arrays.facts(kind, (1,), b"\x01\0\0\0\x40" + bytes(7))

    assert [(1, 2.0)] == list(read)
    assert "array([(1, 2.0)], dtype=[('a', 'i4'), ('b', '>f8')])" == repr(read)


@pytest.mark.parametrize(
    ("code", "data", "shape"),
    [
        ("f16", bytes(16), (1,)),
        ("i8", b"", (1 << 39,)),
        ("i8", bytes(9), (1,)),
        ("U0", b"", (1 << 39,)),
        ("i8", b"", (1 << 39, 0)),
        ("O8", bytes(8), (1,)),
        ("i8", None, (1,)),
    ],
)
def test_not_understood(code: str, data: Any, shape: tuple[int, ...]) -> None:
    """An array of another size than its bytes, or of an unknown kind, has its facts, and says that it has no items."""
    read = arrays.facts(dtype(code), shape, data)

    assert repr(read).startswith(f"<numpy.ndarray shape={shape}, dtype=dtype(")
    for use in (list, arrays.InertArray.tolist, arrays.InertArray.sum, lambda array: array[0]):
        with pytest.raises(TypeError, match="cannot be read without numpy"):
            use(read)


def test_no_dimension() -> None:
    """An array without dimensions is its one item."""
    read = flat("i8", array.array("q", [5]).tobytes(), ())

    assert ("array(5)", 5, 5) == (repr(read), read[()], read.tolist())


def test_dtypes_without_end() -> None:
    """A dtype that is a part of itself, or of itself again and again, takes no time."""
    loop = arrays.make_dtype("V8")
    loop.__dict__.update(fields=[("a", loop, 0), ("b", loop, 0)], size=8)
    laughs = dtype("i8")
    for _ in range(64):
        outer = arrays.make_dtype("V8")
        outer.__dict__.update(fields=[("a", laughs, 0), ("b", laughs, 0)], size=8)
        laughs = outer
    many = arrays.make_dtype("V8")
    many.__dict__["subarray"] = (dtype("i8"), (1 << 30, 1 << 30))

    for kind in (loop, laughs, many):
        assert "<numpy.ndarray shape=(1,)" in repr(arrays.facts(kind, (1,), bytes(8)))
        assert len(repr(kind)) < 1_000


def test_part_of_itself() -> None:
    """With numpy, too, a dtype that is a part of itself is refused."""
    numpy = pytest.importorskip("numpy")
    loop = arrays.make_dtype("V8")
    loop.__dict__.update(fields=[("a", loop, 0)], size=8)

    with pytest.raises(ValueError, match="not a dtype"):
        arrays.real_dtype(numpy, loop)


def test_characters_that_are_none() -> None:
    """A text of what is no character is refused, as numpy could not show it."""
    pytest.importorskip("numpy")
    with pytest.raises(ValueError, match="an invalid character"):
        arrays.from_buffer(b"\xff" * 4, dtype("U1"), (1,), "C")
    with pytest.raises(ValueError, match="an invalid character"):
        arrays.scalar(dtype("U1", ">"), b"\x01\0\0\0")

    assert "a" == arrays.scalar(dtype("U1", ">"), b"\0\0\0a")


def test_from_numpy(loaded: Callable[[object], Any]) -> None:
    """Whatever layout numpy writes is read as numpy would read it."""
    np = pytest.importorskip("numpy")
    values = [
        np.arange(6).reshape(2, 3),
        np.arange(6.0).reshape(2, 3).T,
        np.arange(10)[::2],
        np.arange(24, dtype=">i2").reshape(2, 3, 4),
        np.array([True, False]),
        np.array(["ab", "c"]),
        np.array([1j]),
        np.array(["a", None], dtype=object),
        np.array([[1.5, 2]], dtype="f2"),
        np.zeros((0, 3)),
    ]
    expected = [(value.shape, value.tolist()) for value in values]

    assert expected == [(read.shape, read.tolist()) for read in loaded(values)]


def test_scalars(loaded: Callable[[object], Any]) -> None:
    """A scalar prints with its type, and is a number or a text."""
    np = pytest.importorskip("numpy")
    value = [np.float64(1.5), np.int8(-3), np.bool_(True), np.str_("a"), np.complex64(1j), np.datetime64("2020-01-01")]
    real, small, truth, text, number, day = loaded([*value, np.timedelta64(5, "s")])[:6]

    assert "np.float64(1.5) np.int8(-3) np.True_" == f"{real!r} {small!r} {truth!r}"
    assert "np.str_('a') np.complex64(1j) np.datetime64('2020-01-01')" == f"{text!r} {number!r} {day!r}"
    assert (3.0, -2, True, "ab") == (real * 2, small + 1, bool(truth), text + "b")
    assert (1.5, "2020-01-01") == (real.item(), str(day))


def test_shown_dtypes(loaded: Callable[[object], Any]) -> None:
    """Times, dtypes and records of records show of what they are."""
    np = pytest.importorskip("numpy")
    times, kind, record = loaded(
        [np.array(["2020-01", "NaT"], dtype="M8[M]"), np.dtype("f4"), np.rec.array([(1, "a")], names="x,y")]
    )

    assert "array([np.datetime64('2020-01'), np.datetime64('NaT')], dtype='M8[M]')" == repr(times)
    assert "dtype('f4')" == repr(kind)
    assert "array([(1, 'a')], dtype=[('x', 'i8'), ('y', 'U1')])" == repr(record)


@pytest.mark.skipif(importlib.util.find_spec("numpy") is None, reason="numpy is not installed")
def test_numpy() -> None:
    """Arrays, scalars and dtypes are real, whatever their layout."""
    import numpy as np

    values = [
        np.arange(6).reshape(2, 3),
        np.arange(6.0).reshape(2, 3).T,
        np.arange(10)[::2],
        np.float64(1.5),
        np.bool_(True),
        np.array(["ab", "c"]),
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", ">f8")]),
        np.array(["2020-01-01"], dtype="M8[ns]"),
        np.datetime64("2020-01-01"),
        np.zeros((0, 3)),
    ]
    for value in values:
        read = read_inert(value)

        assert (type(value), value.dtype, value.shape) == (type(read), read.dtype, read.shape)
        assert np.array_equal(value, read)
    objects = read_inert(np.array(["a", None, Cart()], dtype=object))
    assert ["a", None] == list(objects[:2])
    assert isinstance(objects[2], InertObject)
    assert np.dtype("f4") == read_inert(np.dtype("f4"))
