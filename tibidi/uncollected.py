"""The garbage collector, stopped while much is made that stays.

A collection would run finalizers of the application in the middle of a dump,
and the memo of a million objects sets off one after the other: a fifth of the
time.
"""

from __future__ import annotations

import gc


class Uncollected:
    """Stops the collector from `with` on, and starts it again at the end if it was on."""

    def __enter__(self) -> None:
        self._was_on = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self._was_on:
            gc.enable()
