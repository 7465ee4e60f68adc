"""`python -m tibidi COMMAND`: look at dumps and after them."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from tibidi import __version__
from tibidi.commands import run

if TYPE_CHECKING:
    from collections.abc import Sequence

# name -> module in tibidi.commands, loaded only when it is the one; what it does
COMMANDS = {
    "list": ("listing", "what crashed, when, where"),
    "info": ("info", "where a dump comes from, what is in it, how it differs from here"),
    "show": ("show", "its traceback with the variables of every frame"),
    "path": ("path", "where dumps go"),
    "prune": ("prune", "delete old dumps"),
    "doctor": ("doctor", "does it work here? crashes a child and reads its dump"),
}

USAGE = "usage: python -m tibidi [-h] [--version] COMMAND [-h] ..."

PURPOSE = "Look at dumps and after them. Nothing in a dump is run."

EPILOG = """\
examples:
  TIBIDI_ENABLE=1 python app.py         a crash of it leaves a dump
  python -m tibidi list                 find it
  python -m tbdebug                     open the latest one in the debugger
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the first argument names; return its exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    return run(_dispatch, arguments)


def _dispatch(argv: Sequence[str]) -> int:
    word = argv[0] if argv else "--help"
    if word in COMMANDS:
        command = import_module(f"tibidi.commands.{COMMANDS[word][0]}")
        status: int = command.main(argv[1:])
        return status
    if word in ("-h", "--help"):
        print("\n".join(_help()))
        return 0
    if word == "--version":
        print(f"tibidi {__version__}")
        return 0
    print(f"tibidi: no command {word!r}; there are: {', '.join(COMMANDS)}", file=sys.stderr)
    return 2


def _help() -> list[str]:
    width = max(map(len, COMMANDS))
    commands = [f"  {name:{width}}  {purpose}" for name, (_, purpose) in COMMANDS.items()]
    return [
        USAGE,
        "",
        PURPOSE,
        "",
        "commands:",
        *commands,
        "",
        EPILOG,
    ]


if __name__ == "__main__":
    sys.exit(main())
