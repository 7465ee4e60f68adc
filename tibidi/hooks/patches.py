"""Replace a function of somebody else's, once, and put it back.

The state is here and nowhere else: what was replaced, in order.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as typing's, which is too dear to import at every start
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# owner, name, original, replacement
_patches: list[tuple[object, str, Any, Any]] = []


def replace(owner: object, name: str, wrap: Callable[[Any], Any]) -> None:
    """Put `wrap(original)` in the place of an attribute, unless what is there is ours already."""
    original = getattr(owner, name)
    if is_ours(original):
        return
    replacement = wrap(original)
    setattr(owner, name, replacement)
    _patches.append((owner, name, original, replacement))


def undo() -> None:
    """Put back what was replaced, last first, where nobody has replaced ours since."""
    while _patches:
        owner, name, original, replacement = _patches.pop()
        if getattr(owner, name, None) is replacement:
            setattr(owner, name, original)


def is_ours(function: object) -> bool:
    """Say whether this is a replacement of ours."""
    return any(replacement is function for *_, replacement in _patches)
