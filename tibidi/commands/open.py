"""`tibidi open`: decrypt a sealed dump."""

from __future__ import annotations

from tibidi import commands, config
from tibidi.commands.seal import EXAMPLES, beside
from tibidi.dumpfile.partial import write_file
from tibidi.dumpfile.reader import Reader
from tibidi.errors import TibidiError
from tibidi.store.location import find

PURPOSE = "Decrypt a sealed dump into a file; other commands open it in memory if TIBIDI_IDENTITY is set."
parser = commands.parser("tibidi open", PURPOSE, EXAMPLES, takes_dump=True)
parser.add_argument("--identity", metavar="KEYFILE", help="file with the private keys; default: TIBIDI_IDENTITY")
parser.add_argument("-o", "--output", metavar="OUT", help="the decrypted file; default: DUMP with .open before .pkl")


def main(argv: commands.Arguments) -> int:
    """Decrypt a dump."""
    options = commands.parse(parser, argv)
    config.identity = options.identity or config.identity
    if not config.identity:
        raise TibidiError("no private key to open it with", "name its file: --identity key.txt")
    path = find(options.dump)
    target = options.output or beside(path, f"{path.removesuffix('.pkl')}.open.pkl")
    with Reader(path) as reader:
        if not reader.is_sealed:
            raise TibidiError(f"{path} is not sealed", f"open it as it is: python -m tbdebug {path}")
        write_file(target, reader.whole().getvalue())
    commands.say(f"wrote {target}")
    return 0
