"""`tibidi prune`: delete old dumps."""

from __future__ import annotations

import argparse
import re
import time
from typing import TYPE_CHECKING

from tibidi import commands
from tibidi import config
from tibidi.errors import TibidiError
from tibidi.process.texts import printable
from tibidi.store.directory import CrashDirectory
from tibidi.store.directory import unlink
from tibidi.store.retention import is_being_written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tibidi.store.directory import Entry

EXAMPLES = """\
python -m tibidi prune                     # keep what TIBIDI_KEEP, _KEEP_BYTES and _KEEP_DAYS allow
python -m tibidi prune --keep 5
python -m tibidi prune --older-than 7d
python -m tibidi prune --all
"""
AGE = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw]?)", re.IGNORECASE)
DAYS_PER_UNIT = {"s": 1 / 86_400, "m": 1 / 1_440, "h": 1 / 24, "d": 1.0, "": 1.0, "w": 7.0}


def main(argv: Sequence[str]) -> int:
    """Delete dumps from the crash directory, and print which."""
    purpose = "Delete dumps from the crash directory. The newest dump stays, and so do files that are no dumps."
    parser = commands.parser("tibidi prune", purpose, EXAMPLES)
    parser.add_argument("--keep", metavar="N", type=parse_count, help="keep at most N dumps")
    parser.add_argument("--older-than", metavar="AGE", type=parse_age, help="delete dumps older than 7d, 12h or 2w")
    parser.add_argument("--all", action="store_true", help="delete every dump, except those still being written")
    options = parser.parse_args(argv)
    if options.all and not (options.keep is None and options.older_than is None):
        raise TibidiError("--all excludes --keep and --older-than", "leave out one or the other")
    directory = CrashDirectory.locate(create=False)
    deleted = _delete_all(directory) if options.all else _prune(directory, options.keep, options.older_than)
    for entry in deleted:
        print(printable(f"deleted {entry.name}"))
    left = directory.entries()
    now = time.time()
    for entry in left:
        if options.all and is_being_written(entry, now):
            print(printable(f"kept {entry.name}: it may still be written"))
    print(printable(f"{len(deleted)} deleted, {len(left)} left in {directory.path}"))
    return 0


def parse_age(text: str) -> float:
    """Return an age such as `7d`, `12h`, `90m` or `2w` in days; a number without a unit is days."""
    match = AGE.fullmatch(text.strip())
    if match is None:
        raise argparse.ArgumentTypeError(f"not an age such as 7d, 12h or 2w: {text!r}")
    return float(match[1]) * DAYS_PER_UNIT[match[2].lower()]


def parse_count(text: str) -> int:
    """Return a number of dumps, at least 1: the newest is never pruned."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"not a whole number above 0: {text!r}; to delete every dump use --all")
    return int(text)


def _prune(directory: CrashDirectory, keep: int | None, days: float | None) -> list[Entry]:
    """Prune to the options; without options, to the settings."""
    if keep is None and days is None:
        return directory.prune(keep=config.keep, keep_bytes=config.keep_bytes, keep_days=config.keep_days)
    return directory.prune(keep=keep, keep_days=days)


def _delete_all(directory: CrashDirectory) -> list[Entry]:
    """Delete every dump that is not being written: without its file, a process that is crashing would leave no dump."""
    now = time.time()
    deleted = [entry for entry in directory.entries() if not is_being_written(entry, now) and unlink(entry.path)]
    directory.forget_latest()
    return deleted
