"""What is a crash, and what is not.

Classes are examined with `issubclass(type(exc), ...)`: `isinstance()` asks the
exception for its `__class__`, which may be a property that raises.
"""

from __future__ import annotations

import sys

from tibidi import hooks
from tibidi.look.anatomy import group_members

STANDARD_STREAMS = (1, 2)


def is_crash(exc: BaseException, hook: str) -> bool:
    """Return True unless the exception asks the program to end, or says that a pipe has no reader (`| head`)."""
    if issubclass(type(exc), hooks.ENDS):
        return hook == hooks.EXIT  # which asks for them only
    if issubclass(type(exc), BrokenPipeError):
        return hook != hooks.UNRAISABLE and not _is_reader_gone()
    members = group_members(exc)
    return not members or any(is_crash(member, hook) for member in members)


def _is_reader_gone() -> bool:
    """Return True if stdout or stderr is a pipe whose reading end is closed."""
    try:
        import select  # an extension module that few processes ever need

        poll = select.poll()
        for descriptor in STANDARD_STREAMS:
            poll.register(descriptor, 0)  # errors are always reported
        return any(event & select.POLLERR for _, event in poll.poll(0))
    except (ImportError, AttributeError, OSError):
        return sys.platform == "win32"
