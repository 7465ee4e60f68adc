"""Rows of SQLAlchemy, which are objects of its C code with a tuple in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tibidi.look.preview import Previewer
from tibidi.redaction import Redactor

if TYPE_CHECKING:
    from round_trips import RoundTrip


@pytest.fixture(params=[True, False], ids=["live", "inert"])
def rows(round_trip: RoundTrip, request: pytest.FixtureRequest) -> dict[str, Any]:
    """A row, and the mapping of one, as they come back from a dump."""
    sqlalchemy = pytest.importorskip("sqlalchemy")
    engine = sqlalchemy.create_engine("sqlite://")
    query = sqlalchemy.text("select 7 as id, 'ada' as name")
    with engine.connect() as connection:
        row, (mapping,) = connection.execute(query).one(), connection.execute(query).mappings()
    engine.dispose()
    round_trip.live = request.param
    return dict(round_trip({"row": row, "mapping": mapping}).locals)


def test_row(rows: dict[str, Any]) -> None:
    """A row has its values in order and by the names of the columns."""
    row = rows["row"]
    number, name = row

    assert (7, "ada", 7, "ada", 2, ("ada",)) == (number, name, row.id, row.name, len(row), row[1:])
    assert "ada" in row
    assert not hasattr(row, "price")
    assert repr(row) in {"(7, 'ada')", "<sqlalchemy.engine.row.Row id=7, name='ada'>"}


def test_mapping(rows: dict[str, Any]) -> None:
    """A mapping of a row has its values by the names of the columns."""
    mapping = rows["mapping"]

    assert {"id": 7, "name": "ada"} == dict(mapping)
    assert ("ada", ["id", "name"]) == (mapping["name"], list(mapping))
    assert [7, "ada"] == list(mapping.values())


@pytest.mark.parametrize("keys", [None, 5, [[]], {"id": 1}, ("id",)])
def test_hostile_row(keys: object) -> None:
    """A row with names of columns that are no names has its values by number only."""
    from tibidi.reading.inert import types

    row: Any = types.instance(types.make_type("sqlalchemy.engine.row", "Row", types.InertRow))
    row.__setstate__({"_parent": types.instance(types.InertObject, _keys=keys), "_data": (1, 2)})

    assert ([1, 2], 2) == (list(row), row[1])
    assert (1 if keys == ("id",) else None) == getattr(row, "id", None)


def test_preview() -> None:
    """The preview of a row has its values, with a mark where there are more."""
    sqlalchemy = pytest.importorskip("sqlalchemy")
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.connect() as connection:
        row = connection.execute(sqlalchemy.text("select 7 as id, 'ada' as name")).one()
        wide = connection.execute(sqlalchemy.text("select 1 a, 2 b, 3 c, 4 d, 5 e, 6 f, 7 g")).one()
    engine.dispose()

    assert "<Row id=7, name='ada'>" == Previewer(Redactor()).show(row)
    assert Previewer(Redactor()).show(wide).endswith("f=6, …>")
