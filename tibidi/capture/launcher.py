"""Which frames belong to tibidi and not to the application.

The outermost frames of a stack are those that started the application:
`python -m tbdump` with runpy, and functions that our hooks wrap.  The innermost
frames of the crashed thread are those of the running hook.  Where an application
itself uses runpy or tibidi, the frames stay.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.process import os
from tibidi.process.interpreter import PACKAGE

if TYPE_CHECKING:
    from types import FrameType
    from typing import TypeVar

    T = TypeVar("T")


COMMANDS = os.path.join(PACKAGE, "commands", "")
HOOKS = os.path.join(PACKAGE, "hooks", "")  # their frames may be between those of the application
# Frames between `python -m tbdump` and its main(): runpy, the module or the console script.
DEEPEST_LAUNCHER = 8
MACHINERY = ("<frozen runpy>", "<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>")
THREAD_BOOTSTRAP = frozenset({"_bootstrap", "_bootstrap_inner", "run"})


def is_ours(frame: FrameType) -> bool:
    """Return True if the code of a frame is part of tibidi."""
    return frame.f_code.co_filename.startswith(PACKAGE)


def without_launcher(stack: list[T], frames: list[FrameType]) -> list[T]:
    """Return `stack`, whose frames are `frames`, outermost first, without those that started the application."""
    start = 0
    for number, frame in enumerate(frames[:DEEPEST_LAUNCHER]):
        if frame.f_code.co_filename.startswith(COMMANDS):
            start = number
    while start < len(frames) and is_ours(frames[start]):
        start += 1
    while 0 < start < len(frames) and _is_machinery(frames[start]):
        start += 1
    return stack[start:]


def without_bootstrap(frames: list[FrameType]) -> list[FrameType]:
    """Return the stack of a thread, outermost first, without the frames of the threading module."""
    start = 0
    while start < len(frames) and _is_bootstrap(frames[start]):
        start += 1
    return frames[start:]


def without_hook(frames: list[FrameType]) -> list[FrameType]:
    """Return a stack, outermost first, without our innermost frames."""
    end = len(frames)
    while end and is_ours(frames[end - 1]):
        end -= 1
    return frames[:end]


def _is_machinery(frame: FrameType) -> bool:
    name = frame.f_code.co_filename
    return name in MACHINERY or (os.path.basename(name) == "runpy.py" and frame.f_globals.get("__name__") == "runpy")


def _is_bootstrap(frame: FrameType) -> bool:
    return frame.f_code.co_name in THREAD_BOOTSTRAP and frame.f_globals.get("__name__") == "threading"
