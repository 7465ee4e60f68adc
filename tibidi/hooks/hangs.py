"""The hook for hangs: with TIBIDI_HANG_SECONDS, a thread looks at the others a few times in that time.

docs/vanished.md says what counts as moving.  Code in C that holds the interpreter lock stops this thread as well: then
the timer of faulthandler writes the stacks to the life record, unless the application uses that timer itself.
"""

from __future__ import annotations

import _thread
import linecache
import re
import resource
import sys
from contextlib import suppress
from functools import partial, wraps
from itertools import repeat

from tibidi import TYPE_CHECKING, config, hooks
from tibidi.hooks import handling, snapshots
from tibidi.look.anatomy import dictionary
from tibidi.process import interpreter, load_own, os, read_file, time
from tibidi.process.watch import callers

if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

faulthandler: Any
try:
    import faulthandler
except ImportError:  # in a subinterpreter: the main one watches the process
    faulthandler = None

CHECKS = 8  # in the time of a hang
EXIT_SECONDS = 0.5  # for what is still to be told at the exit
TIMEOUT, MAX_TEXT = b"Timeout (", 1 << 16  # how the text of the timer begins, and how much is read to find it
CLOSE_CHECKS, CLOSE_SECONDS = 100, 0.003  # before a hang is reported
MOST_SECONDS = 2 * CLOSE_CHECKS * CLOSE_SECONDS
IDLE_SECONDS = 0.00005  # of a processor, at most, while a thread waits for a lock
FUTEX = {"aarch64": "98"}.get(os.uname().machine, "202")  # the system call that waits for a lock
WAITING = re.compile(r"(threading|queue|connection)\.py:(wait|join|_wait_for_tstate_lock|_shutdown|get|put)$")
WAITS_IN_C = re.compile(r"\.get\(|timeout=")  # SimpleQueue.get(), for one
LOCK = re.compile(r"\bwith\s+([\w.]+)|([\w.]+)\.(?:acquire|__enter__)\(")

_main = 0
_selects = repeat(None, 1 << 62)  # counts down on each call of a selector's select()
_since: dict[int, tuple[object, float, float]] = {}  # by thread: its state, since when, what it had used of a processor
_reported: list[object] = []  # the state of the main thread in the hang that was reported
# Empty if the application uses it.
_timers: list[Any] = [faulthandler.dump_traceback_later] if faulthandler else []
_cancel: Any = getattr(faulthandler, "cancel_dump_traceback_later", None)
_setting = _thread.allocate_lock()  # also held while a process forks: its child could neither set nor cancel the timer


def install(module: Any = None) -> None:
    """Start the watching thread; for the module `selectors`, count the calls of `select()` instead."""
    if faulthandler is None:
        return
    names = ("EpollSelector", "KqueueSelector", "PollSelector", "SelectSelector") if module else ()
    for cls in [vars(module)[name] for name in names if "select" in vars(vars(module).get(name, object))]:
        hooks.replace_function(cls, "select", _wrap_select)
    if not module and "selectors" not in hooks._awaited:
        hooks.install_in_modules({"selectors": "hangs"})
        hooks.replace_function(faulthandler, "dump_traceback_later", lambda call: partial(_give_up, call))
        os.register_at_fork(
            before=lambda: _setting.acquire() and _timers and _cancel(),
            after_in_parent=_setting.release,
            after_in_child=_start,
        )
        _start()
        why = interpreter.why_frames_are_unreadable()
        if why:
            handling.write(f"tibidi: TIBIDI_HANG_SECONDS: no hang is found here: {why}")


def _wrap_select(previous: Any) -> Any:
    @wraps(previous)
    def select(*args: object, **options: object) -> object:
        next(_selects)
        return previous(*args, **options)

    return select


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
    with suppress(RuntimeError):  # in an isolated subinterpreter, or at a limit
        _thread.start_new_thread(_watch, ())


def _watch() -> None:
    watched, size, was_held = 0.0, 0, False  # watched: seconds in which this thread could run: a process may be stopped
    while hooks.is_installed() and config.hang_seconds:
        seconds = config.hang_seconds
        life: Any = sys.modules.get("tibidi_autoinstall")
        record: Any = life and life._record
        record = record if record and life._ensure_open(record) else None  # the application may close all descriptors
        with _setting:
            for timer in _timers if record else ():
                timer(seconds, file=record[2])
        try:
            if record and TIMEOUT in os.pread(record[2], MAX_TEXT, size):  # now that the previous timer has ended
                _handle_timeout(record, was_held)
            size = os.fstat(record[2]).st_size if record else 0
            was_held, watched = _sleep(seconds), watched + seconds / CHECKS
            _check(seconds, interpreter.frames(), watched)
        except Exception:  # noqa: BLE001 - the next look is as good
            _since.clear()
            time.sleep(CLOSE_SECONDS)


def _sleep(seconds: float) -> bool:
    """Sleep until the next look; return True if another thread held the interpreter lock for too long then.

    This thread waits for it once in each switch interval (take_gil in Python/ceval_gil.c), but never while the process
    is stopped or gets no processor.
    """
    begun, waits = time.monotonic(), _waits()
    time.sleep(seconds / CHECKS)
    took = time.monotonic() - begun
    return took > seconds * (1 - 1 / CHECKS) and _waits() - waits > took / sys.getswitchinterval() / 10


def _waits() -> int:
    """Return how often this thread has waited for something (getrusage(2))."""
    count: int = resource.getrusage(getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)).ru_nvcsw
    return count


def _handle_timeout(record: Any, was_held: bool) -> None:
    """Make a dump of the text of the timer, which also comes after a stop of the process, or when a clock is set."""
    if was_held:
        load_own("tibidi.life.judge").judge_one(record[1])
        os.lockf(record[2], os.F_TLOCK, 0)  # a process loses its locks on a file that it closes anywhere
    snapshots.note("hang" if _reported else "moved")


def finish(path: str) -> None:
    """Wait at the exit until the watching thread has handled a text of the timer: it gets the interpreter lock now."""
    end = time.monotonic() + EXIT_SECONDS
    while time.monotonic() < end:
        if TIMEOUT not in read_file(path).rpartition(b"told: ")[2]:
            return
        time.sleep(CLOSE_SECONDS)


def _check(seconds: float, frames: dict[int, FrameType], now: float) -> None:
    """Note which threads have moved; take a snapshot if the main thread hangs, once."""
    for ident, frame in frames.items():
        state = repr(_selects) if _is_in_loop(frame) else (id(frame), frame.f_lasti)
        if ident not in _since or _since[ident][0] != state:
            _since[ident] = state, now, _processor_time(ident)
    if _reported and _reported != [_since[_main]]:
        _reported.clear()
        snapshots.note("moved")
    if not _reported and _hangs(_main, frames, now - seconds):
        _reported.append(_since[_main])
        waits = [_wait(ident, frame) for ident, frame in frames.items() if _since[ident][1] <= now - seconds / 2]
        with _setting:
            for _ in _timers:
                _cancel()  # before Python 3.14 faulthandler may crash if it fires while Python code runs: the dump
        waits.insert(0, f"hang: the main thread has not moved for {seconds:g} s")
        snapshots.take("; ".join(filter(None, waits)), "hang")


def _has_stayed(ident: int) -> bool:
    """Look more often, and return True if a thread that computes in C stays where it is.

    A loop in Python gives up the interpreter lock at two or three instructions, so that a few looks may find it at the
    same one by chance.  C code must have used a processor without delaying the looks, as it would with the lock.
    """
    places, begun, took = set(), time.monotonic(), 0.0
    used = _processor_time(ident)
    for _ in range(CLOSE_CHECKS):
        time.sleep(CLOSE_SECONDS)
        frame = interpreter.frames().get(ident)
        places.add(None if frame is None else (id(frame), frame.f_lasti))
        took = time.monotonic() - begun
        if took > MOST_SECONDS:  # else the timer would not be set again in time
            return False
    return _processor_time(ident) - used >= took / 2 and len(places) == 1


def _is_in_loop(frame: FrameType | None) -> bool:
    """Return True for the stack of a thread that runs an event loop of asyncio."""
    loop = next((each for each in callers(frame) if each.f_code.co_name == "_run_once"), None)
    return loop is not None and loop.f_globals.get("__name__") == "asyncio.base_events"


def _hangs(ident: int, frames: dict[int, FrameType], moved_before: float, waiting: tuple[int, ...] = ()) -> bool:
    """Return True if a thread hangs: an event loop that does not wait for events, a lock, or a computation in C.

    The threads `waiting` wait for it to end, directly or not; if it waits for one of them, that is a deadlock.
    """
    if ident not in frames or _since[ident][1] > moved_before:
        return False
    frame = frames[ident]
    if _is_in_loop(frame):
        return frame.f_code.co_name != "select"
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    if WAITING.search(f"{frame.f_code.co_filename}:{frame.f_code.co_name}") or WAITS_IN_C.search(line):
        joined = _joined(ident, frame)
        return joined in waiting or (joined is not None and _hangs(joined, frames, moved_before, (*waiting, ident)))
    state = _system_call(ident)
    if state == "running":
        return _has_stayed(ident)
    has_waited = state == FUTEX and _processor_time(ident) - _since[ident][2] <= IDLE_SECONDS
    if not has_waited:
        del _since[ident]  # it has come here more than once
    return has_waited


def _joined(ident: int, frame: FrameType) -> int | None:
    """Return the ident of the thread that this one joins, by its frame in `threading`; None if it joins none."""
    joined = dictionary(frame.f_locals.get("self")).get("_ident")
    return joined if type(joined) is int and joined != ident else None


def _system_call(ident: int) -> str:
    """Return the number of the system call that a thread is in, or "running" (proc_pid_syscall(5)); "" if unknown."""
    try:
        return read_file(f"/proc/self/task/{_number(ident)}/syscall").split()[0].decode()
    except (OSError, IndexError):
        return ""


def _processor_time(ident: int) -> float:
    """Return how long a thread has used a processor, 0 if that is not known (MAKE_THREAD_CPUCLOCK of Linux)."""
    try:
        return time.clock_gettime((~_number(ident) << 3) | 6)
    except (OSError, TypeError):
        return 0.0


def _number(ident: int) -> Any:
    return os.getpid() if ident == _main else _thread_attribute(ident, "_native_id")


def _thread_attribute(ident: int, name: str) -> object:
    return dictionary(getattr(sys.modules.get("threading"), "_active", {}).get(ident)).get(name)


def _wait(ident: int, frame: FrameType) -> str:
    """Return what a thread waits for: another one, or the lock that its line names, and who holds it, if known."""
    name, line = _thread_attribute(ident, "_name"), linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    if WAITING.search(f"{frame.f_code.co_filename}:{frame.f_code.co_name}"):  # else it is idle
        joined = _joined(ident, frame)
        return f"{name} waits for the end of {_thread_attribute(joined, '_name')}" if joined is not None else ""
    found = LOCK.search(line)
    first, *rest = (found[1] or found[2]).split(".") if found else [""]
    lock: Any = {**frame.f_globals, **frame.f_locals}.get(first)
    for part in rest:
        lock = dictionary(lock).get(part)
    if type(lock).__module__ != "_thread" or _system_call(ident) not in {FUTEX, ""}:  # or it has the lock already
        return ""
    owner = re.search(r"owner=(\d+)", repr(lock))  # of a built-in type
    holder = f"which {_thread_attribute(int(owner[1]), '_name')} holds" if owner else "which does not name its holder"
    return f"{name} waits for {'.'.join([first, *rest])}, {holder}"
