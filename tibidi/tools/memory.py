"""The largest values of a dump, each with the size of all that it holds; works on inert values.

What several values share is counted once, for the one with the shortest path to it; of paths of the same length the
first in the order of `roots` counts.  So sizes of values beside each other add up.  Classes are not counted.
"""

from __future__ import annotations

import heapq
import math
import re
import sys
from collections import deque
from typing import Any

from tibidi.dump import Dump
from tibidi.reading.inert.repr import clean
from tibidi.reading.inert.types import InertObject
from tibidi.tools.parts import MAX_PARTS, parts, roots, type_name
from tibidi.words.standins import StandIn, is_missing

BYTES = re.compile(r"(\d{1,18}) bytes")  # in the detail of an omission
UNREAD = re.compile(r"^values/\S+ cannot be read: ")  # see `tibidi.loader`
LEAST_SHARE = 0.1  # of its variable, for a part that is listed
WRAPPED = 0.9  # of a part, for one in it that is listed instead


class _Node:
    """A value on the first path to it, with its `size`: at first without its parts."""

    __slots__ = ("estimated", "largest", "parent", "root", "size", "step", "value")

    def __init__(self, value: Any, step: str, parent: _Node | None = None) -> None:
        self.value, self.step, self.parent = value, step, parent
        self.root: _Node = parent.root if parent else self
        self.size, self.largest, self.estimated = 0, 0, False

    def path(self) -> str:
        steps, node = "", self
        while node.parent:
            steps, node = node.step + steps, node.parent
        return node.step + steps

    def is_listed(self) -> bool:
        return not self.parent or (self.size >= LEAST_SHARE * self.root.size and self.largest < WRAPPED * self.size)

    def to_json(self) -> dict[str, Any]:
        value = self.value
        name = type_name(value) if not isinstance(value, StandIn) or is_missing(type(value)) else value.type_name
        return {"path": self.path(), "type": clean(name), "size": self.size, "estimated": self.estimated}


def memory(dump: Dump, top: int, under: str = "") -> dict[str, Any]:
    """Return the `size` in bytes and the `count` of all values, and the `top` `largest` variables and parts of them.

    Only variables whose path begins with `under` are counted.  `unread` are those that could not be, which may be the
    largest: what is read inert may take only so much memory.
    """
    nodes = _nodes(dump, under)
    for node in reversed(nodes):  # parts come after what they are in
        if node.parent:
            node.parent.size += node.size
            node.parent.estimated |= node.estimated
            node.parent.largest = max(node.parent.largest, node.size)
    largest = heapq.nlargest(top, filter(_Node.is_listed, nodes), key=lambda node: node.size)
    total = sum(node.size for node in nodes if not node.parent)
    unread = [{"path": each.path, "detail": each.detail} for each in dump.omissions if UNREAD.search(each.detail)]
    unread = [each for each in unread if each["path"].startswith(under) or under.startswith(each["path"])]
    return {"size": total, "count": len(nodes), "largest": [node.to_json() for node in largest], "unread": unread}


def _nodes(dump: Dump, under: str) -> list[_Node]:
    """Return every value once, breadth first."""
    known = {each.path: int(match[1]) for each in dump.omissions if (match := BYTES.search(each.detail))}
    waiting = deque(_Node(value, path) for path, value in roots(dump) if path.startswith(under))
    nodes: dict[int, _Node] = {}  # by the ids of the values, which they keep alive
    while waiting and len(nodes) < MAX_PARTS:
        node = waiting.popleft()
        if isinstance(node.value, type):  # or a function of which there is only the name
            continue
        if nodes.setdefault(id(node.value), node) is node:
            node.size, node.estimated = _own_size(node.value)
            if isinstance(node.value, StandIn):
                node.size = known.get(node.path(), node.size)
            if isinstance(node.value, dict):
                waiting.extend(_Node(key, "{…}", node) for key in dict.keys(node.value))
            waiting.extend(_Node(part, step, node) for step, part in parts(node.value))
    return list(nodes.values())


def _own_size(value: Any) -> tuple[int, bool]:
    """Return the bytes of a value without its parts, 0 on PyPy, and whether they are an estimate."""
    if isinstance(value, StandIn):
        facts = vars(value).get("facts")
        shape = facts.get("shape", (facts.get("length"),)) if type(facts) is dict else ()
        is_known = type(shape) is tuple and all(type(each) is int and 0 <= each < 1 << 40 for each in shape)
        return 8 * math.prod(shape[:9]) if is_known and shape else 0, True
    if isinstance(value, InertObject):  # of another class than in the process
        return sys.getsizeof(value, 0) + sys.getsizeof(value.__dict__, 0), True
    data = getattr(value, "nbytes", 0) if type(value).__module__ == "numpy" else 0  # which may belong to another array
    return max(sys.getsizeof(value, 0), data), False
