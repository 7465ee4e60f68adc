"""`tibidi path`: where dumps go."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tibidi.store.directory import CrashDirectory

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES = """\
examples:
  python -m tibidi path
  ls -l "$(python -m tibidi path)"
"""


def main(argv: Sequence[str]) -> int:
    """Print the path of the crash directory."""
    parser = argparse.ArgumentParser(
        prog="python -m tibidi path",
        description="Print the path of the crash directory, which TIBIDI_DIR sets.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(argv)
    print(CrashDirectory.locate(create=False).path)
    return 0
