"""Tables of pandas, read without pandas, with numpy and without."""

from __future__ import annotations

import io
import pickle
import sys
from typing import TYPE_CHECKING
from typing import Any

import pytest

from tibidi.pickling.inert import columns
from tibidi.pickling.inert import frames
from tibidi.pickling.inert.types import make_type
from tibidi.pickling.inert.unpickler import InertUnpickler

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


def blank(kind: Any, **attributes: object) -> Any:
    """Return something inert with these attributes."""
    made = object.__new__(kind)
    made.__dict__.update(attributes)
    return made


def loop() -> Any:
    """Return an index that is its own content."""
    made = blank(frames.InertIndex)
    made.__dict__["data"] = made
    return made


def levels(depth: int) -> Any:
    """Return an index of two levels, each an index of two levels, and so on."""
    made = blank(frames.InertIndex, start=0, stop=2, step=1)
    for _ in range(depth):
        made = blank(frames.InertIndex, levels=[made, made], codes=[[0], [0]])
    return made


@pytest.mark.parametrize(
    "index",
    [
        blank(frames.InertIndex),
        blank(frames.InertIndex, start=0, stop="x", step=1),
        blank(frames.InertIndex, start=0, stop=1 << 99, step=1),
        blank(frames.InertIndex, data=5),
        blank(frames.InertIndex, levels=[], codes=[]),
        blank(frames.InertIndex, levels=[[1]], codes=[[7]]),
        blank(frames.InertIndex, left=[1], right=[]),
        blank(frames.InertIndex, __state__=()),
        blank(frames.InertIndex, __state__=7),
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
        frame, series = blank(frames.InertFrame, _mgr=mgr), blank(frames.InertSeries, _mgr=mgr)

        for thing in (index, frame, series, blank(frames.InertFrame), blank(frames.InertSeries, _mgr=5)):
            assert 0 < len(repr(thing)) < 2_000
            if not isinstance(thing, (int, type(None))):
                words = (thing.shape, thing.values, len(thing), bool(thing), [each for each, _ in zip(thing, range(9))])
                assert 0 < len(repr(words)) < 5_000
        assert 0 < len(repr((frame.columns, frame.index, series.index)))


def test_what_is_not_understood_prints_with_its_attributes() -> None:
    """A table of unknown make prints as an ordinary object."""
    assert "<pandas.Index name='x'>" == repr(blank(frames.InertIndex, name="x"))
    assert "<object _mgr=5>" == repr(blank(frames.InertFrame, _mgr=5))


def test_tables_in_tables() -> None:
    """A table that holds itself, or many that hold each other, prints in no time."""
    manager = make_type("pandas", "BlockManager")
    labels = blank(frames.InertIndex, start=0, stop=9, step=1)
    inner: Any = blank(frames.InertSeries)
    for _ in range(64):
        mgr = blank(manager, _args_=([frames.new_block([inner] * 9, 0)], [labels]))
        inner = blank(frames.InertSeries, _mgr=mgr)
    inner.__dict__["_mgr"].__dict__["_args_"][0][0].__dict__["values"][1] = inner

    assert "<Series of 9: 0: <object>, 1: <object>, 2: <object>, 3: <object>, 4: <object>, ... (inert)>" == repr(inner)


def test_huge_claims() -> None:
    """A table that claims to have more rows or columns than there can be takes no memory."""
    manager = make_type("pandas", "BlockManager")
    labels = blank(frames.InertIndex, start=0, stop=1 << 31, step=1)
    sparse = make_type("pandas", "IntIndex")
    cells = blank(
        frames.InertColumn,
        _sparse_index=blank(sparse, _args_=(1 << 31, [1])),
        _sparse_values=[7],
        _dtype=blank(sparse, _fill_value=0),
    )
    block = frames.new_block(cells, slice(0, 1 << 31, 1))
    frame = blank(frames.InertFrame, _mgr=blank(manager, _args_=([block], [labels, labels])))
    series = blank(frames.InertSeries, _mgr=blank(manager, _args_=([frames.new_block(cells, 0)], [labels])))

    assert (0, 0) == frame.shape
    assert 1 << 31 == len(series)
    assert f"<Series of {1 << 31}: 0: 0, 1: 7" in repr(series)
    assert () == blank(frames.InertIndex, start=0, stop=1 << 39, step=1).values
