"""`tibidi prune`: delete old dumps."""

from __future__ import annotations

import argparse
import os
import time
from typing import TYPE_CHECKING

from tibidi import commands, config
from tibidi.errors import TibidiError
from tibidi.store import user_directories
from tibidi.store.directory import LATEST, CrashDirectory, Limits, newest, unlink
from tibidi.store.location import crash_directory
from tibidi.store.retention import is_being_written, victims

if TYPE_CHECKING:
    from tibidi.store.directory import Entry

EXAMPLES = """\
python -m tibidi prune                     # keep what TIBIDI_KEEP, _KEEP_BYTES and _KEEP_DAYS allow
python -m tibidi prune --keep 5
python -m tibidi prune --older-than 7d
python -m tibidi prune --all --dry-run
"""


def parse_count(text: str) -> int:
    """Return a number of dumps, at least 1: the newest is never pruned."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"not a whole number above 0: {text!r}; to delete every dump use --all")
    return int(text)


PURPOSE = "Delete dumps from the crash directory. The newest dump stays, and so do files that are no dumps."
parser = commands.parser("tibidi prune", PURPOSE, EXAMPLES)
parser.add_argument("--keep", metavar="N", type=parse_count, help="keep at most N dumps")
parser.add_argument(
    "--older-than",
    metavar="AGE",
    type=commands.parse_age,
    help="delete dumps older than 12h, 7d or 2w; without a unit, days",
)
parser.add_argument("--all", action="store_true", help="delete every dump, except those still being written")
parser.add_argument("--dry-run", action="store_true", help="print what would be deleted, and delete nothing")


def main(argv: commands.Arguments) -> int:
    """Delete dumps from the crash directory, and print which."""
    options = commands.parse(parser, argv)
    if options.all and not (options.keep is None and options.older_than is None):
        raise TibidiError("--all excludes --keep and --older-than", "leave out one or the other")
    directory = crash_directory()
    if options.dry_run:
        doomed = _deletable(directory) if options.all else _victims(directory, options)
        commands.say(*(f"would delete {entry.name}" for entry in doomed))
        commands.say(f"{len(doomed)} of {len(directory.entries())} would be deleted from {directory.path}")
        return 0
    deleted = _delete_all(directory) if options.all else directory.prune(**_limits(options)._asdict())
    left, now = directory.entries(), time.time()
    kept = [entry for entry in left if options.all and is_being_written(entry, now)]
    commands.say(*(f"deleted {entry.name}" for entry in deleted))
    commands.say(*(f"kept {entry.name}: it may still be written" for entry in kept))
    commands.say(f"{len(deleted)} deleted, {len(left)} left in {directory.path}")
    return 0


def _limits(options: argparse.Namespace) -> Limits:
    """Return the limits that the options set; without options, those of the settings."""
    if options.keep is None and options.older_than is None:
        return Limits(config.keep, config.keep_bytes, config.keep_days)
    return Limits(keep=options.keep, keep_days=options.older_than)


def _victims(directory: CrashDirectory, options: argparse.Namespace) -> list[Entry]:
    entries = directory.entries()
    return victims(entries, newest(entries), _limits(options), time.time())


def _deletable(directory: CrashDirectory) -> list[Entry]:
    """Return the dumps that are not being written: without its file, a process that is crashing would leave no dump."""
    now = time.time()
    return [entry for entry in directory.entries() if not is_being_written(entry, now)]


def _delete_all(directory: CrashDirectory) -> list[Entry]:
    deleted = [entry for entry in _deletable(directory) if unlink(entry.path)]
    _forget_latest(directory)
    return deleted


def _forget_latest(directory: CrashDirectory) -> None:
    """Remove `latest.pkl` if no finished dump is left: it is a dangling link, or the copy of a deleted dump."""
    path = os.path.join(directory.path, LATEST)
    finished = [entry for entry in directory.entries() if not entry.partial]
    if not finished and os.path.lexists(path) and user_directories.is_mine(os.lstat(path)):
        unlink(path)
