"""States and items of objects of any kind are kept."""

from __future__ import annotations

from reading.inert.values import Slotted, Stateful, loaded


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
