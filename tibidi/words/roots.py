"""The values to dump: `capture` makes these records for `writing`, and neither imports the other."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.process.records import NamedTuple

if TYPE_CHECKING:
    from types import CodeType

LOCALS = "locals"
EXCEPTION = "exception"
GLOBALS = "globals"


class Root(NamedTuple):
    """A value to pickle, and its paths in the dump, of which it may have several.

    `value` is a dictionary of locals, an exception, or the globals of a module,
    in which case `codes` are the code objects that were running in it.
    """

    paths: tuple[str, ...]
    kind: str
    value: object
    codes: tuple[CodeType, ...] = ()
