"""`python -m tbpeep`: a dump in peepshow, an explorer of data in the terminal."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from importlib.util import find_spec
from importlib.util import module_from_spec
from typing import TYPE_CHECKING

from tibidi.commands import add_dump_argument
from tibidi.commands.tbdebug import add_trust_arguments
from tibidi.errors import TibidiError
from tibidi.loader import load
from tibidi.store.location import find

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tibidi.dump import Dump

PACKAGE = "peepshow"
INSTALL_HINT = "install it with: python -m pip install peepshow==0.3.0"

EXAMPLES = """\
examples:
  python -m tbpeep
  python -m tbpeep traceback.pkl
"""


def main(argv: Sequence[str]) -> int:
    """Explore a dump in peepshow, as the variable `dump`."""
    parser = argparse.ArgumentParser(
        prog="python -m tbpeep",
        description="Explore a dump in peepshow, where it is the variable `dump`.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_trust_arguments(parser)
    add_dump_argument(parser)
    options = parser.parse_args(argv)
    make_importable()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise TibidiError("peepshow needs a terminal", "without one, see the dump with: python -m tibidi show")
    explore(load(find(options.dump), trust=options.trust))
    return 0


def make_importable() -> None:
    """Let submodules of peepshow be imported on any Python.

    peepshow 0.3.0, the newest, refuses to be imported by all but Python 3.6
    to 3.8, yet only its `__init__` does: the submodules work at least to
    3.13.  So the package is entered into `sys.modules` as the import system
    makes it, with its path, and its `__init__` is passed over.
    """
    spec = find_spec(PACKAGE)
    if spec is None:
        raise TibidiError("peepshow is not installed", INSTALL_HINT)
    sys.modules.setdefault(PACKAGE, module_from_spec(spec))


def explore(dump: Dump) -> None:
    """Hand `dump` to peepshow; return when the user has left it."""
    try:
        core = import_module("peepshow.core.peep")
        environment = import_module("peepshow.core.env")
        targets = import_module("peepshow.core.trans")
    except ImportError as error:
        raise TibidiError(f"peepshow can't be loaded: {error}", INSTALL_HINT) from error
    core.peep(targets.Given(dump, "dump"), environment.Env({}, {"dump": dump}))
