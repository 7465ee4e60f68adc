"""`python -m tbdebug`: open a dump in a debugger, in the crashed frame."""

from __future__ import annotations

import gc
import os
import sys
from bdb import BdbQuit
from contextlib import suppress
from functools import partial
from types import SimpleNamespace

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


def parser() -> commands.Parser:
    """Return the parser of the command."""
    made = commands.parser("tbdebug", PURPOSE, EXAMPLES, takes_dump=True)
    commands.add_trust_arguments(made)
    made.add_argument(
        "--exception", type=int, metavar="N", help="start in exceptions[N] of the dump; default: the root cause"
    )
    made.add_argument(
        "-c", dest="commands", metavar="COMMAND", action="append", default=[], help="run this in pdb first; repeatable"
    )
    return made


def plain_options(argv: commands.Arguments) -> SimpleNamespace | None:
    """Return the options if they are only `[--live | --inert] [DUMP]`: argparse takes 10 ms."""
    trust = [word == "--live" for word in argv if word in {"--live", "--inert"}]
    names = [word for word in argv if not word.startswith("-")]
    if len(trust) + len(names) < len(argv) or max(len(trust), len(names)) > 1 or commands.COMPLETION in os.environ:
        return None
    return SimpleNamespace(trust=[*trust, None][0], exception=None, commands=[], dump=[*names, None][0])


def main(argv: commands.Arguments) -> int:
    """Open a dump in a debugger; return when the user quits it."""
    options = plain_options(argv) or commands.parse(parser(), argv)
    hook = sys.breakpointhook
    dump = open_dump(options.dump, options.trust, extend_path, meanwhile=partial(__import__, "tibidi.revive.debuggers"))
    sys.breakpointhook = hook  # values that import debugpy, such as those of ipykernel, replace it
    _, problem = examine_key()
    if problem and options.trust is None:
        commands.say(problem)
    from tibidi.revive.debuggers import debug  # as slow to import as a process to start

    has_freeze = hasattr(gc, "freeze")  # not in PyPy
    if has_freeze:
        gc.freeze()
        gc.unfreeze()  # what was loaded is in the oldest generation now, without a collection
    gc.enable()
    with suppress(BdbQuit):  # raised in a debugger within the debugger, as its command `debug` starts one
        may_live = options.trust is not False
        debug(dump, say=print, number=options.exception, may_live=may_live, commands=options.commands)
    if has_freeze:
        gc.freeze()  # the collections at the exit need not look through it
    return 0
