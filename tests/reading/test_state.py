"""The state of an object whose own `__setstate__` is not there is set as the interpreter and libraries write it."""

from __future__ import annotations

import dataclasses

import pytest

from tibidi.reading.state import attributes_in, field_names, set_state, show_attributes


@dataclasses.dataclass
class Point:
    """A class with fields."""

    x: int
    y: int


class Slotted:
    """A class with slots beside a dictionary."""

    __slots__ = ("__dict__", "a", "b")


@pytest.mark.parametrize(
    ("state", "attributes"),
    [
        ({"x": 1}, {"x": 1}),
        ((None, {"a": 1}), {"a": 1}),
        (({"x": 1}, {"a": 2}), {"x": 1, "a": 2}),
        ([1, 2], {"x": 1, "y": 2}),
        ({"__dict__": {"id": 3}, "__pydantic_fields_set__": {"id"}}, {"id": 3, "__pydantic_fields_set__": {"id"}}),
        ({5: 6, "x": 1}, None),
        ([1, 2, 3], None),
        ("text", None),
    ],
)
def test_kinds_of_state(state: object, attributes: object) -> None:
    """A state is a dictionary, one of slots, both, or bare values in the order of the fields; others are unknown."""
    assert attributes == attributes_in(state, field_names(Point))


def test_set_state() -> None:
    """Slots and dictionary get their attributes; a state of an unknown kind changes nothing."""
    thing = Slotted()

    assert set_state(thing, ({"c": 3}, {"a": 1, "b": 2}))
    assert {"c": 3} == vars(thing)
    assert "Slotted(a=1, b=2, c=3)" == show_attributes(thing)
    assert not set_state(thing, "text")
