"""`python -m tbpeep`: open a dump in peepshow, a data explorer for the terminal."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec

from tibidi import commands
from tibidi.dump import Dump
from tibidi.errors import TibidiError
from tibidi.loader import load

PACKAGE = "peepshow"
INSTALL_HINT = "install it with: python -m pip install peepshow==0.3.0"

EXAMPLES = """\
python -m tbpeep
python -m tbpeep traceback.pkl
"""

PURPOSE = "Explore a dump in peepshow, where it is the variable `dump`."
parser = commands.parser("tbpeep", PURPOSE, EXAMPLES, takes_dump=True)
commands.add_trust_arguments(parser)


def main(argv: commands.Arguments) -> int:
    """Explore a dump in peepshow, as the variable `dump`."""
    options = commands.parse(parser, argv)
    make_importable()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise TibidiError("peepshow needs a terminal", "print the dump instead: python -m tibidi show")
    explore(load(options.dump, trust=options.trust))
    return 0


def make_importable() -> None:
    """Make the submodules of peepshow importable on any Python.

    The `__init__` of peepshow 0.3.0, the newest version, raises on all but Python 3.6 to 3.8; its submodules work at
    least up to 3.13.  So the package is put into `sys.modules` without running its `__init__`.
    """
    spec = find_spec(PACKAGE)
    if spec is None:
        raise TibidiError("peepshow is not installed", INSTALL_HINT)
    sys.modules.setdefault(PACKAGE, module_from_spec(spec))


def explore(dump: Dump) -> None:
    """Open `dump` in peepshow; return when the user quits it."""
    try:
        core = import_module("peepshow.core.peep")
        environment = import_module("peepshow.core.env")
        targets = import_module("peepshow.core.trans")
    except ImportError as error:
        raise TibidiError(f"cannot import peepshow: {error}", INSTALL_HINT) from error
    core.peep(targets.Given(dump, "dump"), environment.Env({}, {"dump": dump}))
