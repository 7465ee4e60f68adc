"""Tables and arrays are described when they are written: live they are rebuilt, inert they can be read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

np: Any = pytest.importorskip("numpy", reason="arrays")
pd: Any = pytest.importorskip("pandas", reason="tables")


class Named(np.ndarray):  # type: ignore[misc]  # looked up at run time
    """An array with a name."""

    def __array_finalize__(self, other: object) -> None:
        self.name = getattr(other, "name", None)


class Sourced(pd.DataFrame):  # type: ignore[misc]  # likewise
    """A table that knows where it is from."""

    _metadata = ["source"]  # noqa: RUF012 - as pandas wants it


def frame() -> Any:
    """Return a table with a column of each type."""
    columns = {
        "price": [1.5, math.nan, 3.5],
        "count": [1, 2, 3],
        "name": ["a", "b", None],
        "when": pd.date_range("2024-06-01", periods=3, tz="Europe/Berlin"),
        "naive": pd.date_range("2024-06-01", periods=3),
        "took": pd.to_timedelta([1, 2, 3], unit="h"),
        "kind": pd.Categorical(["x", "y", "x"], categories=["y", "x"], ordered=True),
        "whole": pd.array([1, None, 3], dtype="Int64"),
        "flag": pd.array([True, None, False], dtype="boolean"),
        "text": pd.array(["q", None, "r"], dtype="string"),
        "month": pd.period_range("2024-01", periods=3, freq="M"),
        "span": pd.interval_range(0, 3),
        "sparse": pd.arrays.SparseArray([0, 0, 1]),
        "thing": [[1], {"a": 2}, None],
    }
    return pd.DataFrame(columns)


def frames() -> list[Any]:
    """Return tables of all shapes."""
    table = frame()
    marked = pd.DataFrame({"a": [1]})
    marked.attrs["source"] = "db"
    return [
        table,
        table.set_index("name"),
        table.set_index("when"),
        table.set_index(["kind", "count"])[["price"]],
        pd.DataFrame(),
        pd.DataFrame(index=[1, 2]),
        pd.DataFrame([[1, 2]], columns=["same", "same"]),
        pd.DataFrame(np.arange(6).reshape(2, 3)),
        pd.DataFrame({("a", 1): [1], ("b", 2): [2]}),
        marked,
    ]


def arrays() -> list[Any]:
    """Return arrays of all kinds."""
    numbers = np.arange(6).reshape(2, 3)
    return [
        numbers,
        np.asfortranarray(numbers * 1.5),
        numbers[:, ::2],
        np.arange(3, dtype=">i4"),
        np.array(["2024-01-01", "NaT"], dtype="M8[D]"),
        np.array(5),
        np.zeros((0, 3)),
        np.array([(1, "a", [1, 2])], dtype=[("x", "i4"), ("y", "U3"), ("z", "f8", 2)]),
        np.array([1, "x", None], dtype=object),
        np.array(["ab", "c"]),
        np.array([b"ab", b"c"]),
        np.array([1 + 2j]),
        np.array([[True], [False]]),
        np.float32([1.5, 2.5]),
    ]


@pytest.mark.parametrize("number", range(len(frames())))
def test_frames_live(round_trip: Any, number: int) -> None:
    """A table comes back equal, with the types of its columns, labels and attributes."""
    table = frames()[number]
    found = round_trip({"table": table})
    loaded = found.locals["table"]

    assert [] == found.reader.problems
    pd.testing.assert_frame_equal(table, loaded, check_freq=True)
    assert type(table.index) is type(loaded.index)
    assert table.attrs == loaded.attrs


def test_columns_live(round_trip: Any) -> None:
    """A Series, labels and scalars come back equal; an object in two variables is one."""
    when = pd.date_range("2024-01-01", periods=3, freq="D", tz="UTC", name="when")
    things = [when, pd.RangeIndex(3, name="r"), pd.Timestamp("2024-01-01", tz="Europe/Berlin"), pd.Timedelta("1D")]
    series = pd.Series([1, 2, 3], index=when, name="s")
    loaded = round_trip({"things": things, "series": series, "again": series, "none": [pd.NaT, pd.NA]}).locals

    assert [True] * 4 == [bool(np.all(a == b)) for a, b in zip(things, loaded["things"])]
    assert ("D", "when", "Europe/Berlin") == (
        loaded["things"][0].freqstr,
        loaded["things"][0].name,
        str(loaded["things"][2].tz),
    )
    pd.testing.assert_series_equal(series, loaded["series"])
    assert loaded["series"] is loaded["again"]
    assert pd.NaT is loaded["none"][0]
    assert pd.NA is loaded["none"][1]


@pytest.mark.parametrize("number", range(len(arrays())))
@pytest.mark.parametrize("live", [True, False], ids=["live", "inert"])
def test_arrays(round_trip: Any, number: int, live: bool) -> None:
    """An array comes back with its dtype, shape, order and items."""
    array = arrays()[number]
    round_trip.live = live
    loaded = round_trip({"array": array}).locals["array"]

    assert (np.ndarray, array.dtype, array.shape) == (type(loaded), loaded.dtype, loaded.shape)
    assert repr(array.tolist()) == repr(loaded.tolist())
    assert array.flags.f_contiguous == loaded.flags.f_contiguous
    assert loaded.flags.writeable


def test_subclasses(round_trip: Any, tmp_path: Path) -> None:
    """An array of a subclass keeps its attributes, a masked one its mask, a memory map its items."""
    named = np.array([1, 2]).view(Named)
    named.name = "n"
    masked = np.ma.array([1, 2, 3], mask=[0, 1, 0], fill_value=9)
    mapped = np.memmap(tmp_path / "map", dtype="i4", mode="w+", shape=(2,))
    mapped[:] = [1, 2]
    sourced = Sourced({"a": [1]})
    sourced.source = "db"
    loaded = round_trip({"named": named, "masked": masked, "mapped": mapped, "sourced": sourced}).locals

    assert (Named, [1, 2], "n") == (type(loaded["named"]), loaded["named"].tolist(), loaded["named"].name)
    assert ([1, None, 3], 9) == (loaded["masked"].tolist(), loaded["masked"].fill_value)
    assert ([1, 2], str(tmp_path / "map")) == (loaded["mapped"].tolist(), str(loaded["mapped"].filename))
    assert (Sourced, "db", [1]) == (type(loaded["sourced"]), loaded["sourced"].source, loaded["sourced"]["a"].tolist())


def test_short_file_of_a_map(round_trip: Any, tmp_path: Path) -> None:
    """A memory map whose file is shorter by now is not read, which would end the process."""
    mapped = np.memmap(tmp_path / "map", dtype="i4", mode="w+", shape=(1 << 20,))
    (tmp_path / "map").write_bytes(b"short")
    loaded = round_trip({"mapped": mapped, "after": 1})

    assert ("Dummy", 1) == (type(loaded.locals["mapped"]).__name__, loaded.locals["after"])
    assert "shorter than the map" in repr(loaded.locals["mapped"])


def test_inert_frame(round_trip: Any) -> None:
    """Rows, columns and cells of an inert table are found by label and by position."""
    round_trip.live = False
    table = round_trip({"table": frame()}).locals["table"]
    row = table.iloc[0]

    assert (1.5, "a", 1.5) == (row["price"], row["name"], row.price)
    assert [1.5, 3.5] == [row["price"] for _, row in table.iterrows() if row["price"] == row["price"]]
    assert ([1, 2, 3], "count", "int64") == (table["count"].tolist(), table["count"].name, table.dtypes["count"])
    assert ((3, 14), 3, [2], "b") == (
        table.shape,
        len(table),
        table.tail(2).head(1)["count"].tolist(),
        table.loc[1, "name"],
    )
    assert ({"count": [1, 2, 3]}, [{"count": 1}, {"count": 2}, {"count": 3}]) == (
        table[["count"]].to_dict("list"),
        table[["count"]].to_dict("records"),
    )
    assert ",price,name\n0,1.5,a\n1,,b\n2,3.5,\n" == table[["price", "name"]].to_csv()
    assert "2024-06-01 00:00:00+02:00" == str(table["when"][0])
    assert ["x", "y", "x"] == table["kind"].tolist()
    assert ([1, None, 3], ["q", None, "r"], [0, 0, 1]) == (
        table["whole"].tolist(),
        table["text"].tolist(),
        table["sparse"].tolist(),
    )
    assert ("2024-02", "(1, 2]") == (str(table["month"][1]), str(table["span"][1]))
    assert (2.5, 3.5, 1.5) == (table.price.mean(), table.price.max(), table.price.min())


def test_inert_labels(round_trip: Any) -> None:
    """Rows are found by the labels of any index."""
    round_trip.live = False
    table = frame()
    loaded = round_trip(
        {
            "by_name": table.set_index("name"),
            "by_time": table.set_index("naive"),
            "by_two": table.set_index(["kind", "count"]),
            "columns": pd.DataFrame({("a", 1): [5]}),
        }
    ).locals

    assert 2 == loaded["by_name"].loc["b"]["count"]
    assert 2 == loaded["by_time"].loc["2024-06-02"]["count"]
    assert "b" == loaded["by_two"].loc[("y", 2)]["name"]
    assert [5] == loaded["columns"]["a", 1].tolist()
    assert "a" == loaded["by_name"].index[0]


def test_secret_column(round_trip: Any) -> None:
    """A column with the name of a secret is redacted, alone, live as well as inert."""
    for live in (True, False):
        round_trip.live = live
        table = round_trip({"table": pd.DataFrame({"user": ["ada"], "password": ["hunter2-long"]})}).locals["table"]

        assert ["ada"] == table["user"].tolist()
        assert "hunter2" not in repr(table["password"].tolist())
        assert "redacted" in repr(table["password"].tolist()[0])

        series = round_trip({"series": pd.Series(["hunter2-long"], name="password")}).locals["series"]
        assert "hunter2" not in repr(series)
        assert "redacted" in repr(series.tolist())


def test_too_large(round_trip: Any) -> None:
    """A table over the budget is cut: its shape, columns and first and last rows are kept."""
    numbers = np.random.default_rng(0).integers(0, 1 << 60, 300_000)
    round_trip.max_bytes = 200_000
    cut = round_trip({"table": pd.DataFrame({"n": numbers, "text": ["x"] * 300_000})}).locals["table"]

    assert ("Cut", (300_000, 2)) == (type(cut).__name__, cut.shape)
    assert numbers[:5].tolist() == cut.head()["n"].tolist()
    assert numbers[-5:].tolist() == cut.tail()["n"].tolist()
