"""What is alive at a crash, found without running a line of the application."""

from __future__ import annotations

import _thread

from tibidi import TYPE_CHECKING
from tibidi.capture.exceptions import exceptions
from tibidi.capture.stacks import threads
from tibidi.capture.tasks import tasks
from tibidi.look.frames import Scene

if TYPE_CHECKING:
    from threading import Thread

__all__ = ["Scene", "survey"]


def survey(exc: BaseException, *, thread: Thread | None = None) -> Scene:
    """Find the exceptions behind `exc`, all threads and all tasks; `thread` crashed, by default the current one."""
    scene = Scene()
    ident = None if thread is None else thread.ident
    scene.exceptions = exceptions(scene, exc)
    scene.threads = threads(scene, _thread.get_ident() if ident is None else ident)
    scene.tasks = tasks(scene)
    return scene
