"""`tibidi diff`: compare two dumps, frame by frame and value by value."""

from __future__ import annotations

import json

from tibidi import commands
from tibidi.loader import load
from tibidi.process.texts import printable
from tibidi.store.location import find
from tibidi.tools.diff import diff

EXAMPLES = """\
python -m tibidi diff yesterday.pkl today.pkl
python -m tibidi diff --json A B | jq -r '.[].path'
"""


def parser() -> commands.Parser:
    """Return the parser of the command."""
    purpose = "Print what differs between two dumps of a crash. Nothing in a dump is executed."
    made = commands.parser("tibidi diff", purpose, EXAMPLES)
    made.add_argument("--json", action="store_true", help="print a JSON array, for programs")
    made.add_argument("dumps", metavar="DUMP", nargs=2, help="path, or name from `python -m tibidi list`")
    return made


def main(argv: commands.Arguments) -> int:
    """Print what differs between two dumps; return 1 if something does, as diff(1)."""
    options = commands.parse(parser(), argv)
    one, other = (load(find(each), trust=False) for each in options.dumps)
    found = list(diff(one, other))
    if options.json:
        print(json.dumps([each._asdict() for each in found], indent=2))
    elif found:
        for each in found:
            print(printable(f"{each.path}:"))
            print(printable(f"  - {each.before}"))
            print(printable(f"  + {each.after}"))
    else:
        print("no differences")
    return 1 if found else 0
