"""Restore the memo of an unpickler, so that a new one goes on where another one failed.

Assigning to `Unpickler.memo` leaves it empty (Modules/_pickle.c does not set
`memo_len`).  So each object is loaded by an id (None), memoized and popped.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence

from tibidi.errors import DamagedDump
from tibidi.process.hints import Any
from tibidi.words.vocabulary import START

try:
    from _pickle import Unpickler  # without `pickle`, which takes 2 ms
except ImportError:  # not in CPython
    from pickle import Unpickler

MAX_LOST = 1 << 24  # objects of a pickle that was not read
ONE = b"NQ\x940"  # NONE, BINPERSID, MEMOIZE, POP
END = b"N."


class LostMemo(DamagedDump):
    """A pickle may refer to objects in one that could not be read, and their number is not known."""


class MemoUnpickler(Unpickler):
    """An unpickler whose memo can be restored; a persistent id is the replacement that the writer put there."""

    _objects: Iterator[object] = iter(())

    def __init__(self, file: Any, find: Callable[[str, str], Any], **options: Any) -> None:
        super().__init__(file, **options)
        self.find_class = find  # type: ignore[method-assign]  # saves a call for each name

    def persistent_load(self, pid: object) -> object:
        """Return the id, or the next object to memoize."""
        return next(self._objects, None) if pid is None else pid

    def restore(self, file: Any, objects: Sequence[object]) -> None:
        """Enter the objects into the memo, which is empty."""
        self._objects = iter(objects)
        file.source = io.BytesIO(START + ONE * len(objects) + END)
        Unpickler.load(self)

    def known(self) -> list[Any]:
        """Return the objects in the memo."""
        memo: dict[int, Any] = dict(self.memo.copy())
        return [memo.get(index) for index in range(len(memo))]


def completed(known: Sequence[object], count: object, lost: object) -> list[object]:
    """Return what the memo has after `count` objects, where those that are not known are `lost`; raise LostMemo."""
    if type(count) is not int or not len(known) <= count <= len(known) + MAX_LOST:
        raise LostMemo("they may refer to what could not be read before them")
    return [*known, *[lost] * (count - len(known))]
