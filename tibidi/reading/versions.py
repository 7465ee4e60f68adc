"""Attributes that objects of the standard library have in some versions only: their methods here need them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tibidi.look.anatomy import dictionary, mro, type_name
from tibidi.process.hints import Any
from tibidi.words.standins import Dummy


def complete(things: Collection[object], classes: Mapping[int, type]) -> None:
    """Add the missing attributes to the objects among `things`; `classes` has theirs by id."""
    adders = {key: ADDERS[name] for key, cls in classes.items() for name in map(type_name, mro(cls)) if name in ADDERS}
    for thing in things if adders else ():
        if id(type(thing)) in adders:
            adders[id(type(thing))](dictionary(thing))


def _thread(own: dict[str, Any]) -> None:
    is_over = own["_is_stopped"] if "_is_stopped" in own else getattr(own.get("_handle"), "is_done", bool)()
    own.setdefault("_handle", Dummy("_thread._ThreadHandle", state={"is_done()": is_over}))  # since Python 3.13
    own.setdefault("_is_stopped", is_over)
    own.setdefault("_tstate_lock", None if is_over else Dummy("_thread.lock", state={"acquire()": False}))


ADDERS: dict[str, Any] = {
    "asyncio.queues.Queue": lambda own: own.setdefault("_is_shutdown", False),
    "queue.Queue": lambda own: own.setdefault("is_shutdown", False),
    "threading.Thread": _thread,
}
