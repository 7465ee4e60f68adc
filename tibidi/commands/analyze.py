"""`tibidi analyze`: print one page about a crash."""

from __future__ import annotations

from tibidi import commands
from tibidi.loader import load
from tibidi.tools.analysis import analyze, lines

EXAMPLES = """\
python -m tibidi analyze
python -m tibidi analyze --json traceback.pkl | jq '.suspicions[0]'
"""

PURPOSE = (
    "Print one page about a crash: where it is, what is suspicious there and where that came from, what differs "
    "here, what is missing, and what to do next. Nothing in a dump is executed."
)
parser = commands.parser("tibidi analyze", PURPOSE, EXAMPLES, takes_dump=True, json="a JSON object")
ABOUT = "maximum length of the page, in tokens of 4 characters; default: 2000"
parser.add_argument("--tokens", type=int, default=2_000, metavar="N", help=ABOUT)


def main(argv: commands.Arguments) -> int:
    """Print the page."""
    options = commands.parse(parser, argv)
    page = analyze(load(options.dump, trust=False))
    commands.report(options, page._asdict(), lines(page, options.tokens))
    return 0
