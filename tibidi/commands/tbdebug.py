"""`python -m tbdebug`: open a dump in a debugger, in the crashed frame."""

from __future__ import annotations

import sys
from bdb import BdbQuit
from collections.abc import Callable
from contextlib import suppress

from tibidi import commands
from tibidi.loader import open_dump
from tibidi.revive.importing import extend_path
from tibidi.store.keys import examine_key

EXAMPLES = """\
python -m tbdebug
python -m tbdebug --exception 0 traceback.pkl
python -m tbdebug -c 'p df.head()' -c q traceback.pkl
PYTHONBREAKPOINT=ipdb.set_trace python -m tbdebug traceback.pkl
"""

PURPOSE = "Open a dump in pdb, or in the debugger that PYTHONBREAKPOINT names, in the crashed frame."
parser = commands.parser("tbdebug", PURPOSE, EXAMPLES, takes_dump=True)
commands.add_trust_arguments(parser)
parser.add_argument(
    "--exception", type=int, metavar="N", help="start in exceptions[N] of the dump; default: the root cause"
)
parser.add_argument(
    "-c", dest="commands", metavar="COMMAND", action="append", default=[], help="run this in pdb first; repeatable"
)


def debugger() -> Callable[..., None]:
    """Return the function that opens a dump in a debugger; its modules take as long as a process to start."""
    from tibidi.revive.debuggers import debug

    return debug


def main(argv: commands.Arguments) -> int:
    """Open a dump in a debugger; return when the user quits it."""
    options = commands.parse(parser, argv)
    hook = sys.breakpointhook
    dump = open_dump(options.dump, options.trust, extend_path, meanwhile=debugger)
    sys.breakpointhook = hook  # values that import debugpy, such as those of ipykernel, replace it
    _, problem = examine_key()
    if problem and options.trust is None:
        commands.say(problem)
    with suppress(BdbQuit):  # raised in a debugger within the debugger, as its command `debug` starts one
        may_live = options.trust is not False
        debugger()(dump, say=print, number=options.exception, may_live=may_live, commands=options.commands)
    return 0
