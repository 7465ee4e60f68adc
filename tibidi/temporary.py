"""Changes to the whole process that hold while a dump is made.

They are undone at their end, and at once in a child of fork(): there the
thread that would undo them is missing.
"""

# No `from __future__ import annotations` here: at the crash, there may be no way to it before this one is loaded.

from tibidi.pristine import os


class Temporary:
    """A change, as a context manager: subclasses say how to `change` and how to `undo`."""

    def change(self) -> None:
        """Make the change, and remember how it was before."""
        raise NotImplementedError

    def undo(self) -> None:
        """Have it as it was before."""
        raise NotImplementedError

    def has_others(self) -> bool:
        """Tell whether another change of this kind is in force."""
        return any(type(each) is type(self) and each is not self for each in _in_force)

    def __enter__(self) -> None:
        self.change()
        _in_force.append(self)

    def __exit__(self, *_: object) -> None:
        if self in _in_force:  # else this is a child
            _in_force.remove(self)
            self.undo()


_in_force: list[Temporary] = []


def undo_all() -> None:
    """Undo what threads have begun that are not in this child of fork()."""
    while _in_force:
        _in_force.pop().undo()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=undo_all)
