"""An exception with all that belong to it, and the frames of their tracebacks.

Root cause first, the given exception last, as Python prints them; the members of a group precede it.  The context is
included even where `raise ... from` suppresses it.  No application code runs: chain and members are read with the
descriptors of the builtin classes.
"""

from __future__ import annotations

import sys
from itertools import dropwhile

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import group_members
from tibidi.look.frames import LiveCrash, LiveException, LiveFrame
from tibidi.model import CAUSE, CONTEXT, MEMBER, RAISED, TOO_LARGE, Omission
from tibidi.process import STARTER, cause_of, context_of, os, traceback_of
from tibidi.process.interpreter import PACKAGE
from tibidi.process.watch import entries

if TYPE_CHECKING:
    from types import FrameType, TracebackType
    from typing import TypeVar

    T = TypeVar("T")

COMMANDS = os.path.join(PACKAGE, "commands", "")
HOOKS = (os.path.join(PACKAGE, "hooks", ""), STARTER)  # their frames may be between those of the application
# Frames between `python -m tbdump` and its main(): runpy, the module or the console script.
DEEPEST_LAUNCHER = 8
MACHINERY = ("<frozen runpy>", "<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>")
THREAD_BOOTSTRAP = frozenset({"_bootstrap", "_bootstrap_inner", "run"})

MAX_EXCEPTIONS = 200
# The middle of a longer traceback is left out: it is a recursion, and its frames are alike.
FIRST_FRAMES = LAST_FRAMES = 1000

_SUPPRESS = BaseException.__dict__["__suppress_context__"]
IS_PRINTED_IN_C = sys.version_info < (3, 13)


def exceptions(crash: LiveCrash, exc: BaseException) -> list[LiveException]:
    """Return the whole tree of `exc`, root cause first."""
    root = _Node(exc, RAISED)
    _grow(crash, root)
    found = _in_order(root)
    frames_of: dict[int, list[LiveFrame]] = {}
    for live in reversed(found):
        tb = traceback_of(live.exception)
        if tb is not None:  # two exceptions may share one, by with_traceback()
            if id(tb) not in frames_of:
                frames_of[id(tb)] = frames_of_traceback(crash, tb, f"exceptions[{live.id}]")
            live.frames = frames_of[id(tb)]
    return found


class _Node:
    """An exception and the exceptions that belong to it, in the order in which Python prints them."""

    def __init__(self, exception: BaseException, relation: str) -> None:
        self.live = LiveException(exception, relation)
        self.children: list[_Node] = []

    def add(self, related: list[tuple[BaseException, str]]) -> list[_Node]:
        """Add children, causes and contexts before members, and return them."""
        added = [_Node(exception, relation) for exception, relation in related]
        self.children = sorted(self.children + added, key=lambda child: child.live.relation == MEMBER)
        return added


def _grow(crash: LiveCrash, root: _Node) -> None:
    """Find all exceptions, those that Python prints first and in its order; a known one is added only as a member."""
    seen = {id(root.live.exception)}
    found: list[_Node] = []
    waiting = [root]
    while waiting and len(found) + len(waiting) < MAX_EXCEPTIONS:
        node = waiting.pop()
        found.append(node)
        exception = node.live.exception
        seen.add(id(exception))
        related = [link for link in _links(exception, only_printed=True) if id(link[0]) not in seen]
        related.extend((member, MEMBER) for member in group_members(exception))
        children = node.add(related[: MAX_EXCEPTIONS - len(found) - len(waiting)])
        if IS_PRINTED_IN_C:  # Python/pythonrun.c, print_exception_recursive: one after the other
            children.reverse()
        else:  # Lib/traceback.py, TracebackException.__init__: first all of one exception, then those of the last
            seen.update(id(child.live.exception) for child in children)
        waiting.extend(children)
        for each in () if waiting else tuple(found):
            hidden = [link for link in _links(each.live.exception) if id(link[0]) not in seen]
            seen.update(id(exception) for exception, _ in hidden)
            waiting.extend(each.add(hidden))
    if waiting:
        detail = f"only {MAX_EXCEPTIONS} are kept, those nearest to the last one"
        crash.omissions.append(Omission("exceptions", TOO_LARGE, detail))


def _in_order(root: _Node) -> list[LiveException]:
    """Return the exceptions, each after those that belong to it, and number them."""
    backwards: list[_Node] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        backwards.append(node)
        waiting.extend(node.children)
    for number, node in enumerate(reversed(backwards)):
        node.live.id = number
    for node in backwards:
        for child in node.children:
            child.live.parent = node.live.id
    return [node.live for node in reversed(backwards)]


def _links(exception: BaseException, *, only_printed: bool = False) -> list[tuple[BaseException, str]]:
    """Return the cause and the context of an exception; Python prints one of them at most."""
    cause, context = cause_of(exception), context_of(exception)
    if only_printed and (cause is not None or _SUPPRESS.__get__(exception)):
        context = None
    return [(link, relation) for link, relation in ((cause, CAUSE), (context, CONTEXT)) if link is not None]


def frames_of_traceback(crash: LiveCrash, tb: TracebackType, path: str) -> list[LiveFrame]:
    """Return the application frames of a traceback, outermost first, without the middle of a very long one."""
    found = list(entries(tb))
    found = without_launcher(found, [each.tb_frame for each in found])
    found = without_middle(crash, found, path)  # in `finally`, f_lineno moves on
    return [crash.frame(each.tb_frame, each.tb_lineno, each.tb_lasti) for each in found]


def without_middle(crash: LiveCrash, stack: list[T], path: str) -> list[T]:
    """Cut a stack to its first and last frames, and add an omission for the rest."""
    excess = len(stack) - FIRST_FRAMES - LAST_FRAMES
    if excess <= 0:
        return stack
    detail = f"{excess} frames between the first {FIRST_FRAMES} and the last {LAST_FRAMES}"
    crash.omissions.append(Omission(f"{path}.frames[{FIRST_FRAMES}]", TOO_LARGE, detail))
    return stack[:FIRST_FRAMES] + stack[-LAST_FRAMES:]


# Which frames belong to tibidi and not to the application: the outermost ones of a stack, that started it (`python -m
# tbdump` with runpy, functions that our hooks wrap), and the innermost ones of the crashed thread, those of the running
# hook.  Where an application itself uses runpy or tibidi, the frames stay.


def is_ours(frame: FrameType) -> bool:
    """Return True if the code of a frame is part of tibidi."""
    return frame.f_code.co_filename.startswith((PACKAGE, STARTER))


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
    return [*dropwhile(_is_bootstrap, frames)]


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
