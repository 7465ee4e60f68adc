"""Dump a process that goes on: `snapshot()`."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi import dumper
from tibidi.model import SNAPSHOT

if TYPE_CHECKING:
    import os


def snapshot(path: str | os.PathLike[str] | None = None) -> str:
    """Dump this process where it stands, with all its threads and tasks, and return the path of the dump.

    The process goes on; any thread may call it.  The dump has no exception:
    it opens in the main thread.  Without a path it goes to the crash
    directory.  Raises DumpFailed when there is no dump.
    """
    return dumper.dump(None, path, SNAPSHOT)
