"""A value as a tree of text."""

from __future__ import annotations

from typing import NamedTuple


class Node(NamedTuple):
    """A value under its name: its type, its text, its parts, and a note such as where else it is spelt out."""

    name: str
    type: str
    text: str
    children: tuple[Node, ...] = ()
    note: str = ""
