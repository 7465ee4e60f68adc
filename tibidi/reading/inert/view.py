"""What the inert reader makes of a dump that is read live: for each object that cannot be rebuilt here.

Both readers follow the same pickles and memoize the same objects in the same
order, so an object has one index in both memos.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from itertools import islice

from tibidi import TYPE_CHECKING
from tibidi.errors import DamagedDump

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import BinaryIO

    from tibidi.reading.inert.unpickler import InertUnpickler
    from tibidi.reading.unpickler import CurrentMember


class InertView:
    """Reads the pickles of a dump inert, as far as they are asked for; `members` begins with the first of them."""

    def __init__(
        self, file: CurrentMember, members: Callable[[], Iterator[BinaryIO]], sources: Mapping[str, str]
    ) -> None:
        self._file = file
        self._members = members
        self._sources = sources
        self._unpickler: InertUnpickler | None = None
        self._read = 0
        self._memo: Mapping[int, object] = {}

    def find(self, index: int, pickles: int) -> object:
        """Return the object with this index in the memo, after so many pickles; None if there is none."""
        from tibidi.reading.inert.unpickler import finished  # seldom needed

        if self._read < pickles:
            self._read_on(pickles)
        return finished(self._memo.get(index))

    def _read_on(self, pickles: int) -> None:
        from tibidi.reading.inert.unpickler import InertUnpickler

        if self._unpickler is None:
            namespaces: defaultdict[str, dict[str, object]] = defaultdict(dict)
            self._unpickler = InertUnpickler(self._file, namespace=namespaces.__getitem__, sources=self._sources)
        try:
            for member in islice(self._members(), self._read, pickles):
                self._read += 1
                self._file.source = member
                self._unpickler.load()
        except DamagedDump:
            self._read = sys.maxsize  # the memo is incomplete
        self._memo = self._unpickler.memo.copy()
