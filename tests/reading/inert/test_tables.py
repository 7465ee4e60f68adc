"""Tables of pandas, read without pandas, with numpy and without."""

from __future__ import annotations

import importlib.util
import io
import pickle
import struct
import sys
from typing import TYPE_CHECKING, Any

import pytest
from reading.inert.values import loaded as read_inert

from tibidi.reading.inert import columns, native, tables
from tibidi.reading.inert.types import make_type
from tibidi.reading.inert.unpickler import InertUnpickler

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(params=["numpy", "no numpy"])
def loaded(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[object], Any]:
    """Return what reads a value without pandas, and without numpy as well."""

    def load(value: object) -> Any:
        data = pickle.dumps(value, 5)
        if request.param == "no numpy":
            monkeypatch.setitem(sys.modules, "numpy", None)
        return InertUnpickler(io.BytesIO(data), namespace={}.setdefault).load()

    return load


def kinds() -> dict[str, Any]:
    """Return a column of each kind that pandas has."""
    pd = pytest.importorskip("pandas")
    days = pd.date_range("2020-01-01", periods=2)
    return {
        "numbers": [1, 2],
        "floats": [0.5, 1.5],
        "truth": [True, False],
        "texts": ["a", "b"],
        "objects": [None, [1]],
        "category": pd.Categorical(["a", None]),
        "category of days": pd.Categorical(days),
        "days": days,
        "days in a zone": days.tz_localize("UTC"),
        "durations": pd.to_timedelta([1, 2], "s"),
        "periods": pd.period_range("2020-01", periods=2, freq="M"),
        "intervals": pd.interval_range(0, 2),
        "sparse": pd.arrays.SparseArray([0, 1]),
        "blocks": pd.arrays.SparseArray([0, 1], kind="block"),
        "nullable": pd.array([1, None], dtype="Int64"),
        "nullable truth": pd.array([None, True], dtype="boolean"),
    }


SHOWN = {
    "numbers": ("1", "2"),
    "floats": ("0.5", "1.5"),
    "truth": ("True", "False"),
    "texts": ("a", "b"),
    "objects": ("None", "[1]"),
    "category": ("a", "None"),
    "category of days": ("2020-01-01", "2020-01-02"),
    "days": ("2020-01-01", "2020-01-02"),
    "days in a zone": ("2020-01-01Z", "2020-01-02Z"),
    "periods": ("2020-01", "2020-02"),
    "intervals": ("(0, 1]", "(1, 2]"),
    "sparse": ("0", "1"),
    "blocks": ("0", "1"),
    "nullable": ("1", "None"),
    "nullable truth": ("None", "True"),
}


def test_every_kind_of_column(loaded: Callable[[object], Any]) -> None:
    """Columns of every kind show what is in them, in a frame, in a series and as labels."""
    pd = pytest.importorskip("pandas")
    made = kinds()
    table = pd.DataFrame(made)
    as_series = {name: table[name] for name in made}
    frame, series = loaded([table, as_series])

    assert (list(made), (2, len(made)), 2) == (frame.columns, frame.shape, len(frame))
    assert SHOWN == {name: tuple(map(columns.cell, frame[name])) for name in SHOWN}
    assert SHOWN == {name: tuple(map(columns.cell, series[name])) for name in SHOWN}
    assert "<Series of 2: 0: (0, 1], 1: (1, 2] (inert)>" == repr(series["intervals"])
    assert f"[2 rows x {len(made)} columns, inert]" in repr(frame)


def blank(kind: Any, **attributes: object) -> Any:
    """Return something inert with these attributes."""
    made = object.__new__(kind)
    made.__dict__.update(attributes)
    return made


def arrow(*parts: object) -> object:
    """Return what the parts of an array of pyarrow's are in a dump: a call with them."""
    return called("_restore_array", parts)


def called(function: str, *arguments: object) -> object:
    """Return what a call of a function of pyarrow is in a dump."""
    return blank(make_type("pyarrow.lib", function), _args_=arguments)


def arrow_column(array: object) -> Any:
    """Return a column of pandas that is an array of pyarrow's."""
    return blank(make_type("pandas.arrays", "ArrowStringArray", columns.InertColumn), _pa_array=array)


def typed(name: str) -> object:
    """Return a type of pyarrow's."""
    return called("type_for_alias", name)


def buffers(*contents: bytes | None) -> list[object]:
    """Return buffers of pyarrow's."""
    return [content if content is None else called("py_buffer", bytearray(content)) for content in contents]


TEXTS = (typed("large_string"), 3, 1, 0, buffers(b"\x05", struct.pack("<4q", 0, 1, 1, 4), "aé!".encode()), [], None)
ARRAYS = {
    "texts": (TEXTS, ["a", None, "é!"]),
    "a part of texts": ((*TEXTS[:1], 1, 0, 2, *TEXTS[4:]), ["é!"]),
    "short texts": ((typed("string"), 1, 0, 0, buffers(None, struct.pack("<2i", 0, 2), b"ab"), [], None), ["ab"]),
    "data": ((typed("binary"), 1, 0, 0, buffers(None, struct.pack("<2i", 0, 2), b"\xff\0"), [], None), [b"\xff\0"]),
    "numbers": ((typed("int16"), 2, 0, 0, buffers(None, struct.pack("<2h", -5, 7)), [], None), [-5, 7]),
    "floats": ((typed("double"), 2, 1, 0, buffers(b"\x02", struct.pack("<2d", 0, 1.5)), [], None), [None, 1.5]),
    "truth": ((typed("bool"), 3, 0, 0, buffers(None, b"\x05"), [], None), [True, False, True]),
    "dictionary": (
        (called("dictionary", typed("int8"), typed("large_string")), 2, 0, 0, buffers(None, b"\x02\0"), [], TEXTS),
        ["é!", "a"],
    ),
}


@pytest.mark.parametrize("kind", ARRAYS)
def test_columns_of_arrow(kind: str) -> None:
    """What pandas keeps in arrays of pyarrow's, as texts since its version 3, is read from their buffers."""
    parts, expected = ARRAYS[kind]
    whole = columns.plain_column(arrow_column(arrow(*parts)))
    joined = columns.plain_column(arrow_column(called("chunked_array", [arrow(*parts), arrow(*parts)])))

    assert expected == list(whole)
    assert expected * 2 == list(joined)


BROKEN = {
    "type": ((typed("month_day_nano_interval"), *TEXTS[1:]), None),
    "no array": ((), None),
    "length": ((TEXTS[0], -1, *TEXTS[2:]), None),
    "buffer": ((*TEXTS[:4], buffers(None, b""), [], None), ["?", "?", "?"]),
    "ends": ((*TEXTS[:4], buffers(None, struct.pack("<4q", 9, -9, 5, 1 << 62), b"abc"), [], None), ["", "abc", ""]),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_broken_arrays_of_arrow(broken: str) -> None:
    """Parts that make no array are a column that is not understood, and values that are not there are so."""
    parts, expected = BROKEN[broken]
    column = arrow_column(arrow(*parts))

    assert expected is None or expected == list(map(columns.cell, columns.plain_column(column)))
    assert repr(column)


def test_every_kind_of_label(loaded: Callable[[object], Any]) -> None:
    """Labels of every kind are there."""
    pd = pytest.importorskip("pandas")
    made = {name: pd.Index(column) for name, column in kinds().items() if name not in {"objects", "sparse", "blocks"}}
    read = loaded({name: pd.Series([5, 6], index=index) for name, index in made.items()})

    for name, series in read.items():
        assert (2, True, (2,)) == (len(series.index), bool(series.index), series.index.shape)
        assert name not in SHOWN or SHOWN[name] == tuple(map(columns.cell, series.index)), name
        assert repr(series.index).startswith("<Index of 2: ")
        assert [5, 6] == list(series)


def test_levels(loaded: Callable[[object], Any]) -> None:
    """A table whose rows and columns have several labels each has all of its rows and columns."""
    pd = pytest.importorskip("pandas")
    both = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])
    rows, names, one = loaded(
        [
            pd.DataFrame({"v": [1, 2]}, index=both),
            pd.DataFrame([[1, 2]], columns=both),
            pd.DataFrame({"v": [1]}, index=both[:1]),
        ]
    )

    assert ((2, 1), (1, 2), (1, 1)) == (rows.shape, names.shape, one.shape)
    assert [("a", 1), ("b", 2)] == list(rows.index) == names.columns
    assert [2] == list(names["b", 2])
    assert repr(one).endswith("[1 rows x 1 columns, inert]")


def test_empty(loaded: Callable[[object], Any]) -> None:
    """Tables without rows or columns have none."""
    pd = pytest.importorskip("pandas")
    nothing, no_rows, no_columns = loaded([pd.DataFrame(), pd.DataFrame({"a": []}), pd.DataFrame(index=[1, 2])])

    assert [(0, 0), (0, 1), (2, 0)] == [nothing.shape, no_rows.shape, no_columns.shape]
    assert "[0 rows x 1 columns, inert]" in repr(no_rows)
    with pytest.raises(KeyError, match="no column z"):
        no_rows["z"]


def loop() -> Any:
    """Return an index that is its own content."""
    made = blank(columns.InertIndex)
    made.__dict__["data"] = made
    return made


def levels(depth: int) -> Any:
    """Return an index of two levels, each an index of two levels, and so on."""
    made = blank(columns.InertIndex, start=0, stop=2, step=1)
    for _ in range(depth):
        made = blank(columns.InertIndex, levels=[made, made], codes=[[0], [0]])
    return made


@pytest.mark.parametrize(
    "index",
    [
        blank(columns.InertIndex),
        blank(columns.InertIndex, start=0, stop="x", step=1),
        blank(columns.InertIndex, start=0, stop=1 << 99, step=1),
        blank(columns.InertIndex, data=5),
        blank(columns.InertIndex, levels=[], codes=[]),
        blank(columns.InertIndex, levels=[[1]], codes=[[7]]),
        blank(columns.InertIndex, left=[1], right=[]),
        blank(columns.InertIndex, __state__=()),
        blank(columns.InertIndex, __state__=7),
        loop(),
        levels(64),
        5,
        None,
    ],
    ids=str,
)
def test_what_is_not_understood(index: Any) -> None:
    """Tables of the wrong make, however wrong, can be looked at."""
    manager = make_type("pandas", "BlockManager")
    for blocks, axes in (([], [index, index]), ([index], [index]), (index, index)):
        mgr = blank(manager, _args_=(blocks, axes))
        frame, series = blank(tables.InertFrame, _mgr=mgr), blank(tables.InertSeries, _mgr=mgr)

        for thing in (index, frame, series, blank(tables.InertFrame), blank(tables.InertSeries, _mgr=5)):
            assert 0 < len(repr(thing)) < 2_000
            if not isinstance(thing, (int, type(None))):
                words = (thing.shape, thing.values, len(thing), bool(thing), [each for each, _ in zip(thing, range(9))])
                assert 0 < len(repr(words)) < 5_000
        assert 0 < len(repr((frame.columns, frame.index, series.index)))


def test_what_is_not_understood_prints_with_its_attributes() -> None:
    """A table of unknown make prints as an ordinary object."""
    assert "<pandas.Index name='x'>" == repr(blank(columns.InertIndex, name="x"))
    assert "<object _mgr=5>" == repr(blank(tables.InertFrame, _mgr=5))


def test_tables_in_tables() -> None:
    """A table that holds itself, or many that hold each other, prints in no time."""
    manager = make_type("pandas", "BlockManager")
    labels = blank(columns.InertIndex, start=0, stop=9, step=1)
    inner: Any = blank(tables.InertSeries)
    for _ in range(64):
        mgr = blank(manager, _args_=([native.new_block([inner] * 9, 0)], [labels]))
        inner = blank(tables.InertSeries, _mgr=mgr)
    inner.__dict__["_mgr"].__dict__["_args_"][0][0].__dict__["values"][1] = inner

    assert "<Series of 9: 0: <object>, 1: <object>, 2: <object>, 3: <object>, 4: <object>, ... (inert)>" == repr(inner)


def test_huge_claims() -> None:
    """A table that claims to have more rows or columns than there can be takes no memory."""
    manager = make_type("pandas", "BlockManager")
    labels = blank(columns.InertIndex, start=0, stop=1 << 31, step=1)
    sparse = make_type("pandas", "IntIndex")
    cells = blank(
        columns.InertColumn,
        _sparse_index=blank(sparse, _args_=(1 << 31, [1])),
        _sparse_values=[7],
        _dtype=blank(sparse, _fill_value=0),
    )
    block = native.new_block(cells, slice(0, 1 << 31, 1))
    frame = blank(tables.InertFrame, _mgr=blank(manager, _args_=([block], [labels, labels])))
    series = blank(tables.InertSeries, _mgr=blank(manager, _args_=([native.new_block(cells, 0)], [labels])))

    assert (0, 0) == frame.shape
    assert 1 << 31 == len(series)
    assert f"<Series of {1 << 31}: 0: 0, 1: 7" in repr(series)
    assert () == blank(columns.InertIndex, start=0, stop=1 << 39, step=1).values


@pytest.mark.skipif(importlib.util.find_spec("pandas") is None, reason="pandas is not installed")
def test_pandas() -> None:
    """Tables show their columns, labels and cells, without pandas."""
    import pandas as pd

    frame = pd.DataFrame({"n": [1, 2, 3], "kind": pd.Categorical(["a", "b", "a"]), "x": [0.5, 1.5, 2.5]})
    read, series = read_inert(frame), read_inert(frame["x"])

    assert ["n", "kind", "x"] == read.columns
    assert (3, 3) == read.shape
    assert ["a", "b", "a"] == list(read["kind"])
    assert "[3 rows x 3 columns, inert]" in repr(read)
    assert [0.5, 1.5, 2.5] == list(series)
    assert "<Series of 3: 0: 0.5, 1: 1.5, 2: 2.5 (inert)>" == repr(series)
