"""The live objects of a crash, found without running application code."""

from __future__ import annotations

import _thread
import sys

from tibidi import TYPE_CHECKING
from tibidi.capture.exceptions import exceptions
from tibidi.capture.stacks import threads
from tibidi.look.frames import LiveCrash
from tibidi.look.frames import shielded

if TYPE_CHECKING:
    from threading import Thread

    from tibidi.process import Watch


def survey(exc: BaseException, *, thread: Thread | None = None, watch: Watch | None = None) -> LiveCrash:
    """Find the exceptions behind `exc`, all threads and all tasks.

    `thread` crashed, by default the one that waits with `watch`, else the
    current one.
    """
    crash = LiveCrash()
    here, frame = (_thread.get_ident(), sys._getframe(1)) if watch is None else (watch.ident, watch.frame)
    ident = None if thread is None else thread.ident
    crash.exceptions = exceptions(crash, exc)
    with shielded(crash.omissions, "threads"):
        crash.threads = threads(crash, here if ident is None else ident, {here: frame} if frame else {})
    if "asyncio.tasks" in sys.modules:
        with shielded(crash.omissions, "tasks"):
            from tibidi.capture import tasks  # only few processes have any

            crash.tasks = tasks.tasks(crash)
    return crash
