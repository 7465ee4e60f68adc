"""Messages about settings that are not understood."""

# No `from __future__ import annotations` here: importing it costs 0.1 ms at the start.

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFIX = "TIBIDI_"
MAX_SHOWN = 60  # characters of a bad value or of an unknown name in a message
MAX_COMPARED = 100


def not_a_setting(unknown: str, known: "Iterable[str]") -> str:
    """Return the line about an unknown name, with the known one that was probably meant."""
    from difflib import get_close_matches  # imports re and collections: only where something is wrong

    message = shown(unknown).strip("'") + " is not a setting"
    names = {name.upper().removeprefix(PREFIX): name for name in known}
    close = get_close_matches(unknown.upper().removeprefix(PREFIX)[:MAX_COMPARED], names, n=1)
    return f"{message}; did you mean {names[close[0]]}?" if close else message


def shown(value: object) -> str:
    """Return the repr() of a bad value, or its beginning."""
    try:
        text = repr(value[: MAX_SHOWN + 1] if isinstance(value, str) else value)
    except Exception:  # noqa: BLE001 - whatever an object's own __repr__ raises
        return f"<{type(value).__name__}>"
    return text if len(text) <= MAX_SHOWN + 2 else f"{text[:MAX_SHOWN]}..."
