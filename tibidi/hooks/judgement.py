"""What is a crash, and what is none.

Classes are looked at with `issubclass(type(exc), ...)`: `isinstance()` asks
the exception for its `__class__`, which may be a property that raises.
"""

from __future__ import annotations

import builtins
import sys

from tibidi import TYPE_CHECKING
from tibidi import hooks

if TYPE_CHECKING:
    from types import FrameType

# While one of these is on the stack, what goes wrong is part of a dump, not a crash.
DUMPING_MODULES = (
    "tibidi.dumper",
    "tibidi.hooks.desk",
    "tibidi.writing.",
    "tibidi.capture.",
    "tibidi.look.",
    "tibidi.process.worker",
)
STANDARD_STREAMS = (1, 2)


def is_crash(exc: BaseException, door: str) -> bool:
    """Say whether an exception is a crash: not how a program is asked to end, nor the end of `| head`."""
    if issubclass(type(exc), hooks.ENDS):
        return False
    if issubclass(type(exc), BrokenPipeError):
        return door != hooks.UNRAISABLE and not _is_a_reader_gone()
    members = _members(exc)
    return not members or any(is_crash(member, door) for member in members)


def is_inside_a_dump(frame: FrameType | None) -> bool:
    """Say whether the stack that ends in `frame` is writing a dump, or is a worker of one."""
    while frame is not None:
        name = frame.f_globals.get("__name__")
        if type(name) is str and name.startswith(DUMPING_MODULES):
            return True
        frame = frame.f_back
    return False


def _members(exc: BaseException) -> tuple[BaseException, ...]:
    """Return the members of a group, () for any other exception."""
    group = getattr(builtins, "BaseExceptionGroup", None)  # from Python 3.11 on
    return group.exceptions.__get__(exc) if group is not None and issubclass(type(exc), group) else ()


def _is_a_reader_gone() -> bool:
    """Say whether stdout or stderr is a pipe that nobody reads any more."""
    try:
        import select  # an extension module, needed once in the life of few processes

        poll = select.poll()
        for descriptor in STANDARD_STREAMS:
            poll.register(descriptor, 0)  # errors are reported unasked
        return any(event & select.POLLERR for _, event in poll.poll(0))
    except (ImportError, AttributeError, OSError):
        return sys.platform == "win32"
