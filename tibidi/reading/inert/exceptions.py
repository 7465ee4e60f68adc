"""Exceptions from an untrusted dump: real ones, so that they can be raised, of inert classes.

Exceptions of the interpreter have fields that C code reads when it prints them, and some versions trust those fields:
`UnicodeDecodeError.__str__` reads outside its bytes if `start` is out of range.  So such an exception is of an inert
class, the fields of which a pickle cannot set, and they are checked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from tibidi.look.anatomy import GROUP
from tibidi.look.anatomy import is_group as is_group_class
from tibidi.process.hints import Any
from tibidi.reading.inert import plain
from tibidi.reading.inert.proxies import real as real_type
from tibidi.reading.inert.types import InertObject, InertType, make_type

ARGS: Any = vars(BaseException)["args"]  # which a class may hide by a property


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
    return made


def real_class(cls: object, *, is_group: bool) -> Any:
    """Return the class of exceptions for a named class."""
    if isinstance(cls, type) and issubclass(cls, BaseException):
        is_plain = isinstance(cls, InertType) or not issubclass(cls, UnicodeError)
        return cls if is_plain else _checked(cls)  # type: ignore[arg-type]  # a class has a hash
    if not isinstance(cls, InertType):
        raise TypeError("an exception of no class")
    # Only the name was known: the class that was made for it may have other instances already.
    if "_inert_exception_" not in vars(cls):
        base = GROUP if is_group and GROUP is not None else Exception
        made = make_type(cls.__module__, cls.__qualname__, base, InertObject)
        type.__setattr__(cls, "_inert_exception_", made)
    return vars(cls)["_inert_exception_"]


@cache
def _checked(cls: Any) -> Any:
    return make_type(cls.__module__, cls.__qualname__, cls, InertObject)


def exception_state(exception: object, state: object) -> None:
    """Set the fields and the dictionary of an exception, if they are of the right types."""
    attributes, dictionary, *_ = plain.expect(state, tuple)
    if not isinstance(exception, BaseException):
        raise TypeError("the state of an exception for something else")
    if isinstance(dictionary, dict):
        exception.__dict__.update({name: value for name, value in dictionary.items() if type(name) is str})
    known = {name: value for name, value in plain.expect(attributes, dict).items() if type(name) is str}
    _set_chain(exception, known)
    _set_fields(exception, known)


def _set_chain(exception: BaseException, known: dict[str, object]) -> None:
    arguments = known.pop("args", None)
    if type(arguments) is tuple:
        ARGS.__set__(exception, arguments)
    for name in ("__cause__", "__context__"):
        linked = known.pop(name, None)
        if isinstance(linked, BaseException):
            setattr(exception, name, linked)
    exception.__suppress_context__ = known.pop("__suppress_context__", None) is True


def _set_fields(exception: BaseException, known: dict[str, object]) -> None:
    """Set the fields that the type declares in C; others go into the dictionary."""
    if not _is_sound(exception, known):
        return
    for name in known.keys() - {"__dict__", "__class__", "__traceback__"}:
        value = known[name]
        try:
            object.__setattr__(exception, name, value)
        except (TypeError, AttributeError, ValueError):  # refused by the type, or read-only
            exception.__dict__.setdefault(name, value)


def _is_sound(exception: BaseException, known: Mapping[str, object]) -> bool:
    """Return True if the indexes that C code will use are in range."""
    if not isinstance(exception, (UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError)):
        return True
    thing, start, end, reason, encoding = map(known.get, ("object", "start", "end", "reason", "encoding"))
    has_texts = type(reason) is str and (type(encoding) is str or isinstance(exception, UnicodeTranslateError))
    if not has_texts or not isinstance(thing, bytes if isinstance(exception, UnicodeDecodeError) else str):
        return False
    return type(start) is int and type(end) is int and 0 <= start < end <= len(thing)
