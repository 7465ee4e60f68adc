"""Make the application importable for live values, where its folders exist here."""

from __future__ import annotations

import os
import sys

from tibidi.model import ProcessRecord


def extend_path(process: ProcessRecord) -> None:
    """Append the working directory, that of the crash, and the folder of the program to `sys.path`.

    A console script has its own folder there instead of the working directory.
    """
    program = os.path.join(process.cwd, *process.argv[:1])
    for folder in (os.getcwd(), process.cwd, os.path.dirname(program)):
        if folder and folder not in sys.path and os.path.isdir(folder):
            sys.path.append(folder)
