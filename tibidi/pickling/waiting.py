"""Let a worker import what is being imported by the thread that waits for it.

A module that logs what failed in its own body is dumped in the middle of its
import.  To pickle an instance of one of its classes is to import the module,
whose lock the waiting thread has.
importlib gets out of such circles by itself, with the module as far as it is
there, where it knows who waits for whom: so it is told.
"""

from __future__ import annotations

import _frozen_importlib
import _thread

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

_importlib: Any = _frozen_importlib
# thread -> the lock that it waits for, from Python 3.12 on a list of them; only while somebody refers to the list.
_waits: Any = getattr(_importlib, "_blocking_on", None)
_List: Any = getattr(_importlib, "_List", None)


class Waiting:
    """To importlib a lock that the thread which makes this waits for, and that the thread `owner` has."""

    def __init__(self) -> None:
        self.owner: int | None = None
        self._thread = _thread.get_ident()
        self._locks: list[object] | None = None
        self._before: object = None
        if _waits is None:
            return
        if _List is None:
            self._before = _waits.get(self._thread)  # in a finalizer or a signal handler it may wait for another one
            _waits[self._thread] = self
        else:
            self._locks = _waits.setdefault(self._thread, _List())
            self._locks.append(self)

    def end(self) -> None:
        """Let the thread wait no more; a second call changes nothing."""
        if self._locks is not None:
            if self in self._locks:
                self._locks.remove(self)
        elif _waits is not None and _waits.get(self._thread) is self:
            if self._before is None:
                del _waits[self._thread]
            else:
                _waits[self._thread] = self._before
