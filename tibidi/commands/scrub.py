"""`tibidi scrub`: leave parts of a dump out before it is given away."""

from __future__ import annotations

from io import BytesIO

from tibidi import commands
from tibidi.dumpfile.partial import write_file
from tibidi.dumpfile.reader import Reader
from tibidi.dumpfile.writer import Archive
from tibidi.store.keys import read_key
from tibidi.store.location import find
from tibidi.tools.scrub import MINIMAL, PARTS, rules, scrub

EXAMPLES = """\
python -m tibidi scrub traceback.pkl -o small.pkl --drop environment --drop sources
python -m tibidi scrub traceback.pkl -o small.pkl --mask 'iban*' --drop 'frames of module bank.*'
python -m tibidi scrub traceback.pkl -o small.pkl --profile minimal
"""

PURPOSE = "Write a copy of a dump that does not contain the named parts; the copy lists what was left out."
parser = commands.parser("tibidi scrub", PURPOSE, EXAMPLES, takes_dump=True)
parser.add_argument("-o", "--output", metavar="OUT", required=True, help="the new dump")
ABOUT_DROP = f"leave out {', '.join(PARTS)}, another key of the summary, or 'frames of module NAME.*'; repeatable"
parser.add_argument("--drop", metavar="WHAT", action="append", default=[], help=ABOUT_DROP)
ABOUT_MASK = (
    "leave out the values of variables, keys and attributes whose names match this glob; repeatable.  Fields of named "
    "tuples, columns and series of pandas, defaults of parameters, variables of closures and what __getstate__ returns "
    "in another form than a dictionary stay, except texts that are known from elsewhere"
)
parser.add_argument("--mask", metavar="NAME", action="append", default=[], help=ABOUT_MASK)
parser.add_argument("--keep-only", choices=["types"], help="keep only stacks and types")
parser.add_argument("--profile", choices=[MINIMAL], help="minimal: keep only stacks and types")


def main(argv: commands.Arguments) -> int:
    """Write a scrubbed dump."""
    options = commands.parse(parser, argv)
    wanted = rules(options.drop + ([MINIMAL] if options.keep_only or options.profile else []), options.mask)
    file = BytesIO()
    with Reader(find(options.dump)) as reader:
        scrub(reader, wanted, Archive(file), read_key())
    write_file(options.output, file.getvalue())
    commands.say_written(options.output)
    return 0
