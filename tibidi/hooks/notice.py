"""The lines on stderr: all that an operator sees of tibidi."""

from __future__ import annotations

import sys

from tibidi import config
from tibidi.errors import TibidiError
from tibidi.process import io
from tibidi.process import os
from tibidi.process.texts import printable

# How long to wait for a reader of stderr that has stopped reading.
READER_SECONDS = 1.0


def of_dump(path: str, exc: BaseException | None) -> list[str]:
    """Return the lines about a dump at `path`, the first one with the exception if there is one."""
    line = f"Traceback dumped into: {_shown(path)}"
    return [line] if exc is None else [_headline(exc), line]


def of_failure(error: BaseException) -> str:
    """Return the line about a dump that failed."""
    reason = f"{error}; {error.hint}" if isinstance(error, TibidiError) else f"{type(error).__name__}: {error}"
    return f"tibidi: no dump: {reason}"


def write(*lines: str) -> None:
    """Write lines to stderr, unless it is closed or its reader has stopped reading."""
    if not _is_writable():
        return
    text = "".join(printable(line, kept="\n\t") + "\n" for line in lines)
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except Exception:  # noqa: BLE001 - None, closed, full, or an object of the application that raises
        return


def _is_writable() -> bool:
    """Return True if a write to stderr does not block; assumed of anything but a real file."""
    if type(sys.stderr) is not io.TextIOWrapper:
        return True
    try:
        import select  # an extension module, needed only here

        poll = select.poll()
        poll.register(sys.stderr.fileno(), select.POLLOUT)
        return bool(poll.poll(READER_SECONDS * 1_000))
    except (ImportError, AttributeError, OSError, ValueError):  # no poll() here, or stderr is closed
        return True


def _headline(exc: BaseException) -> str:
    """Return the last line of the traceback."""
    name = type(exc).__name__
    try:
        text = str(exc)
    except Exception:  # noqa: BLE001 - the application's __str__ may raise anything
        text = "<exception str() failed>"
    return f"{name}: {text}" if text else name


def _shown(path: str) -> str:
    """Return a path as a user types it: with a tilde for the home directory, unless TIBIDI_DIR is set."""
    home = os.path.expanduser("~").rstrip(os.sep)  # nothing remains of "/", the home of a user without one
    if config.directory is None and home and os.path.isabs(path) and path.startswith(home + os.sep):
        return "~" + path[len(home) :]
    return path
