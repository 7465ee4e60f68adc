"""Run a program and dump its crash: `python -m tbdump [-o FILE] SCRIPT | -m MODULE | -c CODE [ARGS ...]`."""

from __future__ import annotations

import sys

INTERRUPTED = 130  # as a shell has it after Ctrl-C


def main() -> int:
    """Run the command with the arguments of this process."""
    if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
        del sys.path[0]  # a json.py in the working directory belongs to the program
    try:
        from tibidi.commands.tbdump import main as command
    except KeyboardInterrupt:  # the imports take a while
        return INTERRUPTED
    return command()


if __name__ == "__main__":
    sys.exit(main())
