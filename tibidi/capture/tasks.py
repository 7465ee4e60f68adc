"""All asyncio tasks and their await chains.

asyncio is never imported: an application that has not imported it has no tasks.  The registry of tasks differs by
version: one weak set (up to 3.11), a weak set and a set of eager tasks (3.12), lists in C per loop (3.14, so that
loops are searched for on the stacks).  `asyncio.all_tasks()` calls methods of each task, which may be a subclass of
the application; here each field is read with the descriptor of the class in asyncio.

When `asyncio.run()` ends with an exception, it cancels all tasks before a hook sees the exception.  The place of a
cancelled task is still known: from the traceback of its CancelledError, which `gc.get_referents()` finds.
"""

from __future__ import annotations

import gc
import sys
from _thread import get_ident
from types import AsyncGeneratorType, CoroutineType, FrameType, GeneratorType, ModuleType, TracebackType

from tibidi import TYPE_CHECKING
from tibidi.capture.exceptions import frames_of_traceback
from tibidi.look.anatomy import dictionary, first, inherited, mro, namespace, stored, type_name, values
from tibidi.look.frames import LiveCrash, LiveTask
from tibidi.model import TOO_LARGE, Omission
from tibidi.process import interpreter, traceback_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any


RUNNING = "running"
PENDING = "pending"
CANCELLED = "cancelled"
FAILED = "failed"
STATES = (RUNNING, PENDING, CANCELLED, FAILED)

MAX_TASKS = 1000
MAX_AWAITS = 1000
MAX_ITEMS = 1000  # of a container of tasks in a local variable
# Attributes with the frame, and with the awaited object.
SUSPENDED = {
    CoroutineType: ("cr_frame", "cr_await"),
    GeneratorType: ("gi_frame", "gi_yieldfrom"),
    AsyncGeneratorType: ("ag_frame", "ag_await"),
}
OPAQUE = frozenset(
    {"async_generator_asend", "async_generator_athrow", "anext_awaitable", "coroutine_wrapper", "_asyncio.FutureIter"}
)


def tasks(crash: LiveCrash) -> list[LiveTask]:
    """Return the tasks of all loops that are running, pending, cancelled or failed, in this order."""
    asyncio = sys.modules["asyncio.tasks"]
    task_class = getattr(asyncio, "Task", None)
    if type(task_class) is not type:
        return []
    found = {id(task): task for task in _registered(asyncio, crash)}
    found.update((id(task), task) for task in _among_locals(crash, task_class))
    live = [(task, LiveTask(_name(task), _state(task))) for task in found.values()]
    live = [(task, each) for task, each in live if each.state in STATES]
    live.sort(key=lambda pair: (STATES.index(pair[1].state), len(pair[1].name), pair[1].name))
    if len(live) > MAX_TASKS:
        crash.omissions.append(Omission("tasks", TOO_LARGE, f"{len(live) - MAX_TASKS} more tasks"))
    for number, (task, each) in enumerate(live[:MAX_TASKS]):
        _walk(crash, task, each, f"tasks[{number}]")
    return [each for _, each in live[:MAX_TASKS]]


def field(task: object, name: str) -> object:
    """Read a field of a task or future without running code of an application subclass."""
    own, descriptor = dictionary(task), stored(type(task)).get(name)
    if name in own or descriptor is None:  # a task in Python begins with the `_state` of its class
        return own.get(name, inherited(type(task), name))
    return dict(values(task, {name: descriptor})).get(name)


def _registered(asyncio: ModuleType, crash: LiveCrash) -> Iterator[object]:
    for name in ("_all_tasks", "_scheduled_tasks", "_eager_tasks"):
        yield from _settled(getattr(asyncio, name, ()))
    of_loop = getattr(sys.modules.get("_asyncio"), "all_tasks", None)  # Python 3.14
    if of_loop is not None:
        for loop in _loops(crash):
            yield from of_loop(loop)


def _settled(tasks: Iterable[object]) -> list[object]:
    """Return the items of a collection that other threads may be changing."""
    for _ in range(100):
        try:
            return [*tasks]
        except RuntimeError:
            continue
    return []


def _loops(crash: LiveCrash) -> Iterator[object]:
    loop_class = getattr(sys.modules.get("asyncio.events"), "AbstractEventLoop", type(None))
    seen: set[int] = set()
    for value in _values(crash):
        for each in (value, dictionary(value).get("_loop")):
            if id(each) not in seen and issubclass(type(each), loop_class):
                seen.add(id(each))
                yield each


def _among_locals(crash: LiveCrash, task_class: type) -> Iterator[object]:
    for value in _values(crash):
        if issubclass(type(value), task_class):
            yield value
        elif type(value) is list or type(value) is tuple or type(value) is set:
            yield from (each for each in first(value, MAX_ITEMS) if issubclass(type(each), task_class))


def _values(crash: LiveCrash) -> Iterator[object]:
    for stack in crash.stacks():
        for live in stack.frames:
            yield from _settled(live.namespace.values())


def _state(task: object) -> str:
    state = field(task, "_state")
    if state == "PENDING":
        coroutine = field(task, "_coro")
        return RUNNING if type(coroutine) is CoroutineType and coroutine.cr_running else PENDING
    if state == "CANCELLED":
        return CANCELLED
    return "" if _error(task) is None else FAILED


def _walk(crash: LiveCrash, task: object, live: LiveTask, path: str) -> None:
    """Find the frames of a task, and what it waits for."""
    if live.state in {RUNNING, PENDING}:
        if not (interpreter.why_frames_are_unreadable() and _runs_elsewhere(task)):
            live.frames = [crash.frame_now(frame) for frame in _chain(field(task, "_coro"))]
        live.state += _waiting_for(field(task, "_fut_waiter"))
        return
    error = _error(task)
    tb = _traceback_of_cancelled(task) if error is None else traceback_of(error)
    if tb is not None:
        live.frames = frames_of_traceback(crash, tb, path)


def _runs_elsewhere(task: object) -> bool:
    """Return True if the loop of a task may be running in another thread."""
    return dictionary(field(task, "_loop")).get("_thread_id", "unknown") not in {None, get_ident()}


def _error(task: object) -> BaseException | None:
    """Return the exception that ended a task, else None."""
    error: Any = field(task, "_exception")
    return error if issubclass(type(error), BaseException) else None


def _traceback_of_cancelled(task: object) -> TracebackType | None:
    """Return the traceback of a cancelled task; before Python 3.11 the task refers to it directly."""
    held = gc.get_referents(task)
    for each in held:
        if type(each) is TracebackType:
            return each
    errors = (each for each in held if issubclass(type(each), BaseException))
    return next((tb for tb in map(traceback_of, errors) if tb is not None), None)


def _name(task: object) -> str:
    name = dictionary(task).get("_name")
    if name is None:
        for base in mro(type(task)):
            if type_name(base) == "_asyncio.Task":
                name = namespace(base)["get_name"](task)
    return name if type(name) is str else "Task"


def _chain(awaited: object) -> Iterator[FrameType]:
    """Yield the frames of an await chain, outermost first."""
    for _ in range(MAX_AWAITS):
        if _is_suspended(awaited):
            its_frame, its_awaited = SUSPENDED[type(awaited)]
            frame = getattr(awaited, its_frame)
            if frame is not None:
                yield frame
            awaited = getattr(awaited, its_awaited)
        elif type_name(type(awaited)) in OPAQUE:
            awaited = next(filter(_is_suspended, gc.get_referents(awaited)), None)
        else:
            return


def _is_suspended(thing: object) -> bool:
    return type(type(thing)) is type and type(thing) in SUSPENDED


def _waiting_for(future: object) -> str:
    if future is None:
        return ""
    name = _name(future) if field(future, "_coro") is not None else ""
    return f", waiting for {type_name(type(future))} {name}".rstrip()
