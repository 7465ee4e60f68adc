"""`tibidi mem`: print the largest values of a dump."""

from __future__ import annotations

from tibidi import commands
from tibidi.loader import load
from tibidi.present import phrases
from tibidi.process.temporary import gc_paused
from tibidi.tools.memory import memory

EXAMPLES = """\
python -m tibidi mem --top 5 --under "exceptions[0].frames[3]" traceback.pkl
python -m tibidi mem --json traceback.pkl | jq '.largest[0]'
"""

PURPOSE = "Print the largest values, each with the size of everything that it holds. Nothing is executed."
parser = commands.parser("tibidi mem", PURPOSE, EXAMPLES, takes_dump=True, json="a JSON object")
parser.add_argument("--top", type=int, default=20, metavar="N", help="number of values to print; default: 20")
parser.add_argument("--under", default="", metavar="PATH", help="only variables whose path begins with PATH")


def main(argv: commands.Arguments) -> int:
    """Print the largest values of a dump; return 1 if it has none."""
    options = commands.parse(parser, argv)
    dump = load(options.dump, trust=False)
    with gc_paused():  # it would look through millions of values, again and again
        found, why = memory(dump, options.top, options.under), phrases.without_values(dump.omissions)
    why = why or ("" if found["count"] else f"no variable has a path that begins with {options.under!r}")
    sizes = ["~" * each["estimated"] + phrases.size(each["size"]) for each in found["largest"]]
    lines = [f"not counted: {each['path']}: {each['detail']}" for each in found["unread"]]
    lines += [f"{size:>10}  {each['type']:20}  {each['path']}" for size, each in zip(sizes, found["largest"])]
    lines += [f"{phrases.size(found['size'])} in {phrases.count(found['count'], 'value')}; ~ is estimated"]
    commands.report(options, found, [why] if why else lines)
    return 1 if why else 0
