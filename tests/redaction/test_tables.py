"""Secrets in the cells of arrays and tables do not reach the disk, and the other cells do."""

from __future__ import annotations

import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

import tibidi
from tibidi.redaction import Redactor, records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = "Tr0ub4" + "dor"
OTHER = "Horse" + "9x17"


def numpy_values(numpy: Any) -> dict[str, Any]:
    """Return arrays with secrets."""
    return {
        "texts": numpy.array([["kept", SECRET]]),
        "data": numpy.array([b"kept", SECRET.encode()]),
        "objects": numpy.array(["kept", SECRET, {"password": OTHER}], dtype=object),
        "fields": numpy.array([("kept", OTHER)], dtype=[("user", "U10"), ("password", "U20")]),
        "numbers": numpy.array([(5, 123456)], dtype=[("kept", int), ("password", int)]),
    }


def pandas_values(pandas: Any) -> dict[str, Any]:
    """Return tables with secrets."""
    return {
        "frame": pandas.DataFrame({"user": ["kept"], "api_key": [OTHER], "note": [f"token={SECRET}"]}),
        "series": pandas.Series(["kept", OTHER], index=["user", "password"]),
        "rows": pandas.DataFrame({"user": ["kept"], "secret": [OTHER]}).set_index("secret"),
        "levels": pandas.DataFrame([["kept", OTHER]], columns=[["a", "auth"], ["user", "password"]]),
        "column": pandas.Series([OTHER, "x1y2z3"], name="password"),
    }


def pyarrow_values(pyarrow: Any) -> dict[str, Any]:
    """Return tables of pyarrow with secrets."""
    return {
        "table": pyarrow.table({"user": ["kept"], "secret": [OTHER], "note": [SECRET]}),
        "array": pyarrow.array(["kept", SECRET]),
        "chunks": pyarrow.chunked_array([["kept"], [SECRET]]),
    }


def polars_values(polars: Any) -> dict[str, Any]:
    """Return tables of polars with secrets."""
    return {
        "table": polars.DataFrame({"user": ["kept"], "passwd": [OTHER], "note": [SECRET]}),
        "series": polars.Series("note", ["kept", SECRET]),
    }


def test_an_array_of_secrets() -> None:
    """An array under the name of secrets is redacted as a whole, and its texts are known from then on."""
    numpy = pytest.importorskip("numpy", reason="arrays")
    redactor = Redactor()
    array = numpy.array([SECRET])

    assert redactor.conceals("passwords", array)
    records.learn_secret(redactor, array)
    assert "<redacted>" == redactor.text(SECRET)


@pytest.mark.parametrize("make", [numpy_values, pandas_values, pyarrow_values, polars_values])
def test_cells(make: Callable[[Any], dict[str, Any]], tmp_path: Path) -> None:
    """Cells under names of secrets, and those with secrets that are known, are redacted; their neighbours are kept."""
    library = make.__name__.partition("_")[0]
    pytest.importorskip(library, reason="the tables of this library")

    def crash(values: dict[str, Any], password: str) -> None:
        raise ValueError(len(values) + len(password))

    try:
        crash(make(sys.modules[library]), SECRET)
    except ValueError as error:
        tibidi.dump_exception(error, tmp_path / "tables.pkl")
    with zipfile.ZipFile(tmp_path / "tables.pkl") as archive:
        found = {name: archive.read(name) for name in archive.namelist() if not name.startswith("sources/")}
    for secret in (SECRET, OTHER):
        spellings = [secret.encode(), secret.encode("utf-32-le")]
        assert [] == [name for name, data in found.items() if any(each in data for each in spellings)]
    values = tibidi.load(tmp_path / "tables.pkl", trust=True).exceptions[-1][-1]["values"]
    assert all("redacted" in repr(value) for name, value in values.items() if name != "numbers")
    assert all("kept" in repr(value) for name, value in values.items() if name != "column")
    omissions = tibidi.load(tmp_path / "tables.pkl").omissions
    assert {"redacted"} == {each.reason for each in omissions if each.path.startswith("exceptions")}
