"""`tibidi info`: print the origin and content of a dump, and what differs on this machine."""

from __future__ import annotations

import json

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


def parser() -> commands.Parser:
    """Return the parser of the command."""
    purpose = "Print what crashed, where the dump comes from, how much is missing, and what differs on this machine."
    made = commands.parser("tibidi info", purpose, EXAMPLES)
    made.add_argument("--all", action="store_true", help="list packages, environment variables and omissions, too")
    made.add_argument("--json", action="store_true", help="print a JSON object, for programs")
    commands.add_dump_argument(made)
    return made


def main(argv: commands.Arguments) -> int:
    """Print everything about a dump except its frames; nothing is unpickled."""
    options = commands.parse(parser(), argv)
    with Reader(find(options.dump)) as reader:
        differences = map(str, mismatches(reader.summary, reader.sources))
        signed = reader.is_signed_by(read_key())
        if options.json:
            print(json.dumps(info.to_json(reader, signed=signed, mismatches=differences), indent=2))
            return 0
        trust = BY_KEY if signed else NOT_BY_KEY if reader.has_signature else NOT_SIGNED
        print("\n".join(info.lines(reader, trust=trust, mismatches=differences, everything=options.all)))
    return 0
