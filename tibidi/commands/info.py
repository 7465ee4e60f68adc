"""`tibidi info`: where a dump comes from, what is in it, how it differs from here."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from tibidi.commands import add_dump_argument
from tibidi.dumpfile.reader import Reader
from tibidi.present import info
from tibidi.revive.mismatch import mismatches
from tibidi.store.keys import read_key
from tibidi.store.location import find

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES = """\
examples:
  python -m tibidi info
  python -m tibidi info traceback.pkl
"""

OURS = "by our key: opens live"
NOT_OURS = "not by our key: opens inert; --live trusts it"


def main(argv: Sequence[str]) -> int:
    """Print what there is to know about a dump besides its frames; nothing is unpickled."""
    parser = argparse.ArgumentParser(
        prog="python -m tibidi info",
        description="Print where a dump comes from, what is in it, what is missing, and how it differs from here.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_dump_argument(parser)
    path = find(parser.parse_args(argv).dump)
    with Reader(path) as reader:
        differences = map(str, mismatches(reader.summary, reader.sources))
        lines = info.lines(reader, size=os.path.getsize(path), trust=_trust(reader), mismatches=differences)
        print("\n".join(lines))
    return 0


def _trust(reader: Reader) -> str:
    key = read_key()
    return OURS if key is not None and reader.is_signed_by(key) else NOT_OURS
