"""Names of `typing` for annotations, without importing it, which takes 4 ms; type checkers see its own."""

from tibidi import TYPE_CHECKING
from tibidi.process.records import NamedTuple

__all__ = ["TYPE_CHECKING", "Any", "ClassVar", "NamedTuple", "NoReturn", "overload"]

if TYPE_CHECKING:
    from typing import Any, ClassVar, NoReturn, overload
else:
    Any = ClassVar = NoReturn = object
    overload = id  # the function itself follows
