"""`tibidi show`: the traceback of a dump with the variables of every frame."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from tibidi.commands import add_dump_argument
from tibidi.dumpfile.reader import Reader
from tibidi.dumpfile.summary import to_json
from tibidi.present import story
from tibidi.store.location import find

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES = """\
examples:
  python -m tibidi show
  python -m tibidi show traceback.pkl
  python -m tibidi show --json traceback.pkl | jq '.exceptions[-1].frames[-1].locals'
"""


def main(argv: Sequence[str]) -> int:
    """Print the story of a dump, or its summary as JSON; nothing is unpickled."""
    parser = argparse.ArgumentParser(
        prog="python -m tibidi show",
        description="Print the traceback of a dump with the variables of every frame. Nothing in it is run.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="the whole summary as JSON, for programs")
    add_dump_argument(parser)
    options = parser.parse_args(argv)
    with Reader(find(options.dump)) as reader:
        sources = {} if options.json else reader.sources
        summary = reader.summary._replace(omissions=(*reader.summary.omissions, *reader.damage))
    if options.json:
        print(json.dumps(to_json(summary), indent=2))
    else:
        print("\n".join(story.lines(summary, sources)))
    return 0
