"""States and items of objects of any kind are kept."""

from __future__ import annotations

from typing import Any

import pytest
from reading.inert.values import Slotted, Stateful, loaded

from tibidi.reading.inert.repr import BOUNDED


def test_slots_and_states() -> None:
    """Slots are attributes; a state of another kind is kept as it is."""
    assert 5 == loaded(Slotted()).x
    assert [1, 2] == loaded(Stateful()).__state__


def test_items_of_what_is_not_known() -> None:
    """Objects of unknown make that had items have them still."""

    class Row(list):
        pass

    class Bag(dict):
        pass

    for cls in (Row, Bag):
        cls.__qualname__ = cls.__name__
        globals()[cls.__name__] = cls
    row, bag = loaded([Row("ab"), Bag(a=1)])

    assert (["a", "b"], 2, "b") == (list(row), len(row), row[1])
    assert ({"a": 1}.items(), 1, None) == (bag.items(), bag["a"], bag.get("z"))
    assert f"<{__name__}.Row(['a', 'b'])>" == repr(row)


class Items(list):
    """A list that keeps its items in ways of its own."""

    def __reduce_ex__(self, _protocol: Any) -> Any:
        return Items, (), {"items": list(self)}


def test_items_in_a_state() -> None:
    """A container whose items are in its state shows that, and not that it is empty."""
    found = loaded([Items([1]), Items])

    assert [1] == found[0].items
    assert f"<{__name__}.Items items=[1]>" == repr(found[0])
    assert f"[<{__name__}.Items items=[1]>]" == BOUNDED.repr(found[:1])


def array_class(name: str) -> Any:
    """Return a class of arrays, which can be found here."""
    import numpy as np

    def reduce(self: Any) -> Any:
        make, arguments, state = np.ndarray.__reduce__(self)
        return make, arguments, (state, {"unit": "m"}) if name == "Nested" else (*state, "m")

    globals()[name] = type(name, (np.ndarray,), {"__reduce__": reduce, "__module__": __name__})
    return globals()[name]


@pytest.mark.parametrize(("name", "where"), [("Nested", "unit"), ("Longer", "__state__")])
def test_array_of_a_subclass(name: str, where: str) -> None:
    """An array whose class adds something to its state has its items, its name and what was added."""
    np = pytest.importorskip("numpy")
    found = loaded(np.arange(3.0).view(array_class(name)))

    assert [0.0, 1.0, 2.0] == found.tolist()
    assert f"<{__name__}.{name} array([0.0, 1.0, 2.0]) {where}=" in repr(found)
    assert "m" in getattr(found, where)
