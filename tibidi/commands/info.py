"""`tibidi info`: print the origin and content of a dump, and what differs on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tibidi import commands
from tibidi.dumpfile.reader import Reader
from tibidi.present import info
from tibidi.revive.mismatch import mismatches
from tibidi.store.keys import read_key
from tibidi.store.location import find

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES = """\
python -m tibidi info
python -m tibidi info traceback.pkl
"""

BY_KEY = "by your key: opens live"
NOT_BY_KEY = "not by your key: opens inert; --live trusts it"


def main(argv: Sequence[str]) -> int:
    """Print everything about a dump except its frames; nothing is unpickled."""
    purpose = "Print where a dump comes from, what it contains, what is missing, and what differs on this machine."
    parser = commands.parser("tibidi info", purpose, EXAMPLES)
    commands.add_dump_argument(parser)
    with Reader(find(parser.parse_args(argv).dump)) as reader:
        differences = map(str, mismatches(reader.summary, reader.sources))
        trust = BY_KEY if reader.is_signed_by(read_key()) else NOT_BY_KEY
        lines = info.lines(reader, trust=trust, mismatches=differences)
        print("\n".join(lines))
    return 0
