"""`python -m tbdebug [DUMP]`: a debugger in the crashed frame."""

from __future__ import annotations

import gc
import sys

INTERRUPTED = 130  # as a shell has it after Ctrl-C


def main() -> int:
    """Run the command with the arguments of the process."""
    gc.disable()  # until the dump is open: what is imported is no garbage
    try:
        from tibidi.process.search import put_library_first

        put_library_first()
        from tibidi import commands
        from tibidi.commands import tbdebug
    except KeyboardInterrupt:  # the imports take a while
        return INTERRUPTED
    return commands.run(tbdebug.main, sys.argv[1:], "tbdebug")


if __name__ == "__main__":
    sys.exit(main())
