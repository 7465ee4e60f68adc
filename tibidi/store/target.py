"""Where a dump goes: a file that the user named, or a new one in the crash directory."""

from __future__ import annotations

import sys

from tibidi import config
from tibidi.dumpfile.partial import PartialFile
from tibidi.errors import DumpFailed
from tibidi.process import os
from tibidi.process import time
from tibidi.store.directory import CrashDirectory

MAX_NAME_TRIES = 1_000


class NamedTarget:
    """A file that the user named, replaced when the dump is finished."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.partial = PartialFile.beside(path)

    def is_short_of_space(self) -> bool:
        """Tell that the user, who chose the place, also answers for its space."""
        return False

    def publish(self) -> None:
        """Put the dump in its place, atomically."""
        self.partial.publish(replace=True)


class CrashTarget:
    """A new file in the crash directory, which is brought up to date with it."""

    def __init__(self) -> None:
        self._directory = CrashDirectory.locate(create=True)
        self.partial = self._begin()
        self.path = self.partial.path

    def is_short_of_space(self) -> bool:
        """Tell whether there is room for no more than the story."""
        return self._directory.is_short_of_space()

    def publish(self) -> None:
        """Put the dump in its place, point `latest.pkl` at it and let older ones go."""
        self.partial.publish(replace=False)
        self._directory.point_latest(self.path)
        self._directory.prune(
            keep=config.keep, keep_bytes=config.keep_bytes, keep_days=config.keep_days, fingerprint=_fingerprint
        )

    def _begin(self) -> PartialFile:
        program = sys.argv[0] if getattr(sys, "argv", None) else ""
        for _ in range(MAX_NAME_TRIES):
            name = self._directory.new_name(program, time.time(), os.getpid())
            try:
                return PartialFile(os.path.join(self._directory.path, name))
            except FileExistsError:
                continue  # another thread took the name between asking and making
        raise DumpFailed(f"no free name in {self._directory.path}", "see what is there with: python -m tibidi list")


def _fingerprint(path: str) -> str:
    from tibidi.dumpfile.headline import fingerprint  # needed only if there are too many dumps

    return fingerprint(path)
