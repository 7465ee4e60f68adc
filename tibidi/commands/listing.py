"""`tibidi list`: what crashed, when, where."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from tibidi.present import listing
from tibidi.process.texts import printable
from tibidi.store.directory import CrashDirectory

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES = """\
examples:
  python -m tibidi list
  python -m tibidi list --json | jq -r '.[].type'
  python -m tbdebug NAME
"""


def main(argv: Sequence[str]) -> int:
    """List the dumps of the crash directory, the newest last."""
    parser = argparse.ArgumentParser(
        prog="python -m tibidi list",
        description="List the dumps of the crash directory, the newest last.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="as a JSON array, for programs")
    options = parser.parse_args(argv)
    directory = CrashDirectory.locate(create=False)
    rows = [listing.row(entry) for entry in directory.entries()]
    if options.json:
        print(json.dumps(listing.to_json(rows), indent=2))
    elif rows:
        print("\n".join(listing.lines(rows)))
    else:
        print(printable(f"no dumps in {directory.path}"))
    return 0
