"""The exceptions that belong to one, and the frames of their tracebacks.

Root cause first, the given exception last, as Python prints them; the members
of a group precede it.  The context is included even where `raise ... from`
suppresses it.  No application code runs: chain and members are read with the
descriptors of the builtin classes.
"""

from __future__ import annotations

from collections import deque

from tibidi import TYPE_CHECKING
from tibidi.capture.launcher import without_launcher
from tibidi.look.anatomy import group_members
from tibidi.look.frames import LiveException
from tibidi.model import CAUSE
from tibidi.model import CONTEXT
from tibidi.model import MEMBER
from tibidi.model import RAISED
from tibidi.model import TOO_LARGE
from tibidi.model import Omission
from tibidi.process import traceback_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import TypeVar

    from tibidi.look.frames import LiveCrash
    from tibidi.look.frames import LiveFrame

    T = TypeVar("T")


MAX_EXCEPTIONS = 200
# The middle of a longer traceback is left out: it is a recursion, and its frames are alike.
FIRST_FRAMES = 1000
LAST_FRAMES = 1000

_CAUSE = BaseException.__dict__["__cause__"]
_CONTEXT = BaseException.__dict__["__context__"]


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


def _grow(crash: LiveCrash, root: _Node) -> None:
    """Find all exceptions; one that belongs to several is a child of the outermost, since Python prints it once."""
    seen = {id(root.live.exception)}
    waiting = deque([root])
    while waiting:
        node = waiting.popleft()
        for exception, relation in _children(node.live.exception):
            if id(exception) in seen:  # a cycle, or a cause that is the context as well
                continue
            if len(seen) == MAX_EXCEPTIONS:
                detail = f"only {MAX_EXCEPTIONS} are kept, those nearest to the last one"
                crash.omissions.append(Omission("exceptions", TOO_LARGE, detail))
                return
            seen.add(id(exception))
            child = _Node(exception, relation)
            node.children.append(child)
            waiting.append(child)


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


def _children(exc: BaseException) -> Iterator[tuple[BaseException, str]]:
    """Yield the exceptions that belong to one, in the order in which Python prints them."""
    for exception, relation in ((_CAUSE.__get__(exc), CAUSE), (_CONTEXT.__get__(exc), CONTEXT)):
        if exception is not None:
            yield exception, relation
    for member in group_members(exc):
        yield member, MEMBER


def frames_of_traceback(crash: LiveCrash, tb: TracebackType, path: str) -> list[LiveFrame]:
    """Return the application frames of a traceback, outermost first, without the middle of a very long one."""
    entries: list[TracebackType] = []
    entry: TracebackType | None = tb
    while entry is not None:  # ends: CPython refuses cycles (Python/traceback.c, tb_next_set)
        entries.append(entry)
        entry = entry.tb_next
    entries = without_launcher(entries, [each.tb_frame for each in entries])
    return [crash.frame_of_traceback(each) for each in without_middle(crash, entries, path)]


def without_middle(crash: LiveCrash, stack: list[T], path: str) -> list[T]:
    """Cut a stack to its first and last frames, and add an omission for the rest."""
    excess = len(stack) - FIRST_FRAMES - LAST_FRAMES
    if excess <= 0:
        return stack
    detail = f"{excess} frames between the first {FIRST_FRAMES} and the last {LAST_FRAMES}"
    crash.omissions.append(Omission(f"{path}.frames[{FIRST_FRAMES}]", TOO_LARGE, detail))
    return stack[:FIRST_FRAMES] + stack[-LAST_FRAMES:]
