"""Tables and arrays from a crash: live with their library, and as inert tables without it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

pytestmark = pytest.mark.ends

# Load the dump `argv[1]`, live if `argv[2]` says so, where the libraries after that cannot be imported.
LOOK = """
import sys
sys.modules.update(dict.fromkeys(sys.argv[3:]))
import tibidi
found = tibidi.load(sys.argv[1], trust=sys.argv[2] == "live").exceptions[-1].frames[-1]["tables"]
for library, tables in found.items():
    globals().update(tables)
{checks}
print("right")
"""
LIVE = {
    "numpy": "assert [[0, 1, 2], [3, 4, 5]] == array.tolist() and array.dtype == 'i8'\n"
    "assert record.price == 2.5 and type(record).__name__ == 'record'",
    "pandas": "assert [1.5, 2.5] == frame.price.tolist() and str(frame.when.dt.tz) == 'Europe/Berlin'",
    "polars": "assert frame.to_dict(as_series=False)['text'] == ['x', None] and str(frame['day'].dtype) == 'Date'",
    "pyarrow": "assert frame.to_pydict() == batch.to_pydict() == {'n': [1, 2], 'text': ['x', None]}\n"
    "assert scalar.as_py() == 5",
    "torch": "assert tensor[1].tolist() == [3, 4, 5] and str(half.dtype) == 'torch.bfloat16'\n"
    "assert weight.grad.tolist() == [3, 3] and type(weight).__name__ == 'Parameter'",
    "scipy": "assert matrix.toarray().tolist() == [[1, 0], [0, 2]] and matrix.format == 'csr'",
    "xarray": "assert labelled.sel(x='b').values.tolist() == [3, 4] and list(dataset) == ['t']\n"
    "assert variable.values.tolist() == [[1, 2], [3, 4]] and type(variable).__name__ == 'Variable'",
}
INERT = {
    "numpy": "assert [[0, 1, 2], [3, 4, 5]] == array.tolist() and array.shape == (2, 3) and array[1, 2] == 5",
    "pandas": "assert frame['price'].tolist() == [1.5, 2.5] and frame.iloc[0]['name'] == 'a'\n"
    "assert frame.loc[20].price == 2.5\n"
    "assert str(frame['when'][10]) == '2024-06-01 00:00:00+02:00' and frame.columns == ['name', 'price', 'when']",
    "polars": "assert frame['text'].tolist() == ['x', None] and column.tolist() == [1, 2] and frame.shape == (2, 3)",
    "pyarrow": "assert frame['text'].tolist() == ['x', None] and column.tolist() == [1, None] and scalar.value == 5",
    "torch": "assert tensor[1].tolist() == [3, 4, 5] and half.dtype == 'torch.bfloat16'\n"
    "assert weight.grad.tolist() == [3, 3]",
    "scipy": "assert matrix.shape == (2, 2) and matrix[1, 1] == 2 and matrix[0, 1] == 0 and matrix.nnz == 2",
    "xarray": "assert labelled.tolist() == [[1, 2], [3, 4]] and labelled.dims == ('x', 'y')\n"
    "assert dataset['t'].tolist() == [[1, 2], [3, 4]] and labelled.coords['x'].tolist() == ['a', 'b']\n"
    "assert variable.dims == ('x', 'y') and variable.values.tolist() == [[1, 2], [3, 4]]",
}
ALL = ("numpy", "pandas", "polars", "pyarrow", "scipy", "torch", "xarray")


def look(crash: Crasher, dump: Path, mode: str, checks: str, *blocked: str) -> str:
    """Return what the checks print."""
    command = [str(crash.python), "-c", LOOK.format(checks=checks), str(dump), mode, *blocked]
    ended = subprocess.run(command, capture_output=True, text=True, env=crash.environment({}), check=False)
    return ended.stdout.strip() or ended.stderr


@pytest.mark.parametrize("library", ALL)
def test_tables(crash: Crasher, library: str) -> None:
    """Live they are rebuilt; without the library, live as well as inert, their content can be read."""
    pytest.importorskip(library, reason="its tables")
    dump = crash("val_tables.py", library).dump

    assert "right" == look(crash, dump, "live", LIVE[library])
    assert "right" == look(crash, dump, "inert", INERT[library])
    assert "right" == look(crash, dump, "inert", INERT[library], *ALL)
    assert "right" == look(crash, dump, "live", INERT[library], *ALL)
