"""Where the commands look for modules: the working directory comes after the standard library."""

# No `from __future__ import annotations` here: this module is imported while a file beside the user may shadow one.

import os
import sys

INSTALLED = ("site-packages", "dist-packages")


def put_library_first() -> None:
    """Move the working directory, which `python -m` puts first in `sys.path`, before what is installed.

    The checkout of an application may have a `token.py` or `signal.py`: the commands need those of the library, and
    run none of the application unasked.
    """
    try:
        here = os.getcwd()
    except OSError:  # it was deleted
        return
    if sys.path[:1] in ([here], [""]):
        rest = sys.path[1:]
        at = next((number for number, each in enumerate(rest) if each.endswith(INSTALLED)), len(rest))
        sys.path[:] = [*rest[:at], here, *rest[at:]]
