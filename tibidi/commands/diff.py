"""`tibidi diff`: compare two dumps, frame by frame and value by value."""

from __future__ import annotations

from tibidi import commands
from tibidi.loader import load
from tibidi.tools.diff import diff

EXAMPLES = """\
python -m tibidi diff yesterday.pkl today.pkl
python -m tibidi diff --json A B | jq -r '.[].path'
"""

PURPOSE = "Print what differs between two dumps of a crash. Nothing in a dump is executed."
parser = commands.parser("tibidi diff", PURPOSE, EXAMPLES, json="a JSON array")
parser.add_argument("dumps", metavar="DUMP", nargs=2, help="path, or name from `python -m tibidi list`")


def main(argv: commands.Arguments) -> int:
    """Print what differs between two dumps; return 1 if something does, as diff(1)."""
    options = commands.parse(parser, argv)
    one, other = (load(each, trust=False) for each in options.dumps)
    found = list(diff(one, other))
    lines = [line for each in found for line in (f"{each.path}:", f"  - {each.before}", f"  + {each.after}")]
    commands.report(options, [each._asdict() for each in found], lines or ["no differences"])
    return 1 if found else 0
