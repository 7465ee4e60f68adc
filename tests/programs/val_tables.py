"""Crash with tables and arrays of the libraries that are named as arguments."""

from __future__ import annotations

import datetime
import sys
from typing import Any


def pandas() -> dict[str, Any]:
    """Return a table of pandas."""
    import pandas as pd

    when = pd.date_range("2024-06-01", periods=2, tz="Europe/Berlin")
    return {"frame": pd.DataFrame({"name": ["a", None], "price": [1.5, 2.5], "when": when}, index=[10, 20])}


def numpy() -> dict[str, Any]:
    """Return an array of numpy."""
    import numpy as np

    records = np.rec.array([("tea", 2.5)], names="name,price")
    return {"array": np.arange(6).reshape(2, 3), "record": records[0]}


def polars() -> dict[str, Any]:
    """Return a table and a column of polars."""
    import polars as pl

    frame = pl.DataFrame({"n": [1, 2], "text": ["x", None], "day": [datetime.date(2024, 1, 1)] * 2})
    return {"frame": frame, "column": frame["n"]}


def pyarrow() -> dict[str, Any]:
    """Return tables, arrays and a scalar of pyarrow."""
    import pyarrow as pa

    table = pa.table({"n": [1, 2], "text": ["x", None]})
    return {"frame": table, "batch": table.to_batches()[0], "column": pa.array([1, None]), "scalar": pa.scalar(5)}


def torch() -> dict[str, Any]:
    """Return tensors."""
    import torch

    weight = torch.nn.Parameter(torch.ones(2))
    (weight * 3).sum().backward()
    return {"tensor": torch.arange(6.0).reshape(2, 3), "half": torch.ones(2, dtype=torch.bfloat16), "weight": weight}


def scipy() -> dict[str, Any]:
    """Return a sparse matrix."""
    import scipy.sparse

    return {"matrix": scipy.sparse.csr_matrix([[1, 0], [0, 2]])}


def xarray() -> dict[str, Any]:
    """Return a labelled array."""
    import xarray as xr

    temperatures = xr.DataArray([[1, 2], [3, 4]], dims=("x", "y"), coords={"x": ["a", "b"]}, name="t")
    return {"labelled": temperatures, "dataset": temperatures.to_dataset(), "variable": temperatures.variable}


def main() -> None:
    """Crash."""
    tables = {name: globals()[name]() for name in sys.argv[1:]}
    raise RuntimeError(f"{len(tables)} libraries")


main()
