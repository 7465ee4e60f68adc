"""`tibidi scrub`: leave parts of a dump out before it is given away."""

from __future__ import annotations

import os
from io import BytesIO

from tibidi import commands
from tibidi.dumpfile.reader import Reader
from tibidi.dumpfile.writer import Archive
from tibidi.present import phrases
from tibidi.process.texts import printable
from tibidi.store.keys import read_key
from tibidi.store.location import find
from tibidi.tools.scrub import MINIMAL, PARTS, rules, scrub

EXAMPLES = """\
python -m tibidi scrub traceback.pkl -o small.pkl --drop environment --drop sources
python -m tibidi scrub traceback.pkl -o small.pkl --mask 'iban*' --drop 'frames of module bank.*'
python -m tibidi scrub traceback.pkl -o small.pkl --profile minimal
"""


def parser() -> commands.Parser:
    """Return the parser of the command."""
    purpose = "Write a dump without what is named: its bytes do not hold it, and it says what was left out."
    made = commands.parser("tibidi scrub", purpose, EXAMPLES)
    made.add_argument("-o", "--output", metavar="OUT", required=True, help="the new dump")
    what = f"{', '.join(PARTS)}, another key of the summary, or 'frames of module NAME.*'; repeatable"
    made.add_argument("--drop", metavar="WHAT", action="append", default=[], help=what)
    names = "the values of variables, keys and attributes that match this glob; repeatable"
    made.add_argument("--mask", metavar="NAME", action="append", default=[], help=names)
    made.add_argument("--keep-only", choices=["types"], help="keep only stacks and types")
    made.add_argument("--profile", choices=[MINIMAL], help="minimal: keep only stacks and types")
    commands.add_dump_argument(made)
    return made


def main(argv: commands.Arguments) -> int:
    """Write a scrubbed dump."""
    options = commands.parse(parser(), argv)
    wanted = rules(options.drop + ([MINIMAL] if options.keep_only or options.profile else []), options.mask)
    file = BytesIO()
    with Reader(find(options.dump)) as reader:
        scrub(reader, wanted, Archive(file), read_key())
    commands.write_file(options.output, file.getvalue())
    print(printable(f"wrote {options.output}, {phrases.size(os.path.getsize(options.output))}"))
    return 0
