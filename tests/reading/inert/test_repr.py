"""Inert objects print in bounded space."""

from __future__ import annotations

from reading.inert.values import Cart, loaded


def test_repr_is_bounded() -> None:
    """However large an object is, it prints in a few lines."""
    cart = Cart()
    cart.items = [["x" * 1_000] * 1_000] * 1_000
    vars(cart).update({f"attribute{number}": cart for number in range(1_000)})

    assert len(repr(loaded(cart))) < 2_000


def test_order_of_keys() -> None:
    """A dictionary within an object prints in its own order."""
    cart = Cart()
    cart.items = {"tea": 1, "apples": {2: 3, 1: 2}, "milk": {}}  # type: ignore[assignment]

    assert "items={'tea': 1, 'apples': {2: 3, 1: 2}, 'milk': {}}" in repr(loaded(cart))


def test_private_attributes_come_last() -> None:
    """What a library adds to an object, such as `_sa_instance_state`, does not hide what the application has."""
    cart = Cart()
    vars(cart).clear()
    vars(cart).update(_state=[1], total=3)

    assert repr(loaded(cart)).endswith("Cart total=3, _state=[1]>")
