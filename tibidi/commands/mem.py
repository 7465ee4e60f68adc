"""`tibidi mem`: print the largest values of a dump."""

from __future__ import annotations

import json

from tibidi import commands
from tibidi.loader import load
from tibidi.present import phrases
from tibidi.process.texts import printable
from tibidi.tools.memory import memory

EXAMPLES = """\
python -m tibidi mem --top 5 --under "exceptions[0].frames[3]" traceback.pkl
python -m tibidi mem --json traceback.pkl | jq '.largest[0]'
"""


def parser() -> commands.Parser:
    """Return the parser of the command."""
    purpose = "Print the largest variables and parts of them, each with all that it holds. Nothing is executed."
    made = commands.parser("tibidi mem", purpose, EXAMPLES)
    made.add_argument("--top", type=int, default=20, metavar="N", help="how many values; default: 20")
    made.add_argument("--under", default="", metavar="PATH", help="only variables whose path begins so")
    made.add_argument("--json", action="store_true", help="print a JSON object, for programs")
    commands.add_dump_argument(made)
    return made


def main(argv: commands.Arguments) -> int:
    """Print the largest values of a dump; return 1 if it has none."""
    options = commands.parse(parser(), argv)
    dump = load(options.dump, trust=False)
    found, why = memory(dump, options.top, options.under), phrases.without_values(dump.omissions)
    why = why or ("" if found["count"] else f"no variable has a path that begins with {options.under!r}")
    if options.json:
        print(json.dumps(found, indent=2))
    elif why:
        print(printable(why))
    else:
        for each in found["largest"]:
            size = "~" * each["estimated"] + phrases.size(each["size"])
            print(printable(f"{size:>10}  {each['type']:20}  {each['path']}"))
        print(f"{phrases.size(found['size'])} in {phrases.count(found['count'], 'value')}; ~ is estimated")
    return 1 if why else 0
