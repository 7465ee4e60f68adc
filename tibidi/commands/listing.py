"""`tibidi list`: list the crash dumps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tibidi import commands
from tibidi.present import listing
from tibidi.process.texts import printable
from tibidi.store.directory import CrashDirectory

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES = """\
python -m tibidi list
python -m tibidi list --json | jq -r '.[].type'
python -m tbdebug NAME
"""


def main(argv: Sequence[str]) -> int:
    """Print a line for each dump in the crash directory, the newest last."""
    parser = commands.parser("tibidi list", "List the dumps in the crash directory, the newest last.", EXAMPLES)
    parser.add_argument("--json", action="store_true", help="print a JSON array, for programs")
    options = parser.parse_args(argv)
    directory = CrashDirectory.locate(create=False)
    rows = [listing.row(entry) for entry in directory.entries()]
    if options.json:
        print(json.dumps(list(map(listing.to_json, rows)), indent=2))
    elif rows:
        print("\n".join(listing.lines(rows)))
    else:
        print(printable(f"no dumps in {directory.path}"))
    return 0
