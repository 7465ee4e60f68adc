"""`tibidi seal`: encrypt a dump to public keys."""

from __future__ import annotations

import os

from tibidi import commands, config
from tibidi.dumpfile import unpacking
from tibidi.dumpfile.partial import write_file
from tibidi.dumpfile.reader import Reader
from tibidi.dumpfile.sealing import seal
from tibidi.errors import TibidiError
from tibidi.store.keys import read_key
from tibidi.store.location import find

KEYS = ("age1", "ssh-")
EXAMPLES = """\
age-keygen -o key.txt                                    # on your machine, once
python -m tibidi seal --to age1... traceback.pkl         # at the customer's
python -m tibidi open --identity key.txt traceback.pkl   # on yours
TIBIDI_IDENTITY=key.txt python -m tbdebug traceback.pkl  # the same in memory only
"""

PURPOSE = (
    "Encrypt a dump to public keys of age or SSH; stacks, types and counts stay readable. "
    "With TIBIDI_SEAL_TO, dumps are sealed at the crash, and no plaintext reaches the disk."
)
parser = commands.parser("tibidi seal", PURPOSE, EXAMPLES, takes_dump=True)
parser.add_argument("--to", metavar="KEY", nargs="+", action="extend", help="public keys, or files that contain them")
parser.add_argument("-o", "--output", metavar="OUT", help="path of the sealed dump; default: replace DUMP")


def beside(path: str, target: str) -> str:
    """Return the target for a dump that is named by its path; a packed one is in a private copy, which will be gone."""
    if path in unpacking.copies:
        raise TibidiError("a packed dump, or one on stdin, has no place for the new one", "name it: -o OUT")
    return target


def main(argv: commands.Arguments) -> int:
    """Seal a dump."""
    options = commands.parse(parser, argv)
    keys = options.to or list(config.seal_to)
    if options.dump is None and options.to and not keys[-1].startswith(KEYS):  # argparse reads it as one more key
        options.dump = keys.pop()
    if not keys:
        raise TibidiError("no key to seal to", "name one: --to age1... DUMP")
    path = find(options.dump)
    target = options.output or os.path.realpath(beside(path, path))  # not a link such as latest.pkl
    with Reader(path) as reader:
        if reader.is_sealed:
            raise TibidiError(f"{path} is sealed already", "")
        write_file(target, seal(reader.whole(), reader.summary, keys, read_key()))
    commands.say(f"sealed {target}" + ("" if options.output else "; the plaintext dump was replaced"))
    return 0
