"""The live objects of a crash, found without running application code: all threads, from `sys._current_frames()`.

The other threads go on meanwhile, since there is no way to stop them: a stack is true for the moment in which it was
walked.  Names come from the threading module, if the application has imported it.
"""

from __future__ import annotations

import _thread
import sys

from tibidi import TYPE_CHECKING
from tibidi.capture.exceptions import (
    HOOKS,
    exceptions,
    is_ours,
    without_bootstrap,
    without_hook,
    without_launcher,
    without_middle,
)
from tibidi.look.anatomy import dictionary
from tibidi.look.frames import LiveCrash, LiveThread, shielded
from tibidi.model import CRASH, EXIT, TOO_LARGE, UNAVAILABLE, Omission
from tibidi.process import interpreter
from tibidi.process.watch import DumpThread, Watch, callers

if TYPE_CHECKING:
    from threading import Thread
    from types import FrameType


MAX_THREADS = 500
MAIN = "MainThread"  # its name in the threading module, which may not be loaded


def survey(
    exc: BaseException | None, thread: Thread | None = None, watch: Watch | None = None, crash: LiveCrash | None = None
) -> LiveCrash:
    """Find the exceptions behind `exc`, if there is one, all threads and all tasks; return `crash` with them.

    `thread` crashed, by default the one that waits with `watch`, else the current one.
    """
    crash = crash or LiveCrash()
    if crash.kind == CRASH and issubclass(type(exc), SystemExit):
        crash.kind = EXIT
    here, frame = (_thread.get_ident(), sys._getframe(1)) if watch is None else (watch.ident, watch.frame)
    ident = None if thread is None else thread.ident
    if exc is None:
        from tibidi.capture import living  # not for a crash

        ident = living.main_thread()
    else:
        crash.exceptions = exceptions(crash, exc)
    with shielded(crash.omissions, "threads"):
        crash.threads = threads(crash, here if ident is None else ident, {here: frame} if frame else {})
    if "asyncio.tasks" in sys.modules:
        with shielded(crash.omissions, "tasks"):
            from tibidi.capture import tasks  # only few processes have any

            crash.tasks = tasks.tasks(crash)
    if crash.test is not None:
        crash.test.claim(crash)
    elif "IPython" in sys.modules or "marimo" in sys.modules:
        from tibidi.capture.runners import fold_shell

        fold_shell(crash)
    return crash


def threads(crash: LiveCrash, crashed: int, here: dict[int, FrameType]) -> list[LiveThread]:
    """Return all threads but our workers, the crashed one first, the others in the order of their start.

    If there is no exception, none has crashed.  `here` has the innermost frame of the thread that the dump is made for.
    """
    unreadable = interpreter.why_frames_are_unreadable()
    innermost = {} if unreadable else interpreter.frames()
    innermost.pop(_thread.get_ident(), None)  # that of this function: break the cycle
    innermost.update(here)
    stacks = {ident: _stack(ident, frame, here) for ident, frame in innermost.items()}
    known = dict(_known_threads())
    if unreadable:
        crash.omissions.append(Omission("threads", UNAVAILABLE, unreadable))
        stacks.update({ident: [] for ident in known.keys() - stacks.keys()})  # at least their names
    order = dict.fromkeys(ident for ident in (crashed, *known, *stacks) if ident in stacks)
    if len(order) > MAX_THREADS:
        crash.omissions.append(Omission("threads", TOO_LARGE, f"{len(order) - MAX_THREADS} more threads"))
    found: list[LiveThread] = []
    for ident in list(order)[:MAX_THREADS]:
        frames = without_bootstrap(without_launcher(stacks[ident], stacks[ident]))
        is_worker = not frames or (ident not in here and _is_worker(stacks[ident][0], frames[0]))
        if is_worker and ident != crashed and not unreadable:
            continue  # a worker of tibidi, or a thread that has just started
        live = _describe(ident, known.get(ident), crashed=ident == crashed)
        live.crashed = live.crashed and bool(crash.exceptions)
        live.frames = [crash.frame_now(each) for each in without_middle(crash, frames, f"threads[{len(found)}]")]
        found.append(live)
    return found


def _stack(ident: int, innermost: FrameType, here: dict[int, FrameType]) -> list[FrameType]:
    """Return a stack, outermost frame first, without frames of our hooks; those in `here` end before the hook."""
    frames = [each for each in callers(innermost) if not each.f_code.co_filename.startswith(HOOKS)][::-1]
    return without_hook(frames) if ident in here else frames


def _is_worker(outermost: FrameType, first: FrameType) -> bool:
    """Return True for a thread of tibidi, also for one that was abandoned in code of the application."""
    return outermost.f_code is DumpThread._run.__code__ or is_ours(first)


def _known_threads() -> list[tuple[int, object]]:
    """Return the threads that the threading module knows; `enumerate()` would wait for its lock."""
    active = getattr(sys.modules.get("threading"), "_active", None)
    return list(active.items()) if type(active) is dict else []


def _describe(ident: int, thread: object, *, crashed: bool) -> LiveThread:
    attributes = dictionary(thread)
    name = attributes.get("_name")
    return LiveThread(
        name if type(name) is str else MAIN if "threading" not in sys.modules and crashed else f"thread {ident}",
        ident,
        crashed=crashed,
        daemon=attributes.get("_daemonic") is True,
    )
