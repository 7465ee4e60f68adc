"""tibidi.process.records: named tuples that are cheap to make classes of."""

from __future__ import annotations

import copy
import pickle
import typing

import pytest

from tibidi.process.records import NamedTuple


class Place(NamedTuple):
    """Where something is."""

    file: str
    line: int = 1
    notes: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """File and line."""
        return f"{self.file}:{self.line}"


class Typing(typing.NamedTuple):
    """The same as typing makes it."""

    file: str
    line: int = 1
    notes: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("values", "named"),
    [(("a",), {}), (("a", 2), {}), (("a", 2, ("n",)), {}), ((), {"file": "a"}), (("a",), {"notes": ("n",)})],
)
def test_made_as_by_typing(values: tuple[object, ...], named: dict[str, object]) -> None:
    """Values come by place, by name or by default."""
    ours, theirs = Place(*values, **named), Typing(*values, **named)

    assert tuple(theirs) == tuple(ours)
    assert theirs._asdict() == ours._asdict()
    assert repr(theirs).replace("Typing", "Place") == repr(ours)


def test_any_name_of_a_field() -> None:
    """A field may be called `cls`."""

    class Found(NamedTuple):
        cls: type

    assert (int,) == Found(cls=int) == Found(str)._replace(cls=int)


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), (("a", 2, (), 4), {}), (("a",), {"file": "b"}), (("a",), {"column": 3}), ((), {"line": 3})],
)
def test_wrong_values(values: tuple[object, ...], named: dict[str, object]) -> None:
    """Too few, too many, unknown or repeated ones are refused, as by typing."""
    with pytest.raises(TypeError):
        Typing(*values, **named)
    with pytest.raises(TypeError):
        Place(*values, **named)


def test_use() -> None:
    """Fields are read by name and by place, compared and hashed as tuples, and cannot be set."""
    place = Place("a.py", 3)

    assert ("a.py", 3, "a.py:3") == (place.file, place[1], place.short)
    assert (Place("a.py", 4), ("a.py", 3, ())) == (place._replace(line=4), place)
    assert (("file", "line", "notes"), {"line": 1, "notes": ()}) == (Place._fields, Place._field_defaults)
    assert Place("b") == Place("b", 1, ())
    assert 1 == len({place, Place("a.py", 3)})
    with pytest.raises(AttributeError):
        place.line = 4
    with pytest.raises(AttributeError):
        place.column = 4


def test_copies() -> None:
    """Records are copied and pickled as what they are."""
    place = Place("a.py", 3)

    assert (place, Place) == (copy.deepcopy(place), type(copy.copy(place)))
    assert (place, Place) == (pickle.loads(pickle.dumps(place)), type(pickle.loads(pickle.dumps(place))))
