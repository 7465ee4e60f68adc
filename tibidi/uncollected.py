"""The garbage collector, stopped while much is made that stays.

A collection would run finalizers of the application in the middle of a dump,
and the memo of a million objects sets off one after the other: a fifth of the
time.
"""

from __future__ import annotations

import gc

from tibidi.temporary import Temporary


class Uncollected(Temporary):
    """Stops the collector from `with` on, and starts it again at the end if it was on."""

    def change(self) -> None:
        """Stop it."""
        self._was_on = gc.isenabled()
        gc.disable()

    def undo(self) -> None:
        """Start it, if it was on."""
        if self._was_on:
            gc.enable()
