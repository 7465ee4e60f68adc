"""`tibidi path`: print the crash directory."""

from __future__ import annotations

from tibidi import commands
from tibidi.store.directory import CrashDirectory

EXAMPLES = """\
python -m tibidi path
ls -l "$(python -m tibidi path)"
"""

parser = commands.parser("tibidi path", "Print the path of the crash directory, which TIBIDI_DIR sets.", EXAMPLES)


def main(argv: commands.Arguments) -> int:
    """Print the path of the crash directory."""
    commands.parse(parser, argv)
    print(CrashDirectory.locate(create=False).path)
    return 0
