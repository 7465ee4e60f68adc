"""Values as trees of text, for pages and programs; each object is spelt out once, within a budget."""

from __future__ import annotations

from itertools import islice

from tibidi.dump import Dump
from tibidi.present.lines import cut
from tibidi.present.page import Node
from tibidi.reading.inert.repr import BOUNDED
from tibidi.tools import parts
from tibidi.tools.parts import type_name

MAX_DEPTH = 6
MAX_ITEMS = 40  # of one value
MAX_TEXT = 160  # characters


class Trees:
    """Makes trees until `room` characters are used; from then on, values are leaves."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._places: dict[int, str] = {}

    def node(self, name: str, value: object, path: str, depth: int = 0) -> Node:
        """Return the tree of the value at `path`."""
        text = cut(BOUNDED.repr(value), MAX_TEXT)
        self._room -= len(text) + len(name)
        known = self._places.get(id(value))
        found = list(islice(parts.parts(value), MAX_ITEMS + 1)) if self._room > 0 and depth < MAX_DEPTH else []
        found.sort(key=lambda part: part[0].startswith("._"))  # the object's own fields first
        if known is not None and found:
            return Node(name, type_name(value), text, (), f"as {known}")
        if found:
            self._places[id(value)] = path
        children = tuple(self.node(step.strip("."), each, path + step, depth + 1) for step, each in found[:MAX_ITEMS])
        return Node(name, type_name(value), text, children, "… more" if len(found) > MAX_ITEMS else "")


def frames(dump: Dump, room: int) -> dict[str, list[Node]]:
    """Return the variables of each frame by the path of the frame, those of the root cause first."""
    trees = Trees(room)
    return {
        path: [trees.node(name, value, f"{path}.{name}") for name, value in parts.variables_of(frame).items()]
        for path, frame in parts.frames(dump)
    }
