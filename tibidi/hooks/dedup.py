"""Which crashes were dumped, so that a crash that several hooks catch is dumped once.

Rules: an exception is neither kept alive nor marked.  One of a class of the application is recognised by a weak
reference.  Builtin classes allow none: their exceptions are recognised by their `__dict__`, which is kept if it is
empty, since no other exception can have the same one meanwhile.  A `__dict__` with attributes would keep those alive,
so only the address is remembered, for a minute.

Hooks after which the process goes on have a quota: a thread or a worker that
fails the same way again and again must not spend its time on dumps.
"""

from __future__ import annotations

from _weakref import ref  # importing `weakref` takes half a millisecond
from collections import deque

from tibidi import TYPE_CHECKING, hooks
from tibidi.look.anatomy import type_name
from tibidi.process import cause_or_context, time, traceback_of
from tibidi.process.watch import entries

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Any

DICTIONARY = BaseException.__dict__["__dict__"]  # a subclass may have a property of that name
MAX_ENTRIES = 64
MAX_PLACES = 512
PLACE_FRAMES = 8  # innermost ones, which identify a crash
PLACE_EXCEPTIONS = 3  # of a chain, the last one first
QUOTA_SECONDS = 60.0
# Number of dumps of identical crashes within that time.
QUOTA = {hooks.LOGGING: 1, hooks.TASK: 1, hooks.UNRAISABLE: 1, hooks.PRINTED: 1}
ANY_QUOTA = 10


class DumpedCrashes:
    """The latest dumps, and how many there were of each kind of crash; a thread may ask while another one dumps."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Callable[[BaseException], bool], str]] = {}
        self._times: dict[Hashable, tuple[float, ...]] = {}
        self._refused: dict[Hashable, float] = {}

    def find(self, exc: BaseException) -> str | None:
        """Return the path of the dump of this exception, "" if the dump failed, None if there was no attempt."""
        known = self._known.get(id(exc))
        return known[1] if known is not None and known[0](exc) else None

    def add(self, exc: BaseException, path: str) -> None:
        """Remember an exception, and the path of its dump."""
        self._known.pop(id(exc), None)
        self._known[id(exc)] = _recognizer(exc), path
        _shrink(self._known, MAX_ENTRIES)

    def charge(self, place: Hashable) -> None:
        """Charge the quota with a dump, whether it succeeds or not."""
        self._times[place] = (*self._times.get(place, ()), time.monotonic())[-ANY_QUOTA:]
        _shrink(self._times, MAX_PLACES)

    def has_quota(self, place: Hashable, hook: str) -> bool:
        """Return True if the quota allows another dump of this kind of crash."""
        quota, times = QUOTA.get(hook, ANY_QUOTA), self._times.get(place, ())
        return len(times) < quota or not self._is_recent(times[-quota])

    def refuse(self, place: Hashable) -> bool:
        """Note that a crash is refused; return True if it is the first of its kind within a minute."""
        is_first = not self._is_recent(self._refused.pop(place, None))
        self._refused[place] = time.monotonic()
        _shrink(self._refused, MAX_PLACES)
        return is_first

    def is_refused(self, place: Hashable, hook: str) -> bool:
        """Return True if the quota is used up, and a crash of this kind was refused within a minute."""
        return self._is_recent(self._refused.get(place)) and not self.has_quota(place, hook)

    def _is_recent(self, moment: float | None) -> bool:
        return moment is not None and time.monotonic() - moment < QUOTA_SECONDS


def _shrink(mapping: dict[Any, Any], size: int) -> None:
    """Remove the oldest entries beyond `size`."""
    while len(mapping) > size:
        mapping.pop(next(iter(mapping)), None)


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
    return (id(exc), id(DICTIONARY.__get__(exc)), *_lines(exc, 1))


def place_of(exc: BaseException) -> tuple[Hashable, ...]:
    """Return what identical crashes have in common: the classes, and where in the code they happened.

    Those of the nearest causes too: a function that turns every error into its own raises all of them at one line.
    """
    found: list[Hashable] = []
    link: BaseException | None = exc
    while link is not None and len(found) < PLACE_EXCEPTIONS:
        found.append((type_name(type(link)), *_lines(link, PLACE_FRAMES)))
        link = cause_or_context(link)
    return tuple(found)


def _lines(exc: BaseException, count: int) -> list[str | int]:
    """Return file and line of each of the innermost frames, outermost first."""
    innermost = deque(entries(traceback_of(exc)), count)
    return [fact for entry in innermost for fact in (entry.tb_frame.f_code.co_filename, entry.tb_lineno)]
