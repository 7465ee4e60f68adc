"""Which crashes were dumped, so that a crash that several hooks catch is dumped once.

Rules: an exception is neither kept alive nor marked.  It is recognised by its
`__dict__`, which is kept while it is empty: no other exception can have the same
one meanwhile.  One with attributes would keep them alive, so that only its
address is known, for a minute.  Classes of the application allow weak references.

Hooks after which the process goes on have a quota: a thread or a worker that
fails the same way again and again must not spend its time on dumps.
"""

from __future__ import annotations

from _weakref import ref  # importing `weakref` takes half a millisecond
from collections import deque

from tibidi import TYPE_CHECKING
from tibidi import hooks
from tibidi.look.anatomy import type_name
from tibidi.process import time
from tibidi.process import traceback_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Hashable

DICTIONARY = BaseException.__dict__["__dict__"]  # a subclass may have a property of that name
MAX_ENTRIES = 64
MAX_PLACES = 512
PLACE_FRAMES = 8  # innermost ones, which identify a crash
QUOTA_SECONDS = 60.0
# Number of dumps of identical crashes within that time.
QUOTA = {hooks.LOGGING: 1, hooks.TASK: 1, hooks.UNRAISABLE: 1, hooks.PRINTED: 1}
ANY_QUOTA = 10


class Ledger:
    """The latest dumps, and how many there were of each kind of crash."""

    def __init__(self) -> None:
        self._known: deque[tuple[Callable[[BaseException], bool], str]] = deque(maxlen=MAX_ENTRIES)
        self._times: dict[Hashable, list[float]] = {}
        self._refused: dict[Hashable, float] = {}

    def find(self, exc: BaseException) -> str | None:
        """Return the path of the dump of this exception, "" if the dump failed, None if there was no attempt."""
        return next((path for is_it, path in self._known if is_it(exc)), None)

    def add(self, exc: BaseException, path: str) -> None:
        """Remember an exception, and the path of its dump."""
        self._known.append((_recognizer(exc), path))

    def charge(self, exc: BaseException) -> None:
        """Charge the quota with a dump, whether it succeeds or not."""
        self._times.setdefault(_place(exc), []).append(time.monotonic())
        while len(self._times) > MAX_PLACES:
            del self._times[next(iter(self._times))]

    def has_quota(self, exc: BaseException, hook: str) -> bool:
        """Return True if the quota allows another dump of this kind of crash."""
        return len(self._recent(exc)) < QUOTA.get(hook, ANY_QUOTA)

    def is_first_refused(self, exc: BaseException) -> bool:
        """Return True if this is the first crash of its kind that is refused within a minute."""
        place, now = _place(exc), time.monotonic()
        last = self._refused.get(place)
        if last is not None and now - last < QUOTA_SECONDS:
            return False
        self._refused = {each: moment for each, moment in self._refused.items() if now - moment < QUOTA_SECONDS}
        self._refused[place] = now
        return True

    def _recent(self, exc: BaseException) -> list[float]:
        begin = time.monotonic() - QUOTA_SECONDS
        times = self._times.get(_place(exc), [])
        times[:] = [moment for moment in times if moment > begin]
        return times


def _recognizer(exc: BaseException) -> Callable[[BaseException], bool]:
    """Return a function that recognises an exception without keeping it alive."""
    try:
        reference = ref(exc)
    except TypeError:  # the built-in exceptions
        own = DICTIONARY.__get__(exc)
        if own:
            address, end = _address(exc), time.monotonic() + QUOTA_SECONDS
            return lambda other: _address(other) == address and time.monotonic() < end
        return lambda other: DICTIONARY.__get__(other) is own
    return lambda other: reference() is other


def _address(exc: BaseException) -> tuple[object, ...]:
    """Return where an exception is in memory, and where it was raised."""
    return (id(exc), id(DICTIONARY.__get__(exc)), *_place(exc)[-1:])


def _place(exc: BaseException) -> tuple[Hashable, ...]:
    """Return what identical crashes have in common: the class, and where in the code they happened."""
    lines: deque[tuple[str, int]] = deque(maxlen=PLACE_FRAMES)
    tb = traceback_of(exc)
    while tb is not None:
        lines.append((tb.tb_frame.f_code.co_filename, tb.tb_lineno))
        tb = tb.tb_next
    return (type_name(type(exc)), *lines)
