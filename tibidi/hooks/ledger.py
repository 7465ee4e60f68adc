"""Which crashes were dumped, so that one crash that several doors see is one dump.

Rules: an exception is not kept alive, nor marked in any way.  It is known by
its `__dict__`, which is kept: no other exception can get that while it is,
and of a built-in one it is empty.  Where attributes of the application's are in it,
the class allows for a weak reference instead.

Doors that a process survives have a quota: a thread or a worker that dies the
same way again and again must not spend its time on dumps.
"""

from __future__ import annotations

from _weakref import ref  # `weakref` takes half a millisecond
from collections import deque

from tibidi import TYPE_CHECKING
from tibidi import hooks
from tibidi.look.anatomy import type_name
from tibidi.process import time

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Hashable

DICTIONARY = BaseException.__dict__["__dict__"]  # a subclass may have a property of that name
MAX_ENTRIES = 64
MAX_PLACES = 512
PLACE_FRAMES = 8  # innermost ones, that tell one crash from another
QUOTA_SECONDS = 60.0
# Dumps of one kind of crash within that time.
QUOTA = {hooks.LOGGING: 1, hooks.TASK: 1, hooks.UNRAISABLE: 1}
ANY_QUOTA = 10


class Ledger:
    """What was dumped lately, and how often."""

    def __init__(self) -> None:
        self._known: deque[Callable[[BaseException], bool]] = deque(maxlen=MAX_ENTRIES)
        self._times: dict[Hashable, list[float]] = {}
        self._refused: dict[Hashable, float] = {}

    def has(self, exc: BaseException) -> bool:
        """Say whether this very exception was dumped."""
        return any(is_it(exc) for is_it in self._known)

    def enter(self, exc: BaseException) -> None:
        """Remember an exception that was dumped."""
        self._known.append(_recognizer(exc))

    def count(self, exc: BaseException) -> None:
        """Charge the quota with a dump, whatever comes of it."""
        self._times.setdefault(_place(exc), []).append(time.monotonic())
        while len(self._times) > MAX_PLACES:
            del self._times[next(iter(self._times))]

    def has_room(self, exc: BaseException, door: str) -> bool:
        """Say whether few enough of this kind were dumped within the last minute."""
        return len(self._recent(exc)) < QUOTA.get(door, ANY_QUOTA)

    def is_first_refused(self, exc: BaseException) -> bool:
        """Say whether this is the first of its kind that is refused within a minute."""
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
    """Return what tells an exception from any other, and does not keep it alive."""
    try:
        reference = ref(exc)
    except TypeError:  # the built-in exceptions
        own = DICTIONARY.__get__(exc)
        return lambda other: DICTIONARY.__get__(other) is own
    return lambda other: reference() is other


def _place(exc: BaseException) -> Hashable:
    """Return what two crashes of one kind have in common: the class, and where in the code they happened."""
    lines: deque[tuple[str, int]] = deque(maxlen=PLACE_FRAMES)
    tb = hooks.traceback_of(exc)
    while tb is not None:
        lines.append((tb.tb_frame.f_code.co_filename, tb.tb_lineno))
        tb = tb.tb_next
    return (type_name(type(exc)), *lines)
