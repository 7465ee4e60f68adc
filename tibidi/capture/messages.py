"""Type and message of an exception.

`str()` of an exception runs C code of the interpreter as long as neither its class nor an argument defines `__str__`
or `__repr__`.  Otherwise it is application code: it is called in a worker, with a short timeout.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import PLAIN, dictionary, exact_type, inherited, is_group, mro, namespace, type_name
from tibidi.model import FAILED, TIMEOUT, TOO_LARGE, Omission
from tibidi.process import arguments_of, time
from tibidi.process.temporary import call

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_SECONDS = 0.3
MAX_CHARACTERS = 100_000
MAX_PLAIN_ITEMS = 100
WRAPPER = type(BaseException.__str__)  # the type of `__str__` of a class written in C
FAILURE = "<exception str() failed>"  # as Python prints it


def type_of(exception: BaseException) -> str:
    """Return the dotted name of the type of an exception, `builtins` included."""
    name = type_name(type(exception))
    return name if "." in name else f"builtins.{name}"


def has_module(cls: type) -> bool:
    """Return True if the name of a class has a module: `__module__` of a class statement may be anything."""
    return type(namespace(cls).get("__module__", "")) is str


def message(exception: BaseException, path: str, deadline: float) -> tuple[str, Omission | None]:
    """Return `str()` of an exception, and an omission if that failed, took too long or is too long."""
    try:
        if is_native(exception):
            return _cut(str(exception), path)
        # Twice, as Python prints what `__str__` returns, which may be of a subclass of str.
        return _cut(call(lambda: str(str(exception)), patience(deadline)), path)
    except TimeoutError:
        return FAILURE, Omission(f"{path}.message", TIMEOUT, "__str__ of the exception did not return in time")
    except BaseException as error:  # noqa: BLE001 - an application __str__ may raise anything, also SystemExit
        return FAILURE, Omission(f"{path}.message", FAILED, f"__str__ of the exception raised {type_name(type(error))}")


def _cut(text: str, path: str) -> tuple[str, Omission | None]:
    """Return the beginning of a message, which may be a subclass of str, and an omission for the rest."""
    excess = str.__len__(text) - MAX_CHARACTERS
    omission = Omission(f"{path}.message", TOO_LARGE, f"{excess} characters more") if excess > 0 else None
    return str.__getitem__(text, slice(MAX_CHARACTERS)), omission


def has_notes(exception: BaseException) -> bool:
    """Return True if an exception or its class has `__notes__` (PEP 678)."""
    return "__notes__" in dictionary(exception) or any("__notes__" in namespace(base) for base in mro(type(exception)))


def patience(deadline: float) -> float:
    """Return how many seconds to wait for code of the application."""
    return min(MAX_SECONDS, max(0.0, deadline - time.monotonic()))


def is_native(exception: BaseException) -> bool:
    """Return True if `str()` of an exception runs no application code."""
    if type(inherited(type(exception), "__str__")) is not WRAPPER:
        return False
    arguments = arguments_of(exception)
    return _are_plain(arguments[:1] if is_group(type(exception)) else (arguments, *_fields_of(exception)))


def _fields_of(exception: BaseException) -> list[object]:
    """Return the fields that the builtin `__str__` of some classes shows besides the arguments."""
    found: list[object] = []
    for owner, names in ((OSError, ("errno", "strerror", "filename", "filename2")), (SyntaxError, ("msg", "filename"))):
        if issubclass(type(exception), owner):
            found.extend(vars(owner)[name].__get__(exception) for name in names)
    return found


def _are_plain(values: Iterable[object], depth: int = 0) -> bool:
    """Return True if the repr of all values runs only code of the interpreter."""
    for value in values:
        cls = type(value)
        if exact_type(value) in PLAIN:
            continue
        if depth > 3 or (cls is not tuple and cls is not list):
            return False
        if len(value) > MAX_PLAIN_ITEMS or not _are_plain(value, depth + 1):  # type: ignore[arg-type]  # tuple or list
            return False
    return True
