"""`tibidi retry`: call the function of a crash again."""

from __future__ import annotations

from tibidi import commands
from tibidi.commands import repro
from tibidi.tools.trial import PASSES, retry

EXAMPLES = """\
python -m tibidi retry                            # after the fix: does it still crash?
python -m tibidi retry --frame 2 traceback.pkl
"""

PURPOSE = "Call the function of a crash with its captured arguments; print what it returns, or how it crashes."
parser = commands.parser("tibidi retry", PURPOSE + repro.WARNING, EXAMPLES, takes_dump=True, json="a JSON object")
repro.add_arguments(parser)


def main(argv: commands.Arguments) -> int:
    """Call the function and print how the call ended; return 1 unless it returned."""
    options = commands.parse(parser, argv)
    return repro.report(retry(options), options, PASSES)
