"""`tibidi path`: print the crash directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tibidi import commands
from tibidi.store.directory import CrashDirectory

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES = """\
python -m tibidi path
ls -l "$(python -m tibidi path)"
"""


def main(argv: Sequence[str]) -> int:
    """Print the path of the crash directory."""
    purpose = "Print the path of the crash directory, which TIBIDI_DIR sets."
    commands.parser("tibidi path", purpose, EXAMPLES).parse_args(argv)
    print(CrashDirectory.locate(create=False).path)
    return 0
