"""Which crashes were dumped, so that one crash that several doors see is one dump.

Rules: an exception is not kept alive, nor marked in any way.  Where its class
allows, it is known by a weak reference; otherwise by addresses of what it
consists of.  A later exception may get all of these addresses, but then at
the same place in the code; so addresses count only from one door to another,
as when a record is logged before the exception goes on to end the program.

Doors that a process survives have a quota: a thread or a worker that dies the
same way again and again must not spend its time on dumps.
"""

from __future__ import annotations

from _weakref import ref  # `weakref` takes half a millisecond
from collections import deque

from tibidi import TYPE_CHECKING
from tibidi import gate
from tibidi.pristine import time
from tibidi.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable

MAX_ENTRIES = 64
MAX_PLACES = 512
PLACE_FRAMES = 8  # innermost ones, that tell one crash from another
QUOTA_SECONDS = 60.0
# Dumps of one kind of crash within that time.
QUOTA = {gate.LOGGING: 1, gate.TASK: 1, gate.UNRAISABLE: 1}
ANY_QUOTA = 10


class Entry(NamedTuple):
    """An exception that was dumped."""

    reference: ref[BaseException] | None
    addresses: tuple[int, ...]
    door: str


class Ledger:
    """What was dumped lately, and how often."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=MAX_ENTRIES)
        self._times: dict[Hashable, list[float]] = {}
        self._refused: dict[Hashable, float] = {}

    def has(self, exc: BaseException, door: str) -> bool:
        """Say whether this very exception was dumped."""
        addresses = _addresses(exc)
        for entry in self._entries:
            if entry.reference is not None:
                if entry.reference() is exc:
                    return True
            elif entry.addresses == addresses and (entry.door != door or door == gate.EXCEPTHOOK):
                return True
        return False

    def enter(self, exc: BaseException, door: str) -> None:
        """Remember an exception that was dumped."""
        try:
            reference = ref(exc)
        except TypeError:  # the built-in exceptions
            reference = None
        self._entries.append(Entry(reference, _addresses(exc), door))

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


def _addresses(exc: BaseException) -> tuple[int, ...]:
    """Return what tells an exception from any other that is alive, and that does not change as it is raised again."""
    tb = gate.traceback_of(exc)
    while tb is not None and tb.tb_next is not None:
        tb = tb.tb_next
    return (id(exc), id(type(exc)), id(tb and tb.tb_frame), tb.tb_lasti if tb else -1)


def _place(exc: BaseException) -> Hashable:
    """Return what two crashes of one kind have in common: the class, and where in the code they happened."""
    lines: deque[tuple[str, int]] = deque(maxlen=PLACE_FRAMES)
    tb = gate.traceback_of(exc)
    while tb is not None:
        lines.append((tb.tb_frame.f_code.co_filename, tb.tb_lineno))
        tb = tb.tb_next
    return (id(type(exc)), *lines)  # a name may be a property of a metaclass
