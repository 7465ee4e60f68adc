"""`tibidi prune`: delete old dumps."""

from __future__ import annotations

import argparse
import re
import time
from typing import TYPE_CHECKING

from tibidi import config
from tibidi.errors import TibidiError
from tibidi.process.texts import printable
from tibidi.store.directory import CrashDirectory
from tibidi.store.directory import delete
from tibidi.store.retention import is_being_written
from tibidi.store.target import fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tibidi.store.entry import Entry

EXAMPLES = """\
examples:
  python -m tibidi prune                     to what TIBIDI_KEEP, _KEEP_BYTES and _KEEP_DAYS allow
  python -m tibidi prune --keep 5
  python -m tibidi prune --older-than 7d
  python -m tibidi prune --all
"""
AGE = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw]?)", re.IGNORECASE)
DAYS_PER_UNIT = {"s": 1 / 86_400, "m": 1 / 1_440, "h": 1 / 24, "d": 1.0, "": 1.0, "w": 7.0}


def main(argv: Sequence[str]) -> int:
    """Delete dumps from the crash directory, and say which."""
    options = _parser().parse_args(argv)
    if options.all and not (options.keep is None and options.older_than is None):
        raise TibidiError("--all deletes every dump, --keep and --older-than some", "leave out one or the other")
    directory = CrashDirectory.locate(create=False)
    gone = _delete_all(directory) if options.all else _prune(directory, options.keep, options.older_than)
    for entry in gone:
        print(printable(f"deleted {entry.name}"))
    left = directory.entries()
    now = time.time()
    for entry in left:
        if options.all and is_being_written(entry, now):
            print(printable(f"kept {entry.name}: it is being written, or was a moment ago"))
    print(printable(f"{len(gone)} deleted, {len(left)} left in {directory.path}"))
    return 0


def parse_age(text: str) -> float:
    """Return in days an age such as `7d`, `12h`, `90m` or `2w`; a bare number is days."""
    match = AGE.fullmatch(text.strip())
    if match is None:
        raise argparse.ArgumentTypeError(f"not an age such as 7d, 12h or 2w: {text!r}")
    return float(match[1]) * DAYS_PER_UNIT[match[2].lower()]


def parse_count(text: str) -> int:
    """Return a number of dumps, at least one: the newest is never pruned."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"not a number above zero: {text!r}; to delete all there is --all")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tibidi prune",
        description="Delete dumps from the crash directory; the newest stays, and so does every file that is not ours.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--keep", metavar="N", type=parse_count, help="keep the N dumps that say most")
    parser.add_argument("--older-than", metavar="AGE", type=parse_age, help="delete what is older: 7d, 12h, 2w")
    parser.add_argument("--all", action="store_true", help="delete every dump, the newest too, but those being written")
    return parser


def _prune(directory: CrashDirectory, keep: int | None, days: float | None) -> list[Entry]:
    """Prune to what was asked for; when nothing was, to the settings."""
    if keep is None and days is None:
        return directory.prune(
            keep=config.keep, keep_bytes=config.keep_bytes, keep_days=config.keep_days, fingerprint=fingerprint
        )
    return directory.prune(keep=keep, keep_days=days, fingerprint=fingerprint)


def _delete_all(directory: CrashDirectory) -> list[Entry]:
    """Delete what is finished or forgotten; a process whose file went while it crashes would leave no dump."""
    now = time.time()
    gone = [entry for entry in directory.entries() if not is_being_written(entry, now) and delete(entry)]
    directory.forget_latest()
    return gone
