"""`tibidi repro`: write a test that fails as the crash did."""

from __future__ import annotations

import json
import os
from typing import Any

from tibidi import commands
from tibidi.process.texts import printable
from tibidi.tools.trial import REPRODUCED, repro

EXAMPLES = """\
python -m tibidi repro                            # the latest crash, into tests/
python -m tibidi repro --frame 2 -o tests/crashes traceback.pkl
"""
WARNING = " Runs code of the program: call it where the sources are, for dumps that your key signed."


def parser() -> commands.Parser:
    """Return the parser of the command."""
    purpose = "Write a test that calls the function of a crash with its captured arguments, run it, and compare."
    made = commands.parser("tibidi repro", purpose + WARNING, EXAMPLES)
    made.add_argument("-o", "--output", metavar="DIR", help="where the test goes; default: tests, if it is a directory")
    made.add_argument("--expect-failure", action="store_true", help="write a test that passes as long as it crashes so")
    made.add_argument("--force", action="store_true", help="replace a test of the same crash")
    add_arguments(made)
    return made


def add_arguments(parser: commands.Parser) -> None:
    """Add what `retry` takes, too: which call, for how long, and whether an unsigned dump may load live."""
    commands.add_frame_arguments(parser)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the call may take; default: 60")
    about = "load a dump that is not signed with your key: its code runs here"
    parser.add_argument("--live", dest="trust", action="store_true", default=None, help=about)
    parser.add_argument("--json", action="store_true", help="print a JSON object, for programs")
    commands.add_dump_argument(parser)


def report(verdict: Any, options: Any, good: str) -> int:
    """Print a verdict; return 1 unless it is the good one."""
    text = f"{verdict.outcome}: {verdict.detail}" + (f"\nfile: {verdict.file}" if verdict.file else "")
    print(json.dumps(verdict._asdict(), indent=2) if options.json else printable(text, kept="\n"))
    return 0 if verdict.outcome == good else 1


def main(argv: commands.Arguments) -> int:
    """Write a test, and print the verdict; return 1 unless it crashes as it did."""
    options = commands.parse(parser(), argv)
    return report(repro(options, options.output or ("tests" if os.path.isdir("tests") else ".")), options, REPRODUCED)
