"""What a dump has a value of: handed by `capture` to `writing`, which know nothing of each other."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.process.records import NamedTuple

if TYPE_CHECKING:
    from types import CodeType

LOCALS = "locals"
EXCEPTION = "exception"
GLOBALS = "globals"


class Root(NamedTuple):
    """Something to pickle, and where it is in the dump: one value may have several paths.

    `value` is a dictionary of locals, an exception, or a module's globals, in
    which case `codes` are the code objects that were running in it.
    """

    paths: tuple[str, ...]
    kind: str
    value: object
    codes: tuple[CodeType, ...] = ()
