"""How values and the places where they stand are written down."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import type_name
from tibidi.process.texts import ascii_safe

if TYPE_CHECKING:
    from typing import Union

    # From a container to an item, from an object to its `.attribute`, from a mapping to the value of a key.
    Step = Union[int, str, tuple[object]]

MORE = "…"
MAX_KEY_CHARACTERS = 100


def joined(shown: list[str], length: int) -> str:
    """Return the items that are shown of `length` ones, and how many more there are."""
    if len(shown) < length:
        shown = [*shown, f"{MORE} +{length - len(shown)}"]
    return ", ".join(shown)


def step_text(step: Step) -> str:
    """Return a step as it stands in a path."""
    if type(step) is int:
        return f"[{step}]"
    if type(step) is str:
        return step
    key = step[0]  # type: ignore[index]  # what is neither int nor str is a tuple
    if type(key) is str or type(key) is int:
        return f"[{ascii_safe(repr(key))[:MAX_KEY_CHARACTERS]}]"
    return f"[<{type_name(type(key))}>]"
