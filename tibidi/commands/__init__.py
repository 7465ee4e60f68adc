"""argv -> exit status: one file a command, and the door through which their errors leave.

Exit statuses: 0 it worked, 1 there is nothing to work on, 2 it cannot be
done; 130 after Ctrl-C and 141 when the reader of stdout went away, as a shell
has them.  An error is one line on stderr that ends with the next thing to do.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

from tibidi import config
from tibidi.errors import TibidiError
from tibidi.process.texts import printable

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable
    from collections.abc import Sequence
    from typing import TextIO

UNEXPECTED = 2


def run(command: Callable[[Sequence[str]], int], argv: Sequence[str], program: str = "tibidi") -> int:
    """Run a command; turn what goes wrong into one line on stderr and an exit status.

    With TIBIDI_DEBUG errors are raised as they are.
    """
    for stream in (sys.stdout, sys.stderr):
        _allow_any_text(stream)
    try:
        status = command(argv)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        return _leave_pipe()
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except Exception as error:  # a command of ours never ends in a traceback of ours
        if config.debug:
            raise
        return complain(error, program)


def add_dump_argument(parser: ArgumentParser) -> None:
    """Let a command take the argument DUMP, for `tibidi.store.location.find`."""
    parser.add_argument(
        "dump", metavar="DUMP", nargs="?", help="path, or name from `python -m tibidi list`; default: the latest"
    )


def complain(error: Exception, program: str) -> int:
    """Print the one line about `error` on stderr; return the exit status that it asks for."""
    if isinstance(error, TibidiError):
        line, status = "; ".join(filter(None, (str(error), error.hint))), error.exit_code
    else:
        line, status = f"{type(error).__name__}: {error}; see where with TIBIDI_DEBUG=1", UNEXPECTED
    print(printable(f"{program}: {line}"), file=sys.stderr)
    return status


def _leave_pipe() -> int:
    """End quietly when the reader of stdout went away, as `head` does.

    The interpreter flushes stdout once more at its end: give it a place to.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + signal.SIGPIPE


def _allow_any_text(stream: TextIO) -> None:
    """Let a stream of a narrow encoding escape what it has no bytes for."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
