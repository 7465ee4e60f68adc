"""`tibidi path`: print the crash directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tibidi import commands
from tibidi.store.directory import CrashDirectory

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

EXAMPLES = """\
python -m tibidi path
ls -l "$(python -m tibidi path)"
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    return commands.parser("tibidi path", "Print the path of the crash directory, which TIBIDI_DIR sets.", EXAMPLES)


def main(argv: Sequence[str]) -> int:
    """Print the path of the crash directory."""
    commands.parse(parser(), argv)
    print(CrashDirectory.locate(create=False).path)
    return 0
