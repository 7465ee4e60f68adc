"""The exceptions that handlers have swallowed lately: the cause of a crash is often among them.

From Python 3.12 on, `sys.monitoring` (PEP 669) tells of each handler that an exception reaches.  (RAISE is an event of
each frame that it passes, cpython#118360.)  The handler of a `with`, a `finally` or an `except` that does not match
raises it again, which is a RERAISE event and is subtracted.

- Nothing is kept alive: only texts, numbers and weak references.
- An exception takes 0.3 microseconds.  Where there are too many, the events are turned off until a garbage collection,
  a second later or more: PEP 669 has no DISABLE for one place where exceptions are concerned.
- A callback never raises, unless a signal handler does inside it: otherwise the application's `except` block would not
  run.
"""

# No `from __future__ import annotations` here: importing it takes 0.1 ms.

import gc
from _weakref import ref

from tibidi import TYPE_CHECKING, hooks
from tibidi.process import (
    EVERYWHERE,
    MAX_CAUGHT,
    NAME,
    TOOL,
    arguments_of,
    dump_threads,
    monitoring,
    time,
    traceback_of,
)

if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

# The number of places, frames of a traceback, a number in a message.
MAX_PLACES, MAX_FRAMES, BIG = 150, 100, 1 << 64
# If the last exception at a place was more than FREQUENT seconds ago, the next one is noted with its text, which takes
# longer.  Otherwise every n-th is: n is an eighth of the count so far, at most MAX_STEP.
FREQUENT, MAX_STEP = 0.02, 64
MOST_AT_ONCE, MOST_PER_SECOND = 10_000, 30_000  # exceptions
PAUSE_SECONDS, TICK_SECONDS = 1.0, 0.1
# How iterators, generators and tasks end.
SILENT = ("StopIteration", "StopAsyncIteration", "GeneratorExit", "CancelledError")
HEAP_TYPE = 1 << 9  # Include/object.h

_type_name: "Any" = vars(type)["__qualname__"].__get__  # a metaclass may define another one
_flags_of: "Any" = vars(type)["__flags__"].__get__


class Place:
    """Exceptions of one class that passed one place, from `origin` on; `ends` are where they are raised again."""

    def __init__(self, code: "CodeType", kind: type) -> None:
        module = vars(kind).get("__module__", "builtins")
        self.type = f"{module}.{_type_name(kind)}" if type(module) is str else _type_name(kind)
        self.file, self.name, self.line = code.co_filename, code.co_qualname, code.co_firstlineno
        self.origin: tuple[str, int, str] = self.file, self.line, self.name
        self.module = ""
        self.texts: list[str] = []  # of the arguments
        self.passed = self.last = 0
        self.left = self.step = 1  # exceptions until one is noted, and the number when the last one was
        self.time = 0.0
        self.ends: list[Place] = []
        self.code, self.kind = ref(code), ref(kind)
        self.exact = None if _flags_of(kind) & HEAP_TYPE else kind  # a static class is immortal, and faster to compare

    def note(self, exc: BaseException) -> None:
        """Note the last exception that has passed, unless it is one of a dump or of printing."""
        if dump_threads:
            self.left += 1
            return
        self.passed, self.last = self.passed + self.step - self.left, id(exc)
        before, self.time = self.time, time.monotonic()
        tool.count(self.step if before else 16, self.time)  # the first one takes longer
        self.left = self.step = 1 if self.time - before > FREQUENT else max(1, min(self.passed // 8, MAX_STEP))
        known = arguments_of(exc)[:3]
        plain = [each for each in known if type(each) is str or (type(each) is int and abs(each) < BIG)]
        self.texts = [str(each)[: MAX_CAUGHT + 1] for each in plain]  # one more tells that it is cut
        tb, depth = traceback_of(exc), 0
        if tb is not None:
            name = tb.tb_frame.f_globals.get("__name__")
            self.line, self.module = tb.tb_lineno, name if type(name) is str else ""
            while tb.tb_next is not None and depth < MAX_FRAMES:
                tb, depth = tb.tb_next, depth + 1
            code = tb.tb_frame.f_code
            self.origin = code.co_filename, tb.tb_lineno, code.co_qualname

    def count(self) -> int:
        """Return how many exceptions were not raised again."""
        return self.passed + self.step - self.left - sum([each.count() for each in self.ends])

    def is_shown(self) -> bool:
        """Return True for a place that tells something."""
        is_silent = self.type.rpartition(".")[2] in SILENT or self.file.startswith(EVERYWHERE)
        return not is_silent and self.count() > 0


class Tool:
    """Our tool of `sys.monitoring`, unless another one has its id."""

    pauses = 0
    paused = 0.0  # since when; 0 if the events are on
    _ticked = _counted = 0.0
    _room = float(MOST_AT_ONCE)

    def turn(self, *, on: bool) -> None:
        """Turn the events on or off."""
        gc.callbacks[:] = [each for each in gc.callbacks if each != self.tick] + [self.tick] * (on or self.paused > 0)
        if monitoring.get_tool(TOOL) == NAME:
            events = monitoring.events.EXCEPTION_HANDLED, monitoring.events.RERAISE
            for event, callback in zip(events, _callbacks):
                monitoring.register_callback(TOOL, event, callback if on else None)
            monitoring.set_events(TOOL, sum(events) if on else 0)

    def count(self, number: int, now: float) -> None:
        """Count exceptions, and turn the events off if there are too many."""
        self._room = min(self._room + (now - self._counted) * MOST_PER_SECOND, MOST_AT_ONCE) - number
        self._counted = now
        if self._room < 0 and not self.paused:
            self.paused, self.pauses = now, self.pauses + 1
            self.turn(on=False)

    def tick(self, *_: object) -> None:
        """Turn the events on again, and have the next exceptions noted; a callback of the garbage collector."""
        now = time.monotonic()
        if now - self._ticked > TICK_SECONDS:
            self._ticked = now
            _restart()
            if self.paused and now - self.paused > PAUSE_SECONDS:
                self.paused = 0.0
                self.turn(on=True)

    def gap(self) -> str:
        """Return why not all exceptions are counted, "" if they are."""
        if self.pauses:
            when = "since the last time" if self.paused else "in the meantime"
            times = "once" if self.pauses == 1 else f"{self.pauses} times"
            return f"more than {MOST_PER_SECOND:,} exceptions a second {times}: some {when} were not counted"
        return "" if monitoring.get_tool(TOOL) == NAME else "another tool has our id of sys.monitoring"


def apply_settings(*event: "Any") -> None:
    """Turn the events on, and count the event that caused this call; free the tool id if the setting is off."""
    if not hooks.setting("swallowed", 100):
        uninstall()
    elif not tool.paused:
        tool.turn(on=True)
        _callbacks[0](*event) if event else None


def uninstall() -> None:
    """Free the tool id."""
    tool.paused = 0.0
    tool.turn(on=False)
    if monitoring.get_tool(TOOL) == NAME:
        monitoring.free_tool_id(TOOL)


def shown() -> "list[Place]":
    """Return the last places that tell something, the latest last."""
    places = sorted(list(_handlers.values()), key=lambda each: each.time)
    return [each for each in places if each.is_shown()][-hooks.setting("swallowed", 100) :]


def _callback(known: "dict[tuple[object, ...], Place]", latest: "dict[int, Place]") -> "Any":
    # The end of the interpreter clears globals and builtins, and collects coroutines afterwards.  An exception that no
    # handler here matches would be an event again, and call this for ever.
    missing, anything = KeyError, Exception

    def callback(code: "CodeType", offset: int, exc: BaseException) -> None:
        try:
            try:
                place = latest[offset]
                if place.code() is not code or (place.exact is not type(exc) and place.kind() is not type(exc)):
                    raise KeyError
            except missing:
                place = latest[offset] = _place(known, code, offset, exc)
            place.left = left = place.left - 1
            if left <= 0:
                place.note(exc)
        except anything:
            pass

    return callback


def _place(known: "dict[tuple[object, ...], Place]", code: "CodeType", offset: int, exc: BaseException) -> Place:
    kind = type(exc)
    key = (code.co_filename, code.co_qualname, offset, _type_name(kind))
    place = known.get(key)
    if place is None:
        if len(known) >= MAX_PLACES:  # forget half: those that tell nothing, and the oldest
            order = sorted(_handlers, key=lambda each: (_handlers[each].is_shown(), _handlers[each].time))
            for each in order[: MAX_PLACES // 2]:
                del _handlers[each]
            _restart()
        place = known[key] = Place(code, kind)
        if known is _ends:  # the handler is the last one in this code that the exception has passed
            found = [each for each in list(_handlers.values()) if each.code() is code and each.kind() is kind]
            max(found, key=lambda each: (each.last == id(exc), each.time), default=place).ends.append(place)
    place.code, place.kind = ref(code), ref(kind)  # those of before may be gone, as after a reload
    return place


def _restart() -> None:
    """Have the next exception noted at each place, and subtract for good what was raised again."""
    for index in (_ends, *_latest):
        index.clear()
    for place in list(_handlers.values()):
        place.passed, place.left, place.step = place.count(), 1, 1
        place.ends.clear()


# File, function, offset in its code, and class -> the place, of a handler and of an instruction that raises again.
_handlers: "dict[tuple[object, ...], Place]" = {}
_ends: "dict[Any, Place]" = {}
_latest: "tuple[dict[Any, Place], ...]" = {}, {}  # offset -> the last place there, for speed
_callbacks = _callback(_handlers, _latest[0]), _callback(_ends, _latest[1])
tool = Tool()
