"""`python -m tibidi COMMAND`: inspect and manage crash dumps."""

from __future__ import annotations

import os
import sys

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

# group -> name -> its module in tibidi.commands, which is imported when the command runs, and what it does
GROUPS = {
    "look": {
        "list": ("listing", "list the crash dumps"),
        "info": ("info", "print the origin and content of a dump, and what differs on this machine"),
        "show": ("show", "print the traceback with the variables of every frame"),
        "find": ("find", "find a value in one dump or in all"),
        "mem": ("mem", "print the largest values of a dump"),
        "diff": ("diff", "compare two dumps, frame by frame and value by value"),
    },
    "ask": {
        "mcp": ("mcp", "serve coding agents over the Model Context Protocol"),
        "analyze": ("analyze", "print one page about a crash: what is suspicious, and what to do next"),
        "eval": ("eval", "print the value of an expression in a frame"),
        "retry": ("retry", "call the function of a crash again, on the code that is here now"),
        "repro": ("repro", "write a test that fails as the crash did, and run it"),
    },
    "share": {
        "preview": ("preview", "print everything that a dump contains"),
        "scrub": ("scrub", "write a copy of a dump without parts of it"),
        "seal": ("seal", "encrypt a dump to public keys"),
        "open": ("open", "decrypt a sealed dump"),
        "push": ("push", "copy the dumps of this machine to a store"),
        "fleet": ("fleet", "index and query the dumps of many machines"),
    },
    "manage": {
        "snap": ("snap", "dump a running process without stopping it"),
        "path": ("path", "print the crash directory"),
        "prune": ("prune", "delete old dumps"),
        "doctor": ("doctor", "check the installation: crash a child process and read its dump"),
    },
}
COMMANDS = {name: command for group in GROUPS.values() for name, command in group.items()}

INTERRUPTED = 130  # as a shell has it after Ctrl-C

USAGE = "usage: python -m tibidi [-h] [--version] COMMAND [-h] ..."

PURPOSE = "Inspect and manage crash dumps. Only retry, repro and --live run code of the program."

EPILOG = """\
examples:
  TIBIDI_ENABLE=1 python app.py         # a crash leaves a dump
  python -m tibidi list                 # find it
  python -m tbdebug                     # open the latest dump in the debugger
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the first argument names; return its exit status."""
    try:
        from tibidi.process.search import put_library_first

        put_library_first()
        from tibidi.commands import run
    except KeyboardInterrupt:  # the imports take a while
        return INTERRUPTED
    return run(_dispatch, sys.argv[1:] if argv is None else argv)


def _dispatch(argv: Sequence[str]) -> int:
    from tibidi import commands

    if commands.COMPLETION in os.environ:
        return _complete()
    word = argv[0] if argv else "--help"
    if word in COMMANDS:
        status: int = _command(word).main(argv[1:])
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


def _command(word: str) -> Any:
    from importlib import import_module

    return import_module(f"tibidi.commands.{COMMANDS[word][0]}")


def _complete() -> int:
    """Complete the words of a command line for a shell, by argcomplete."""
    import argparse

    from tibidi.commands import parse

    every = argparse.ArgumentParser("tibidi")
    subparsers = every.add_subparsers()
    for word in COMMANDS:
        subparsers.add_parser(word, parents=[_command(word).parser], add_help=False)
    parse(every, [])
    return 0


def _help() -> list[str]:
    from tibidi.commands import as_typed

    width = max(map(len, COMMANDS))
    lines = [as_typed(USAGE), "", PURPOSE, ""]
    for group, commands in GROUPS.items():
        lines += [f"{group}:", *(f"  {name:{width}}  {purpose}" for name, (_, purpose) in commands.items()), ""]
    return [*lines, as_typed(EPILOG)]


if __name__ == "__main__":
    sys.exit(main())
