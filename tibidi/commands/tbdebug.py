"""`python -m tbdebug`: a debugger in the crashed frame of a dump."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tibidi.commands import add_dump_argument
from tibidi.loader import load
from tibidi.process.texts import printable
from tibidi.revive.doors import debug
from tibidi.store.keys import examine_key
from tibidi.store.location import find

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES = """\
examples:
  python -m tbdebug
  python -m tbdebug --exception 0 traceback.pkl
  PYTHONBREAKPOINT=ipdb.set_trace python -m tbdebug traceback.pkl
"""


def main(argv: Sequence[str]) -> int:
    """Open a dump in a debugger; return when the user has left it."""
    parser = argparse.ArgumentParser(
        prog="python -m tbdebug",
        description="Open a dump in pdb, or in the debugger that PYTHONBREAKPOINT names, in the crashed frame.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_trust_arguments(parser)
    parser.add_argument(
        "--exception", type=int, metavar="N", help="start in this exception, by its number in `exceptions`"
    )
    add_dump_argument(parser)
    options = parser.parse_args(argv)
    dump = load(find(options.dump), trust=options.trust)
    _, problem = examine_key()
    if problem and options.trust is None:
        print(printable(problem))
    debug(dump, say=print, number=options.exception, may_live=options.trust is not False)
    return 0


def add_trust_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command take --live or --inert, as `trust` for `tibidi.load`."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--live",
        dest="trust",
        action="store_true",
        default=None,
        help="rebuild the objects of the application: imports its modules and runs its code",
    )
    group.add_argument(
        "--inert",
        dest="trust",
        action="store_false",
        help="import and run nothing that the dump names; the default unless our own key signed it",
    )
