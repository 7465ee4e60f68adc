"""`tibidi prune`: delete old dumps."""

from __future__ import annotations

import os
import time

from tibidi import commands, config
from tibidi.errors import TibidiError
from tibidi.store import user_directories
from tibidi.store.directory import LATEST, CrashDirectory, Limits, newest, unlink
from tibidi.store.lookup import crash_directory
from tibidi.store.retention import is_being_written, victims

EXAMPLES = """\
python -m tibidi prune                     # keep what TIBIDI_KEEP, _KEEP_BYTES and _KEEP_DAYS allow
python -m tibidi prune --keep 5
python -m tibidi prune --older-than 7d
python -m tibidi prune --all --dry-run
"""


def parse_count(text: str) -> int:
    """Return a number of dumps, at least 1: the newest is never pruned."""
    return commands.parse_count(text, "; to delete every dump use --all")


PURPOSE = "Delete old dumps from the crash directory; the newest one is kept unless --all is given. Other files stay."
parser = commands.parser("tibidi prune", PURPOSE, EXAMPLES)
parser.add_argument("--keep", metavar="N", type=parse_count, help="keep at most N dumps")
ABOUT_AGE = "delete dumps older than 12h, 7d or 2w; without a unit, days"
parser.add_argument("--older-than", metavar="AGE", type=commands.parse_age, help=ABOUT_AGE)
parser.add_argument("--all", action="store_true", help="delete every dump, except those still being written")
parser.add_argument("--dry-run", action="store_true", help="print what would be deleted, and delete nothing")


def main(argv: commands.Arguments) -> int:
    """Delete dumps from the crash directory, and print their names."""
    options = commands.parse(parser, argv)
    if options.all and not (options.keep is None and options.older_than is None):
        raise TibidiError("--all excludes --keep and --older-than", "leave out one or the other")
    directory, now = crash_directory(), time.time()
    entries, limits = directory.entries(), _limits(options)
    doomed = victims(entries, newest(entries), limits, now)
    if options.all:  # except those being written: without its file, a process that is crashing would leave no dump
        doomed = [entry for entry in entries if not is_being_written(entry, now)]
    if options.dry_run:
        commands.say(*(f"would delete {entry.name}" for entry in doomed))
        commands.say(f"{len(doomed)} of {len(entries)} would be deleted from {directory.path}")
        return 0
    if options.all:
        deleted = [entry for entry in doomed if unlink(entry.path)]
        _forget_latest(directory)
    else:
        deleted = directory.prune(limits)
    left = directory.entries()
    kept = [entry for entry in left if options.all and is_being_written(entry, now)]
    commands.say(*(f"deleted {entry.name}" for entry in deleted))
    commands.say(*(f"kept {entry.name}: it may still be written" for entry in kept))
    commands.say(f"{len(deleted)} deleted, {len(left)} left in {directory.path}")
    return 0


def _limits(options: commands.Options) -> Limits:
    """Return the limits that the options set; without options, those of the settings."""
    if options.keep is None and options.older_than is None:
        return Limits(config.keep, config.keep_bytes, config.keep_days)
    return Limits(keep=options.keep, keep_days=options.older_than)


def _forget_latest(directory: CrashDirectory) -> None:
    """Remove `latest.pkl` if no finished dump is left: it is then a dangling link, or a copy of a deleted dump."""
    path = os.path.join(directory.path, LATEST)
    finished = [entry for entry in directory.entries() if not entry.partial]
    if not finished and os.path.lexists(path) and user_directories.is_mine(os.lstat(path)):
        unlink(path)
