"""Hide the warnings of application code that a dump calls, such as a `__reduce__` or a property of a `__getstate__`.

The filters and `showwarning` belong to the application, and hold for all threads.  So only the function between the two
is exchanged: C code looks it up for each warning that passes the filters (Python/_warnings.c, call_show_warning).
Loaded before the first such code is called.
"""

# No `from __future__ import annotations` here: at a crash the module path may be unusable before `imports` is loaded.

import sys
import warnings

from tibidi import TYPE_CHECKING
from tibidi.process.temporary import ProcessSetting
from tibidi.process.watch import callers, is_inside_dump

if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, ClassVar


class warnings_hidden(ProcessSetting):  # noqa: N801 - read as a statement: with warnings_hidden()
    """A context in which warnings of code that a dump calls are not shown; those of other threads are."""

    previous: "ClassVar[Any]" = None

    def change(self) -> None:
        """Exchange the function that shows warnings."""
        if warnings_hidden.previous is None:
            warnings_hidden.previous = warnings._showwarnmsg  # type: ignore[attr-defined]  # private, so not in typeshed
            warnings._showwarnmsg = _show_others  # type: ignore[attr-defined]  # likewise

    def restore(self) -> None:
        """Restore the function, unless another thread makes a dump."""
        if warnings_hidden.previous is not None and not self.is_shared():
            warnings._showwarnmsg = warnings_hidden.previous  # type: ignore[attr-defined]  # likewise
            warnings_hidden.previous = None


def _show_others(message: "warnings.WarningMessage") -> None:
    frame = sys._getframe().f_back
    if is_inside_dump(frame):
        _forget(message, frame)
    elif warnings_hidden.previous is not None:
        warnings_hidden.previous(message)


def _forget(message: "warnings.WarningMessage", frame: "FrameType | None") -> None:
    """Remove a warning from the memory of those that were shown, else it would never be shown for the application."""
    general = (str(message.message), message.category)
    keys = (general, (*general, message.lineno))
    registries: list[Any] = [getattr(warnings, "onceregistry", None)]
    for each in callers(frame):
        registries.append(each.f_globals.get("__warningregistry__"))
        if type(registries[-1]) is dict and registries[-1].keys() <= {"version", *keys}:
            del each.f_globals["__warningregistry__"]  # made for this warning, or as good as new
    for registry in registries:
        for key in keys if type(registry) is dict else ():
            registry.pop(key, None)
