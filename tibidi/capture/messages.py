"""What exceptions say: type, message and notes.

`str()` of an exception is C code of the interpreter as long as neither its
class nor an argument has a `__str__` or `__repr__` of its own.  Where one
has, that is the application's code: it is called in a worker and given up
after a moment.
"""

from __future__ import annotations

import builtins

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import dictionary
from tibidi.look.anatomy import mro
from tibidi.look.anatomy import namespace
from tibidi.look.anatomy import type_name
from tibidi.model import FAILED
from tibidi.model import TIMEOUT
from tibidi.model import TOO_LARGE
from tibidi.model import Omission
from tibidi.process import time
from tibidi.process.worker import call

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_SECONDS = 0.3
MAX_CHARACTERS = 100_000
MAX_NOTES = 100
MAX_PLAIN_ITEMS = 100
PLAIN = frozenset(map(id, (str, bytes, int, float, complex, bool, type(None))))
WRAPPER = type(BaseException.__str__)  # what a class written in C has as __str__
FAILURE = "<exception str() failed>"  # as Python prints it


def type_of(exception: BaseException) -> str:
    """Return the dotted name of an exception's type, `builtins` included."""
    name = type_name(type(exception))
    return name if "." in name else f"builtins.{name}"


def message(exception: BaseException, path: str, deadline: float) -> tuple[str, Omission | None]:
    """Return what `str()` says, and an omission where that failed, took too long or is too much."""
    try:
        if is_native(exception):
            return _cut(str(exception), path)
        seconds = min(MAX_SECONDS, max(0.0, deadline - time.monotonic()))
        return _cut(call(lambda: str(exception), seconds), path)
    except TimeoutError:
        return FAILURE, Omission(f"{path}.message", TIMEOUT, "__str__ of the exception did not return in time")
    except BaseException as error:  # noqa: BLE001 - the application's __str__ may raise anything, also SystemExit
        return FAILURE, Omission(f"{path}.message", FAILED, f"__str__ of the exception raised {type_name(type(error))}")


def _cut(text: str, path: str) -> tuple[str, Omission | None]:
    """Return the beginning of a message, which may be of a class of the application's, and what is missing of it."""
    excess = str.__len__(text) - MAX_CHARACTERS
    omission = Omission(f"{path}.message", TOO_LARGE, f"{excess} characters more") if excess > 0 else None
    return str.__getitem__(text, slice(MAX_CHARACTERS)), omission


def notes(exception: BaseException, path: str) -> tuple[list[object], Omission | None]:
    """Return the notes of an exception (PEP 678), and an omission where they are too many."""
    found = dictionary(exception).get("__notes__")
    if type(found) is not list and type(found) is not tuple:
        return [] if found is None else [found], None
    excess = len(found) - MAX_NOTES
    omission = Omission(f"{path}.notes", TOO_LARGE, f"{excess} notes more") if excess > 0 else None
    return list(found[:MAX_NOTES]), omission


def is_native(exception: BaseException) -> bool:
    """Tell whether `str()` of an exception runs no code of the application."""
    for base in mro(type(exception)):
        special = namespace(base).get("__str__")
        if special is not None:
            break
    if type(special) is not WRAPPER:
        return False
    if issubclass(type(exception), getattr(builtins, "BaseExceptionGroup", type(None))):
        arguments = BaseException.__dict__["args"].__get__(exception)[:1]
    else:
        arguments = (BaseException.__dict__["args"].__get__(exception), *_fields_of(exception))
    return _are_plain(arguments)


def _fields_of(exception: BaseException) -> list[object]:
    """Return the fields that the builtin `__str__` of some classes shows beside the arguments."""
    found: list[object] = []
    for owner, names in ((OSError, ("errno", "strerror", "filename", "filename2")), (SyntaxError, ("msg", "filename"))):
        if issubclass(type(exception), owner):
            found.extend(vars(owner)[name].__get__(exception) for name in names)
    return found


def _are_plain(values: Iterable[object], depth: int = 0) -> bool:
    """Tell whether the repr of some values is made by the interpreter alone."""
    for value in values:
        cls = type(value)
        if id(cls) in PLAIN:
            continue
        if depth > 3 or (cls is not tuple and cls is not list):
            return False
        if len(value) > MAX_PLAIN_ITEMS or not _are_plain(value, depth + 1):  # type: ignore[arg-type]  # tuple or list
            return False
    return True
