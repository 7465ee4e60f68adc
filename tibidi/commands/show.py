"""`tibidi show`: print the traceback of a dump with the variables of every frame."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tibidi import commands
from tibidi.dumpfile.encode import summary_to_json
from tibidi.dumpfile.reader import Reader
from tibidi.present import show
from tibidi.store.location import find

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES = """\
python -m tibidi show
python -m tibidi show traceback.pkl
python -m tibidi show --json traceback.pkl | jq '.exceptions[-1].frames[-1].locals'
"""


def main(argv: Sequence[str]) -> int:
    """Print the summary of a dump, as text or as JSON; nothing is unpickled."""
    purpose = "Print the traceback of a dump with the variables of every frame. Nothing in the dump is executed."
    parser = commands.parser("tibidi show", purpose, EXAMPLES)
    parser.add_argument("--json", action="store_true", help="print the whole summary as JSON, for programs")
    commands.add_dump_argument(parser)
    options = parser.parse_args(argv)
    with Reader(find(options.dump)) as reader:
        sources = {} if options.json else reader.sources
        summary = reader.summary._replace(omissions=(*reader.summary.omissions, *reader.damage))
    if options.json:
        print(json.dumps(summary_to_json(summary), indent=2))
    else:
        print("\n".join(show.lines(summary, sources)))
    return 0
