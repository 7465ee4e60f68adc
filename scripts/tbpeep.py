"""`python -m tbpeep [DUMP]`: a dump in peepshow."""

from __future__ import annotations

import sys

from tibidi import commands
from tibidi.commands import tbpeep


def main() -> int:
    """Run the command with the arguments of the process."""
    return commands.run(tbpeep.main, sys.argv[1:], "tbpeep")


if __name__ == "__main__":
    sys.exit(main())
