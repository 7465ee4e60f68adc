"""What is pickled in the place of a thing before its own turn comes.

A function needs its cells to be made, and a cell may hold the function; a
group needs its members, and a member may hold the group.  A shell makes the
thing empty; when the thing itself is pickled, it is the shell's, now filled.
"""

from __future__ import annotations


class Shell:
    """Pickles as `reduced`, a call that makes an empty thing; keeps `thing` alive, so that its id stays its own."""

    __slots__ = ("reduced", "thing")

    def __init__(self, thing: object, reduced: tuple[object, ...]) -> None:
        self.thing = thing
        self.reduced = reduced
