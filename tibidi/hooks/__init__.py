"""The doors that crashes come through, one file each, and the desk where they are received.

The doors of the interpreter itself hang at the gate (`tibidi.gate`), which is
all that is imported at the start.  The doors here are imported when the
application has imported the module that they are hung in, the desk at the
first crash.
"""

# No `from __future__ import annotations` here: at the crash, there may be no way to it before this one is loaded.

import os

from tibidi import gate


class Settings:
    """Where a dump goes, and what is said of it.

    `filename` None is the crash directory; with `replace`, our lines stand in
    the place of the traceback; `silent` says nothing at all.
    """

    def __init__(self, filename: "str | None" = None, replace: bool = False, silent: bool = False) -> None:
        self.filename = filename
        self.replace = replace
        self.silent = silent


def set_excepthook(
    filename: "str | os.PathLike[str] | None" = "traceback.pkl", replace: bool = True, silent: bool = False
) -> None:
    """Dump the exception that ends the program to `filename`, into the crash directory when None.

    With `replace`, one line with the exception stands in the place of the
    traceback; otherwise the hook that was there runs first.  `silent` says
    nothing of the dump.  Called again, it changes these settings; it wins
    over what TIBIDI_ENABLE=1 has set.
    """
    path = None if filename is None else os.fspath(filename)
    gate.open_up(Settings(path, replace, silent))


def uninstall() -> None:
    """Take every door down again.

    Where somebody hung their own hook over ours, ours stays below it and does
    nothing but call the one before.
    """
    gate.close()
