"""`python -m tbpeep [DUMP]`: a dump in peepshow."""

from __future__ import annotations

import sys

INTERRUPTED = 130  # as a shell has it after Ctrl-C


def main() -> int:
    """Run the command with the arguments of the process."""
    try:
        from tibidi.process.search import put_library_first

        put_library_first()
        from tibidi import commands
        from tibidi.commands import tbpeep
    except KeyboardInterrupt:  # the imports take a while
        return INTERRUPTED
    return commands.run(tbpeep.main, sys.argv[1:], "tbpeep")


if __name__ == "__main__":
    sys.exit(main())
