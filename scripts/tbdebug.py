"""`python -m tbdebug [DUMP]`: a debugger in the crashed frame."""

from __future__ import annotations

import sys

from tibidi import commands
from tibidi.commands import tbdebug


def main() -> int:
    """Run the command with the arguments of the process."""
    return commands.run(tbdebug.main, sys.argv[1:], "tbdebug")


if __name__ == "__main__":
    sys.exit(main())
