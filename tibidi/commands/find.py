"""`tibidi find`: find a value in one dump or in all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tibidi import commands
from tibidi.errors import TibidiError
from tibidi.loader import load
from tibidi.model import CRASH, SNAPSHOT
from tibidi.present import phrases
from tibidi.process.temporary import gc_paused
from tibidi.process.texts import printable
from tibidi.store.location import find as locate
from tibidi.store.lookup import crash_directory
from tibidi.tools.find import Hit, find

EXAMPLES = """\
python -m tibidi find '1,50'                      # in every dump of the crash directory
python -m tibidi find customer_id traceback.pkl
"""

PURPOSE = (
    "Find a text in the values of dumps: within texts and names, or as a whole number or date. "
    "Nothing in a dump is executed."
)
parser = commands.parser("tibidi find", PURPOSE, EXAMPLES, json="a JSON array")
parser.add_argument("text", metavar="TEXT", help="what to look for")
parser.add_argument("dumps", metavar="DUMP", nargs="*", default=[], help="paths or names; default: every dump")


def main(argv: commands.Arguments) -> int:
    """Print the path of each place where a text occurs; return 1 if there is none."""
    options = commands.parse(parser, argv)
    paths = list(map(locate, options.dumps)) or [each.path for each in crash_directory().entries()]
    found = _hits(paths, options.text)
    if options.json:
        data = [{"dump": path, **hit._asdict()} for path, hit in found]
        commands.report(options, data, ())
        return 0 if data else 1
    count = 0
    for path, hit in found:
        prefix = "" if len(paths) == 1 else f"{path}: "
        print(printable(f"{prefix}{hit.path}: {hit.shown}"), flush=True)
        count += 1
    if not count:
        commands.say(f"no value of {phrases.count(len(paths), 'dump')} contains {options.text!r}")
    return 0 if count else 1


def _hits(paths: Sequence[str], text: str) -> Iterator[tuple[str, Hit]]:
    """Yield what is found in each dump that opens; a damaged one among many does not end the search."""
    for path in paths:
        try:
            dump = load(path, trust=False)
        except TibidiError as error:
            if len(paths) == 1:
                raise
            commands.print_error(error, "tibidi find")
            continue
        lost = phrases.without_values(dump.omissions)
        if len(paths) == 1 or dump.kind in {CRASH, SNAPSHOT}:  # of a process that vanished it is no surprise
            commands.warn(lost and f"{path} has nothing to search: {lost}", "tibidi find")
        with gc_paused():  # it would look through millions of values, again and again
            yield from ((path, hit) for hit in find(dump, text))
