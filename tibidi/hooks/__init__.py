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

# No `from __future__ import annotations` here: importing it costs 0.1 ms at every start.

from tibidi.hooks import gate
from tibidi.pristine import environ
from tibidi.pristine import os

TYPE_CHECKING = False  # as typing's, which is too dear to import at every start
if TYPE_CHECKING:
    from collections.abc import Sequence

# name of a module of the application's -> the door of ours that is hung in it
DOORS = {
    "threading": "threads",
    "multiprocessing.process": "children",
    "multiprocessing.pool": "pools",
    "concurrent.futures.process": "pools",
    "asyncio.base_events": "tasks",
    "uvloop": "tasks",
}


def set_excepthook(
    filename: "str | os.PathLike[str] | None" = "traceback.pkl", replace: bool = True, silent: bool = False
) -> None:
    """Dump the exception that ends the program to `filename`, into the crash directory when None.

    With `replace`, one line with the exception stands in the place of the
    traceback; otherwise the hook that was there runs first.  `silent` says
    nothing of the dump.  Called again, it changes these settings; it wins
    over what TIBIDI_ENABLE=1 has set.
    """
    from tibidi.hooks import interpreter

    gate.open_up()
    path = None if filename is None else os.fspath(filename)
    interpreter.install_excepthook(gate.Settings(path, replace, silent))


def install_all() -> "Sequence[str]":
    """Hang every door, as the start hook does under TIBIDI_ENABLE=1; a second call changes nothing.

    Returns a line for each setting that could not be understood.
    """
    from tibidi.hooks import arrivals
    from tibidi.hooks import interpreter

    gate.open_up()
    interpreter.install()
    doors = DOORS
    problems: Sequence[str] = ()
    if len(environ) > 1:  # settings, apart from TIBIDI_ENABLE
        import tibidi.config as config

        problems = config.problems
        if config.logging_level is not None:
            doors = {**DOORS, "logging": "logs"}
    arrivals.expect(doors)
    return problems


def uninstall() -> None:
    """Take every door down again.

    Where somebody hung their own hook over ours, ours stays below it and does
    nothing but call the one before.
    """
    from tibidi.hooks import arrivals
    from tibidi.hooks import interpreter

    gate.close()
    arrivals.forget()
    interpreter.forget()
    gate.take_down()
