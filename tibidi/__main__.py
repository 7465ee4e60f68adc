"""`python -m tibidi COMMAND`: inspect and manage crash dumps."""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# name -> module in tibidi.commands, imported when its command runs; what it does
COMMANDS = {
    "list": ("listing", "list the crash dumps"),
    "info": ("info", "print the origin and content of a dump, and what differs on this machine"),
    "show": ("show", "print the traceback with the variables of every frame"),
    "find": ("find", "find a value in one dump or in all"),
    "diff": ("diff", "compare two dumps, frame by frame and value by value"),
    "path": ("path", "print the crash directory"),
    "prune": ("prune", "delete old dumps"),
    "doctor": ("doctor", "check the installation: crash a child process and read its dump"),
}

INTERRUPTED = 130  # as a shell has it after Ctrl-C

USAGE = "usage: python -m tibidi [-h] [--version] COMMAND [-h] ..."

PURPOSE = "Inspect and manage crash dumps. Nothing in a dump is executed."

EPILOG = """\
examples:
  TIBIDI_ENABLE=1 python app.py         # a crash leaves a dump
  python -m tibidi list                 # find it
  python -m tbdebug                     # open the latest dump in the debugger
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the first argument names; return its exit status."""
    try:
        from tibidi.commands import run
    except KeyboardInterrupt:  # the imports take a while
        return INTERRUPTED
    return run(_dispatch, sys.argv[1:] if argv is None else argv)


def _dispatch(argv: Sequence[str]) -> int:
    word = argv[0] if argv else "--help"
    if word in COMMANDS:
        from importlib import import_module

        command = import_module(f"tibidi.commands.{COMMANDS[word][0]}")
        status: int = command.main(argv[1:])
        return status
    if word in ("-h", "--help"):
        print("\n".join(_help()))
        return 0
    if word == "--version":
        from tibidi import __version__

        print(f"tibidi {__version__}")
        return 0
    print(f"tibidi: no command {word!r}; choose from: {', '.join(COMMANDS)}", file=sys.stderr)
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
