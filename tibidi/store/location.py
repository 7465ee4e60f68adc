"""Find a dump by path, by its name in `tibidi list`, or by default the latest one."""

from __future__ import annotations

import os

from tibidi.errors import DumpNotFound
from tibidi.store.directory import CrashDirectory


def find(dump: str | os.PathLike[str] | None = None) -> str:
    """Return the path of the dump with this path or name, or of the latest if None; raise DumpNotFound."""
    if dump is None:
        directory = CrashDirectory.locate(create=False)
        latest = directory.latest()
        if latest is None:
            raise DumpNotFound(
                f"there is no dump in {directory.path} yet", "let a program crash with TIBIDI_ENABLE=1, or name a file"
            )
        return latest
    path = os.fspath(dump)
    if os.path.lexists(path):
        return path
    if os.path.dirname(path):  # names in a list have none
        raise DumpNotFound(f"no such file: {path}")
    return CrashDirectory.locate(create=False).find(path)
