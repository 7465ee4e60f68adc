"""Which dump an argument means: a path, a name from `tibidi list`, or nothing for the latest."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tibidi.crashdir import CrashDirectory
from tibidi.errors import DumpNotFound

if TYPE_CHECKING:
    import argparse


def add_dump_argument(parser: argparse.ArgumentParser) -> None:
    """Let a command take the argument DUMP."""
    parser.add_argument(
        "dump", metavar="DUMP", nargs="?", help="path, or name from `python -m tibidi list`; default: the latest"
    )


def path_of(dump: str | None) -> str:
    """Return the path of the dump that is meant; raise DumpNotFound when there is none."""
    if dump is not None and os.path.exists(dump):
        return dump
    directory = CrashDirectory.locate(create=False)
    if dump is not None:
        return directory.find(dump)
    latest = directory.latest()
    if latest is None:
        raise DumpNotFound(f"no dumps in {directory.path}", "make a program crash with TIBIDI_ENABLE=1 set")
    return latest
