"""`tibidi analyze`: print one page about a crash."""

from __future__ import annotations

import json

from tibidi import commands
from tibidi.loader import load
from tibidi.tools.analysis import analyze, lines

EXAMPLES = """\
python -m tibidi analyze
python -m tibidi analyze --json traceback.pkl | jq '.suspicions[0]'
"""


def parser() -> commands.Parser:
    """Return the parser of the command."""
    purpose = (
        "Print one page about a crash: where it is, what is suspicious there and where that came from, what differs "
        "here, what is missing, and what to do next. Nothing in a dump is executed."
    )
    made = commands.parser("tibidi analyze", purpose, EXAMPLES)
    made.add_argument("--tokens", type=int, default=2_000, metavar="N", help="of 4 characters each; default: 2000")
    made.add_argument("--json", action="store_true", help="print a JSON object, for programs")
    commands.add_dump_argument(made)
    return made


def main(argv: commands.Arguments) -> int:
    """Print the page."""
    options = commands.parse(parser(), argv)
    page = analyze(load(options.dump, trust=False))
    print(json.dumps(page._asdict(), indent=2) if options.json else "\n".join(lines(page, options.tokens)))
    return 0
