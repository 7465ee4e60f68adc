"""`tibidi info`: print the origin and content of a dump, and what differs on this machine."""

from __future__ import annotations

from tibidi import commands
from tibidi.dumpfile.reader import Reader
from tibidi.present import info
from tibidi.revive.mismatch import mismatches
from tibidi.store.keys import read_key
from tibidi.store.location import find

EXAMPLES = """\
python -m tibidi info
python -m tibidi info --all traceback.pkl
python -m tibidi info --json traceback.pkl | jq .root_cause
"""

BY_KEY = "by your key: opens live"
NOT_BY_KEY = "not by your key: opens inert; --live trusts it"
NOT_SIGNED = "none, so anybody may have made it: opens inert; --live trusts it"

PURPOSE = "Print what crashed, where the dump comes from, how much is missing, and what differs on this machine."
parser = commands.parser("tibidi info", PURPOSE, EXAMPLES, takes_dump=True, json="a JSON object")
parser.add_argument("--all", action="store_true", help="also list packages, environment variables and omissions")


def main(argv: commands.Arguments) -> int:
    """Print everything about a dump except its frames; nothing is unpickled."""
    options = commands.parse(parser, argv)
    with Reader(find(options.dump)) as reader:
        differences = list(map(str, mismatches(reader.summary, reader.sources)))
        signed = reader.is_signed_by(read_key())
        trust = BY_KEY if signed else NOT_BY_KEY if reader.has_signature else NOT_SIGNED
        lines = info.lines(reader, trust=trust, mismatches=differences, everything=options.all)
        commands.report(options, info.to_json(reader, signed=signed, mismatches=differences), lines)
    return 0
