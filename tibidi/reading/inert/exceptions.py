"""Exceptions from an untrusted dump: real ones, so that they can be raised, of inert classes.

Exceptions of the interpreter have fields that C code reads when it prints
them, and some versions trust those fields: `UnicodeDecodeError.__str__` reads
outside its bytes if `start` is out of range.  So each field is checked first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tibidi.look.anatomy import GROUP
from tibidi.look.anatomy import is_group as is_group_class
from tibidi.reading.inert import plain
from tibidi.reading.inert.proxies import real as real_type
from tibidi.reading.inert.types import InertObject
from tibidi.reading.inert.types import InertType
from tibidi.reading.inert.types import make_type

CHAIN = ("__cause__", "__context__")
UNICODE_OBJECTS: dict[type[UnicodeError], type[bytes] | type[str]] = {
    UnicodeDecodeError: bytes,
    UnicodeEncodeError: str,
    UnicodeTranslateError: str,
}
UNICODE_FIELDS = ("encoding", "object", "start", "end", "reason")
# Those that were made for the dump that is read: a pickle can set their fields directly.
UNICODE_ERRORS: list[UnicodeError] = []


def make_exception(cls: object, *group: Any) -> BaseException:
    """Make an exception of `cls`, without arguments except for the message and members of a group."""
    real: type[BaseException] = real_class(real_type(cls), is_group=bool(group))
    if group and is_group_class(real):
        message, members = group
        plain.expect(members, list, tuple)
        if type(message) is str and members and all(isinstance(each, BaseException) for each in members):
            return real.__new__(real, message, list(members))
        # A group of anything else cannot be made: an exception that shows the members.
        real = make_type(real.__module__, real.__qualname__, Exception, InertObject)
    made = real.__new__(real)
    if group:
        made.__dict__.update(message=group[0], exceptions=group[1])
    if isinstance(made, UnicodeError):
        UNICODE_ERRORS.append(made)
    return made


def check_unicode_errors() -> None:
    """Remove the fields of exceptions that `BUILD` has set out of range; call it before anything prints them."""
    for made in UNICODE_ERRORS:
        kind = next((each for each in UNICODE_OBJECTS if isinstance(made, each)), None)
        known = {name: getattr(made, name, None) for name in UNICODE_FIELDS}
        if kind is not None and known["object"] is not None and not is_sound_unicode_error(made, known):
            arguments: tuple[object, ...] = (UNICODE_OBJECTS[kind](), 0, 0, "?")
            made.__init__(*(arguments if kind is UnicodeTranslateError else ("?", *arguments)))  # type: ignore[misc]


def real_class(cls: object, *, is_group: bool) -> Any:
    """Return the class of exceptions for a named class."""
    if isinstance(cls, type) and issubclass(cls, BaseException):
        return cls
    if not isinstance(cls, InertType):
        raise TypeError("an exception of no class")
    # Only the name was known: the class that was made for it may have other instances already.
    if "_inert_exception_" not in vars(cls):
        base = GROUP if is_group and GROUP is not None else Exception
        made = make_type(cls.__module__, cls.__qualname__, base, InertObject)
        type.__setattr__(cls, "_inert_exception_", made)
    return vars(cls)["_inert_exception_"]


def exception_state(exception: object, state: object) -> None:
    """Set the fields and the dictionary of an exception, if they are of the right types."""
    attributes, dictionary, *_ = plain.expect(state, tuple)
    if not isinstance(exception, BaseException):
        raise TypeError("the state of an exception for something else")
    if isinstance(dictionary, dict):
        exception.__dict__.update({name: value for name, value in dictionary.items() if type(name) is str})
    known = {name: value for name, value in plain.expect(attributes, dict).items() if type(name) is str}
    set_chain(exception, known)
    set_fields(exception, known)


def set_chain(exception: BaseException, known: dict[str, object]) -> None:
    """Set the arguments, the cause and the context."""
    arguments = known.pop("args", None)
    if type(arguments) is tuple:
        exception.args = arguments
    for name in CHAIN:
        linked = known.pop(name, None)
        if isinstance(linked, BaseException):
            setattr(exception, name, linked)
    exception.__suppress_context__ = known.pop("__suppress_context__", None) is True


def set_fields(exception: BaseException, known: dict[str, object]) -> None:
    """Set the fields that the type declares in C; others go into the dictionary."""
    if isinstance(exception, UnicodeError) and not is_sound_unicode_error(exception, known):
        return
    for name, value in known.items():
        if name in {"__dict__", "__class__", "__traceback__"}:
            continue
        try:
            object.__setattr__(exception, name, value)
        except (TypeError, AttributeError, ValueError):  # refused by the type, or read-only
            exception.__dict__.setdefault(name, value)


def is_sound_unicode_error(exception: UnicodeError, known: Mapping[str, object]) -> bool:
    """Return True if the indexes that C code will use are in range."""
    kind = next((each for each in UNICODE_OBJECTS if isinstance(exception, each)), None)
    if kind is None:
        return True
    thing: Any = known.get("object")
    start, end = known.get("start"), known.get("end")
    texts = [known.get("reason"), "" if kind is UnicodeTranslateError else known.get("encoding")]
    if not isinstance(thing, UNICODE_OBJECTS[kind]) or any(type(text) is not str for text in texts):
        return False
    length: int = len(thing)
    return type(start) is int and type(end) is int and 0 <= start < end <= length
