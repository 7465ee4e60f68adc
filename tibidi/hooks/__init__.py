"""The doors that crashes come through, one file each.

Rules
-----
What happened before happens first: every door calls what it replaced, so the
normal traceback is out before anything of ours can go wrong, and no exception
of ours leaves a door.  Nothing is imported before the application imports it;
doors of modules that are not there yet are hung when they come (`arrivals`).
A door only recognises a crash and hands it to `gate.report`.

This package is imported at every start with TIBIDI_ENABLE=1, so what it
imports at its top is small; the rest is imported at the crash.
"""

from __future__ import annotations

from tibidi.hooks import gate
from tibidi.pristine import os

# name of a module of the application's -> the door of ours that is hung in it
DOORS = {
    "threading": "threads",
    "multiprocessing.process": "children",
    "multiprocessing.pool": "pools",
    "concurrent.futures.process": "pools",
    "asyncio.base_events": "tasks",
}


def set_excepthook(
    filename: str | os.PathLike[str] | None = "traceback.pkl", replace: bool = True, silent: bool = False
) -> None:
    """Dump the exception that ends the program to `filename`, into the crash directory when None.

    With `replace`, one line with the exception stands in the place of the
    traceback; otherwise the hook that was there runs first.  `silent` says
    nothing of the dump.  Called again, it changes these settings; it wins
    over what TIBIDI_ENABLE=1 has set.
    """
    from tibidi.hooks import excepthook

    gate.open_up()
    path = None if filename is None else os.fspath(filename)
    excepthook.install(gate.Settings(path, replace, silent))


def install_all() -> None:
    """Hang every door, as the start hook does under TIBIDI_ENABLE=1; a second call changes nothing."""
    from tibidi import config
    from tibidi.hooks import arrivals
    from tibidi.hooks import excepthook
    from tibidi.hooks import leftovers
    from tibidi.hooks import unraisable

    if gate.is_open():
        return
    gate.open_up()
    excepthook.install()
    unraisable.install()
    leftovers.install()
    doors = dict(DOORS)
    if config.logging_level is not None:
        doors["logging"] = "logs"
    arrivals.expect(doors)


def uninstall() -> None:
    """Take every door down again.

    Where somebody hung their own hook over ours, ours stays below it and does
    nothing but call the one before.
    """
    from tibidi.hooks import arrivals
    from tibidi.hooks import patches

    gate.close()
    arrivals.forget()
    patches.undo()
