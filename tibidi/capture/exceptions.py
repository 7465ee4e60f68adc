"""The tree of exceptions behind one, and the frames of their tracebacks.

Root cause first, the given exception last, as Python prints them; members of
a group precede it.  The context is in the tree even where `raise ... from`
suppresses it.  Nothing is asked of the exceptions: chain and members are read
by the descriptors of the builtin classes.
"""

from __future__ import annotations

import builtins
from collections import deque

from tibidi import TYPE_CHECKING
from tibidi.capture.launcher import without_launcher
from tibidi.look.anatomy import dictionary
from tibidi.look.anatomy import mro
from tibidi.look.frames import LiveException
from tibidi.model import CAUSE
from tibidi.model import CONTEXT
from tibidi.model import MEMBER
from tibidi.model import RAISED
from tibidi.model import TOO_LARGE
from tibidi.model import Omission

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import TypeVar

    from tibidi.look.frames import LiveFrame
    from tibidi.look.frames import Scene

    T = TypeVar("T")


MAX_EXCEPTIONS = 200
# Of a longer traceback the middle is left out: it is a recursion, and looks alike.
FIRST_FRAMES = 1000
LAST_FRAMES = 1000

_CAUSE = BaseException.__dict__["__cause__"]
_CONTEXT = BaseException.__dict__["__context__"]
_TRACEBACK = BaseException.__dict__["__traceback__"]
_GROUP = getattr(builtins, "BaseExceptionGroup", None)  # Python 3.11


def exceptions(scene: Scene, exc: BaseException) -> list[LiveException]:
    """Return the whole tree of `exc`, root cause first."""
    root = _Node(exc, RAISED)
    _grow(scene, root)
    found = _in_order(root)
    frames_of: dict[int, list[LiveFrame]] = {}
    for live in reversed(found):
        tb = traceback_of(live.exception)
        if tb is not None:  # two exceptions may share one, by with_traceback()
            if id(tb) not in frames_of:
                frames_of[id(tb)] = frames_of_traceback(scene, tb, f"exceptions[{live.id}]")
            live.frames = frames_of[id(tb)]
    return found


class _Node:
    """An exception and what belongs to it, in the order of the story."""

    def __init__(self, exception: BaseException, relation: str) -> None:
        self.live = LiveException(exception, relation)
        self.children: list[_Node] = []


def _grow(scene: Scene, root: _Node) -> None:
    """Find all exceptions; one that belongs to several is the child of the outermost, as Python prints it once."""
    seen = {id(root.live.exception)}
    waiting = deque([root])
    while waiting:
        node = waiting.popleft()
        for exception, relation in _children(node.live.exception):
            if id(exception) in seen:  # a loop, or a cause that is the context as well
                continue
            if len(seen) == MAX_EXCEPTIONS:
                detail = f"only {MAX_EXCEPTIONS} are kept, those that the last one leads to first"
                scene.omissions.append(Omission("exceptions", TOO_LARGE, detail))
                return
            seen.add(id(exception))
            child = _Node(exception, relation)
            node.children.append(child)
            waiting.append(child)


def _in_order(root: _Node) -> list[LiveException]:
    """Return the exceptions, each after all that belong to it, and number them."""
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
    """Yield what belongs to an exception, in the order in which Python prints it."""
    for exception, relation in ((_CAUSE.__get__(exc), CAUSE), (_CONTEXT.__get__(exc), CONTEXT)):
        if exception is not None:
            yield exception, relation
    for member in members(exc):
        yield member, MEMBER


def members(exc: BaseException) -> tuple[BaseException, ...]:
    """Return the members of an exception group, also of the backport's."""
    if _GROUP is not None and issubclass(type(exc), _GROUP):
        found: object = _GROUP.__dict__["exceptions"].__get__(exc)
    elif any(base.__name__ == "BaseExceptionGroup" for base in mro(type(exc)) if type(base) is type):
        found = dictionary(exc).get("_exceptions")
    else:
        return ()
    return tuple(each for each in found if issubclass(type(each), BaseException)) if type(found) is tuple else ()


def traceback_of(exc: BaseException) -> TracebackType | None:
    """Return the traceback of an exception."""
    tb: TracebackType | None = _TRACEBACK.__get__(exc)
    return tb


def frames_of_traceback(scene: Scene, tb: TracebackType, path: str) -> list[LiveFrame]:
    """Return the application's frames of a traceback, outermost first, without the middle of a very long one."""
    entries: list[TracebackType] = []
    entry: TracebackType | None = tb
    while entry is not None:  # to an end: Python lets nobody make a ring
        entries.append(entry)
        entry = entry.tb_next
    entries = without_launcher(entries, [each.tb_frame for each in entries])
    return [scene.frame_of_traceback(each) for each in without_middle(scene, entries, path)]


def without_middle(scene: Scene, stack: list[T], path: str) -> list[T]:
    """Cut a stack to its first and last frames, and put on record what that leaves out."""
    excess = len(stack) - FIRST_FRAMES - LAST_FRAMES
    if excess <= 0:
        return stack
    detail = f"{excess} frames between the first {FIRST_FRAMES} and the last {LAST_FRAMES}"
    scene.omissions.append(Omission(f"{path}.frames[{FIRST_FRAMES}]", TOO_LARGE, detail))
    return stack[:FIRST_FRAMES] + stack[-LAST_FRAMES:]
