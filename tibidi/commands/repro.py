"""`tibidi repro`: write a test that fails as the crash did."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from tibidi import commands
from tibidi.process.texts import printable
from tibidi.tools.trial import REPRODUCED
from tibidi.tools.trial import repro

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tibidi.tools.trial import Verdict

EXAMPLES = """\
python -m tibidi repro                            # the latest crash, into tests/
python -m tibidi repro --frame 2 -o tests/crashes traceback.pkl
"""
WARNING = " Runs code of the program: call it where the sources are, for dumps that your key signed."


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    purpose = "Write a test that calls the function of a crash with its captured arguments, run it, and compare."
    made = commands.parser("tibidi repro", purpose + WARNING, EXAMPLES)
    made.add_argument("-o", "--output", metavar="DIR", help="where the test goes; default: tests, if it is a directory")
    made.add_argument("--expect-failure", action="store_true", help="write a test that passes as long as it crashes so")
    made.add_argument("--force", action="store_true", help="replace a test of the same crash")
    add_arguments(made)
    return made


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `retry` takes, too: which call, for how long, and whether an unsigned dump may load live."""
    parser.add_argument("--exception", type=int, metavar="N", help="of exceptions[N]; default: the root cause")
    parser.add_argument("--frame", type=int, metavar="N", help="frames[N] of it; default: the innermost own function")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the call may take; default: 60")
    about = "load a dump that is not signed with your key: its code runs here"
    parser.add_argument("--live", dest="trust", action="store_true", default=None, help=about)
    parser.add_argument("--json", action="store_true", help="print a JSON object, for programs")
    commands.add_dump_argument(parser)


def report(verdict: Verdict, word: str, *, as_json: bool) -> None:
    """Print a verdict, and the file that `word` has made."""
    if as_json:
        print(json.dumps(verdict._asdict(), indent=2))
        return
    print(printable(f"{verdict.outcome}: {verdict.detail}"))
    if verdict.file:
        print(printable(f"{word} {verdict.file}"))


def main(argv: Sequence[str]) -> int:
    """Write a test, and print the verdict; return 1 unless it crashes as it did."""
    options = commands.parse(parser(), argv)
    verdict = repro(options, options.output or ("tests" if os.path.isdir("tests") else "."))
    report(verdict, "wrote", as_json=options.json)
    return 0 if verdict.outcome == REPRODUCED else 1
