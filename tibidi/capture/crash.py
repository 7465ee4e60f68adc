"""The live objects of a crash, found without running application code."""

from __future__ import annotations

import _thread
import sys

from tibidi import TYPE_CHECKING
from tibidi.capture.exceptions import exceptions
from tibidi.capture.stacks import threads
from tibidi.look.frames import LiveCrash
from tibidi.look.frames import shielded
from tibidi.model import CRASH
from tibidi.model import EXIT

if TYPE_CHECKING:
    from threading import Thread

    from tibidi.process import Watch


def survey(
    exc: BaseException | None,
    *,
    thread: Thread | None = None,
    watch: Watch | None = None,
    kind: str = CRASH,
    reason: str = "",
) -> LiveCrash:
    """Find the exceptions behind `exc`, if there is one, all threads and all tasks.

    `thread` crashed, by default the one that waits with `watch`, else the
    current one.
    """
    is_exit = kind == CRASH and issubclass(type(exc), SystemExit)
    crash = LiveCrash(EXIT if is_exit else kind, reason)
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
    return crash
