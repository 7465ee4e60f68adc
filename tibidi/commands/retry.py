"""`tibidi retry`: call the function of a crash again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tibidi import commands
from tibidi.commands import repro
from tibidi.tools.trial import PASSES
from tibidi.tools.trial import retry

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

EXAMPLES = """\
python -m tibidi retry                            # after the fix: does it still crash?
python -m tibidi retry --frame 2 traceback.pkl
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    purpose = "Call the function of a crash with its captured arguments; print what it returns, or how it crashes."
    made = commands.parser("tibidi retry", purpose + repro.WARNING, EXAMPLES)
    repro.add_arguments(made)
    return made


def main(argv: Sequence[str]) -> int:
    """Call the function and print how the call ended; return 1 unless it returned."""
    options = commands.parse(parser(), argv)
    verdict = retry(options)
    repro.report(verdict, "dumped into", as_json=options.json)
    return 0 if verdict.outcome == PASSES else 1
