"""`tibidi push`: copy the dumps of this machine to a store of many machines."""

from __future__ import annotations

import sys
import time

from tibidi import commands, config
from tibidi.fleet.push import Pusher
from tibidi.present import phrases
from tibidi.process.texts import printable
from tibidi.store.directory import CrashDirectory
from tibidi.store.location import find
from tibidi.store.remote import connect
from tibidi.store.retention import is_being_written
from tibidi.tools.scrub import rules

EXAMPLES = """\
python -m tibidi push /mnt/dumps
python -m tibidi push s3://crashes/shop --watch 60 --limit 5 --seal-to age1...
python -m tibidi push s3://crashes/shop --scrub environment --mask 'iban*'
"""

PURPOSE = "Copy each dump once to a folder or an object store (s3://, gs://, az://)."
parser = commands.parser("tibidi push", PURPOSE, EXAMPLES)
ABOUT_WATCH = "keep running, and look for new dumps every SECONDS; default: 30"
parser.add_argument("--watch", metavar="SECONDS", type=float, nargs="?", const=30.0, help=ABOUT_WATCH)
parser.add_argument("--seal-to", metavar="KEY", action="append", default=[], help="seal the copies; repeatable")
ABOUT_SCRUB = "leave WHAT out of the copies: minimal, or anything that `scrub --drop` takes; repeatable"
parser.add_argument("--scrub", metavar="WHAT", action="append", default=[], help=ABOUT_SCRUB)
ABOUT_MASK = "leave out the values of names that match this glob, as `scrub --mask` does; repeatable"
parser.add_argument("--mask", metavar="NAME", action="append", default=[], help=ABOUT_MASK)
parser.add_argument("--limit", metavar="N", type=int, default=0, help="at most N dumps of each fingerprint per hour")
ABOUT_ATTEMPTS = "number of attempts for each dump; default: 8"
parser.add_argument("--attempts", metavar="N", type=commands.parse_count, default=8, help=ABOUT_ATTEMPTS)
parser.add_argument("store", metavar="DEST", help="a folder or a URL")
parser.add_argument("dumps", metavar="DUMP", nargs="*", help="paths or names; default: the crash directory")


def main(argv: commands.Arguments) -> int:
    """Push dumps; return 1 if one could not be pushed."""
    options = commands.parse(parser, argv)
    left_out = rules(options.scrub, options.mask)
    pusher = Pusher(
        connect(options.store), left_out, options.seal_to or config.seal_to, options.limit, options.attempts
    )
    while True:
        entries = [] if options.dumps else CrashDirectory.locate(create=False).entries()
        paths = [find(each) for each in options.dumps]
        paths += [entry.path for entry in entries if not is_being_written(entry, time.time())]
        problems = []
        for path, problem in pusher.push(paths):
            problems.append(problem)
            if problem:
                print(printable(f"tibidi push: {path}: {problem}"), file=sys.stderr)
        count = problems.count("")
        if count or not options.watch:
            print(printable(f"pushed {phrases.count(count, 'dump')} to {pusher.store.url}"), flush=True)
        if not options.watch:
            return 1 if len(problems) > count else 0
        time.sleep(options.watch)
