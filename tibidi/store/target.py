"""The file that a dump is written to: one that the user named, or a new one in the crash directory."""

from __future__ import annotations

import re
import sys

from tibidi.dumpfile.partial import SUFFIX, PartialFile
from tibidi.errors import DumpFailed
from tibidi.process import os, time
from tibidi.store.directory import CrashDirectory

MAX_NAME_TRIES = 1_000
MAX_PROGRAM_CHARACTERS = 60
TIME_FORMAT = "%Y%m%dT%H%M%SZ"


class NamedTarget:
    """A file that the user named; it is replaced when the dump is finished."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self.partial = PartialFile.beside(path)
        except OSError as error:
            raise DumpFailed(f"{error.strerror}: {path}", "name a file in a folder that can be written") from error

    def is_short_of_space(self) -> bool:
        """Return False: the user, who chose the place, also answers for its space."""
        return False

    def publish(self) -> None:
        """Give the finished dump its name, atomically."""
        self.partial.publish(replace=True)


class CrashTarget:
    """A new file in the crash directory; `latest.pkl` and the older dumps follow when it is finished.

    `refused` has the directories that cannot be written, with the reasons; one in which no file can be made is added.
    It is named after `program`, by default the one that runs.
    """

    def __init__(self, refused: dict[str, str], program: str = "") -> None:
        self._refused = refused
        self._program = program or _running_program()
        while True:
            self._directory = CrashDirectory.locate(create=True, refused=refused)
            try:
                self.partial = self._begin()
                break
            except OSError as error:
                self.refuse(error)
        self.path = self.partial.path

    def refuse(self, error: OSError) -> None:
        """Have the next target avoid this directory."""
        self._refused[self._directory.path] = str(error.strerror)

    def is_short_of_space(self) -> bool:
        """Return True if there is no room for more than the summary."""
        return self._directory.is_short_of_space()

    def publish(self) -> None:
        """Give the finished dump its name, point `latest.pkl` at it and delete the dumps beyond the limits."""
        self.partial.publish(replace=False)
        self._directory.add(self.path)

    def _begin(self) -> PartialFile:
        for _ in range(MAX_NAME_TRIES):
            path = new_path(self._directory.path, self._program, time.time(), os.getpid())
            try:
                return PartialFile(path)
            except FileExistsError:
                continue  # another thread has just taken the name
        raise DumpFailed(f"no free name in {self._directory.path}", "see what is there with: python -m tibidi list")


def _running_program() -> str:
    """Return what `python` runs; the application may have replaced `sys.argv` by anything."""
    words: list[str] = getattr(sys, "orig_argv", [])  # Python 3.10
    try:
        program = os.fsdecode(sys.argv[0])
        # The module is not found yet while its package is imported.
        return words[words.index("-m") + 1].rpartition(".")[2] if program == "-m" else program
    except (AttributeError, TypeError, ValueError, LookupError):
        return ""


def new_path(folder: str, program: str, when: float, pid: int) -> str:
    """Return the first path that is free for a dump of `program`, which crashed `when` seconds after the epoch."""
    stem = f"{time.strftime(TIME_FORMAT, time.gmtime(when))}-{program_name(program)}-{pid}"
    path = os.path.join(folder, f"{stem}.pkl")
    number = 1
    while os.path.lexists(path) or os.path.lexists(path + SUFFIX):
        number += 1
        path = os.path.join(folder, f"{stem}-{number}.pkl")
    return path


def program_name(program: str) -> str:
    """Return the base name of a program, safe for file systems and shells, and never ending like a process id."""
    base = os.path.basename(program)
    if base.startswith("__main__.") or base in {"", "-", "-c", "-m"}:
        base = os.path.basename(os.path.dirname(program)) or "python"
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", base.removesuffix(".py")).strip("-.")[:MAX_PROGRAM_CHARACTERS]
    start, _, end = name.rpartition("-")
    return (f"{start}_{end}" if start and end.isdecimal() else name) or "python"
