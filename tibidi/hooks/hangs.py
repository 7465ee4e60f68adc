"""The hook for hangs: with TIBIDI_HANG_SECONDS, a thread looks at the others a few times in that time.

docs/vanished.md says what counts as moving.  Code in C that holds the interpreter lock stops this thread as well: then
the timer of faulthandler writes the stacks to the life record, unless the application uses that timer itself.
"""

from __future__ import annotations

import _thread
import faulthandler
import linecache
import re
import sys
from functools import partial
from itertools import repeat

from tibidi import TYPE_CHECKING, config, hooks
from tibidi.hooks import snapshots
from tibidi.look.anatomy import dictionary
from tibidi.process import callers, io, os, time

if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

LOOKS = 8  # in the time of a hang
CLOSE_LOOKS, CLOSE_SECONDS = 100, 0.003  # before a hang is reported
MOST_SECONDS = 2 * CLOSE_LOOKS * CLOSE_SECONDS
IDLE_SECONDS = 0.005  # of a processor, at most, while a thread waits for a lock
BUSY = {"running", {"aarch64": "98"}.get(os.uname().machine, "202")}  # 202: futex(), which waits for a lock
WAITING = re.compile(r"(threading|queue|connection)\.py:(wait|join|_wait_for_tstate_lock|_shutdown|get|put)$")
WAITS_IN_C = re.compile(r"\.get\(|timeout=")  # SimpleQueue.get(), for one
LOCK = re.compile(r"\bwith\s+([\w.]+)|([\w.]+)\.acquire\(")

_main = 0
_beats = repeat(None, 1 << 62)  # counts down whenever a selector is asked
_since: dict[int, tuple[object, float]] = {}
_reported: list[object] = []  # the state of the main thread in the hang that was reported
_timers: list[Any] = [faulthandler.dump_traceback_later]  # empty if the application uses it
_cancel: Any = faulthandler.cancel_dump_traceback_later
_setting = _thread.allocate_lock()  # also held while a process forks: its child could neither set nor cancel the timer


def install(module: Any = None) -> None:
    """Start the thread; or count how often the classes of `selectors` are asked."""
    names = ("EpollSelector", "KqueueSelector", "PollSelector", "SelectSelector") if module else ()
    for cls in [vars(module)[name] for name in names if "select" in vars(vars(module).get(name, object))]:
        hooks.replace_function(cls, "select", lambda call: lambda *given: next(_beats) or call(*given))
    if not module and "selectors" not in hooks._awaited:
        hooks.install_in_modules({"selectors": "hangs"})
        hooks.replace_function(faulthandler, "dump_traceback_later", lambda call: partial(_give_up, call))
        os.register_at_fork(
            before=lambda: _setting.acquire() and _timers and _cancel(),
            after_in_parent=_setting.release,
            after_in_child=_start,
        )
        _start()


def _give_up(call: Any, *given: object, **named: object) -> object:
    """Leave the timer of faulthandler to the application, which has just set it."""
    _timers.clear()
    return call(*given, **named)


def _start() -> None:
    global _main
    if _setting.locked():
        _setting.release()
    elif _main:  # forked by C code, as uwsgi does, so the timer is not cancelled
        _timers.clear()
    _main = _thread.get_ident()
    _since.clear()
    _thread.start_new_thread(_watch, ())


def _watch() -> None:
    while hooks.is_installed() and config.hang_seconds:
        seconds, before = config.hang_seconds, time.monotonic()
        record: Any = getattr(sys.modules.get("tibidi_autoinstall"), "_record", None)
        with _setting:
            for timer in _timers if record else ():
                timer(seconds, file=record[2])
        time.sleep(seconds / LOOKS)
        try:
            if record and time.monotonic() - before > seconds:
                hooks._load("tibidi.life.judge").judge_one(record[1])
                snapshots.note("moved")
            _look(seconds, sys._current_frames(), time.monotonic())
        except Exception:  # noqa: BLE001 - the next look is as good
            _since.clear()


def _look(seconds: float, frames: dict[int, FrameType], now: float) -> None:
    """Note which threads have moved; take a snapshot if the main thread hangs, once."""
    for ident, frame in frames.items():
        state = repr(_beats) if _is_in_loop(frame) else (id(frame), frame.f_lasti)
        if ident not in _since or _since[ident][0] != state:
            _since[ident] = state, now
    if _reported and _reported != [_since[_main]]:
        _reported.clear()
        snapshots.note("moved")
    if not _reported and _hangs(_main, frames, now - seconds):
        _reported.append(_since[_main])
        waits = [_wait(ident, frame) for ident, frame in frames.items() if _since[ident][1] <= now - seconds / 2]
        waits.insert(0, f"hang: the main thread has not moved for {seconds:g} s")
        snapshots.take("; ".join(filter(None, waits)), "hang")


def _has_stayed(ident: int, number: int, *, computes: bool) -> bool:
    """Look more often, and return True if a thread stays where it is.

    A loop in Python gives up the interpreter lock at two or three instructions, so that a few looks may find it at the
    same one by chance.  A thread that `computes` in C must have used a processor without delaying the looks, as it
    would with the lock; one that waits must have used hardly any.
    """
    places, begun, took = set(), time.monotonic(), 0.0
    clock = (~number << 3) | 6  # of a thread: MAKE_THREAD_CPUCLOCK of Linux, CPUCLOCK_SCHED
    used = time.clock_gettime(clock)
    for _ in range(CLOSE_LOOKS):
        time.sleep(CLOSE_SECONDS)
        frame = sys._current_frames().get(ident)
        places.add(None if frame is None else (id(frame), frame.f_lasti))
        took = time.monotonic() - begun
        if took > MOST_SECONDS:  # else the timer would not be set again in time
            break
    used = time.clock_gettime(clock) - used
    if (took > MOST_SECONDS or used < took / 2) if computes else used > IDLE_SECONDS:
        return False
    return len(places) == 1 or _is_in_loop(sys._current_frames().get(ident))


def _is_in_loop(frame: FrameType | None) -> bool:
    """Return True for the stack of a thread that runs an event loop of asyncio."""
    loop = next((each for each in callers(frame) if each.f_code.co_name == "_run_once"), None)
    return loop is not None and loop.f_globals.get("__name__") == "asyncio.base_events"


def _hangs(ident: int, frames: dict[int, FrameType], moved_before: float) -> bool:
    """Return True if a thread hangs: an event loop that does not wait for events, a lock, or a computation in C."""
    if ident not in frames or _since[ident][1] > moved_before:
        return False
    frame = frames[ident]
    if _is_in_loop(frame):
        return frame.f_code.co_name != "select"
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    if WAITING.search(f"{frame.f_code.co_filename}:{frame.f_code.co_name}") or WAITS_IN_C.search(line):
        joined: Any = dictionary(frame.f_locals.get("self")).get("_ident")
        return joined in frames and joined != ident and _hangs(joined, frames, moved_before)
    number: Any = os.getpid() if ident == _main else _thread_attribute(ident, "_native_id")
    try:
        with io.open(f"/proc/self/task/{number}/syscall") as file:  # proc_pid_syscall(5)
            state = file.read().split()[0]
        return state in BUSY and _has_stayed(ident, number, computes=state == "running")
    except OSError:
        return False


def _thread_attribute(ident: int, name: str) -> object:
    return dictionary(getattr(sys.modules.get("threading"), "_active", {}).get(ident)).get(name)


def _wait(ident: int, frame: FrameType) -> str:
    """Return which lock a thread waits for, if its line names one, and who holds it, which an RLock knows."""
    found = LOCK.search(linecache.getline(frame.f_code.co_filename, frame.f_lineno))
    first, *rest = (found[1] or found[2]).split(".") if found else [""]
    lock: Any = {**frame.f_globals, **frame.f_locals}.get(first)
    for name in rest:
        lock = dictionary(lock).get(name)
    if type(lock).__module__ != "_thread":
        return ""
    owner = re.search(r"owner=(\d+)", repr(lock))  # of a built-in type
    holder = f"which {_thread_attribute(int(owner[1]), '_name')} holds" if owner else "which does not name its holder"
    return f"{_thread_attribute(ident, '_name')} waits for {'.'.join([first, *rest])}, {holder}"
