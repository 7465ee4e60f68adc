"""`tibidi repro`: write a test that fails as the crash did."""

from __future__ import annotations

import os

from tibidi import commands
from tibidi.tools.trial import REPRODUCED, Verdict, repro

EXAMPLES = """\
python -m tibidi repro                            # the latest crash, into tests/
python -m tibidi repro --frame 2 -o tests/crashes traceback.pkl
"""
WARNING = " This runs code of the program: use it where the sources are, for dumps signed with your key."


def add_arguments(parser: commands.Parser) -> None:
    """Add the arguments that `retry` takes as well: the call, its time limit, and whether to trust an unsigned dump."""
    commands.add_frame_arguments(parser)
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of the call; default: 60")
    about = "also load a dump that is not signed with your key, which runs its code here"
    parser.add_argument("--live", dest="trust", action="store_true", default=None, help=about)


PURPOSE = "Write a test that calls the function of a crash with its captured arguments, run it, and compare."
parser = commands.parser("tibidi repro", PURPOSE + WARNING, EXAMPLES, takes_dump=True, json="a JSON object")
parser.add_argument("-o", "--output", metavar="DIR", help="folder of the test; default: tests if it exists, else .")
parser.add_argument("--expect-failure", action="store_true", help="write a test that passes as long as it crashes")
parser.add_argument("--force", action="store_true", help="replace a test of the same crash")
add_arguments(parser)


def report(verdict: Verdict, options: commands.Options, good: str) -> int:
    """Print a verdict; return 1 unless it is `good`."""
    file = [f"file: {verdict.file}"] if verdict.file else []
    commands.report(options, verdict._asdict(), [f"{verdict.outcome}: {verdict.detail}", *file], kept="\n")
    return 0 if verdict.outcome == good else 1


def main(argv: commands.Arguments) -> int:
    """Write a test, and print the verdict; return 1 unless it crashes as it did."""
    options = commands.parse(parser, argv)
    return report(repro(options, options.output or ("tests" if os.path.isdir("tests") else ".")), options, REPRODUCED)
