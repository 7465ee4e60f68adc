"""The C pickler with our reducers: as it is, and with a filter.

All picklers of a dump, `careful` too, write protocol 5 and keep their memo in
the same form, {id: (index, object)}, so that one can continue where another
has stopped.
"""

from __future__ import annotations

import pickle

from tibidi import TYPE_CHECKING
from tibidi.process.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any
    from typing import ClassVar

    from tibidi.writing.reducers import Reducers
    from tibidi.writing.stream import Sink

    Memo = dict[int, tuple[int, object]]

PROTOCOL = 5
CPickler: Any = pickle.Pickler  # typeshed lacks most of it


class FilterHooks(NamedTuple):
    """The callbacks of a filter: what to pickle instead of an object, None for itself, and how to reduce it."""

    replacement: Callable[[Any], object]
    reduce: Callable[[Any], Any]


class Fast(CPickler):  # type: ignore[misc]  # see above
    """The C pickler with our reducers; an exception may escape from what it iterates over."""

    # Empty, as `reducer_override` is called for every type.
    dispatch_table: ClassVar[dict[type, Callable[[object], object]]] = {}

    def __init__(self, file: Sink, reducers: Reducers) -> None:
        self.reducer_override: Callable[[Any], Any] = reducers.reduce
        super().__init__(file, PROTOCOL)


class Filtering(Fast):
    """A Fast that calls the hooks of a filter for every single object, texts and numbers included.

    A persistent id stands for an object to be replaced, and is the replacement
    itself: reading it is the identity.  That way anything can be replaced by
    anything, in every place that refers to it, without a copy of its container.
    """

    def __init__(self, file: Sink, reducers: Reducers, hooks: FilterHooks) -> None:
        super().__init__(file, reducers)
        self.reducer_override = hooks.reduce
        self.persistent_id = hooks.replacement
