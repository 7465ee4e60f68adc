"""The plain data types: all that an untrusted dump can make beside stand-ins.

Rules
-----
Everything in the table is data: making it imports, opens and starts nothing,
calls nothing that came from the file, and takes memory in proportion to the
bytes in the file.  The maker of each entry checks its arguments, which are
hostile, before it passes them to the real type; after a ValueError or a
TypeError there is a stand-in for the object.

`docs/security.md` has this table for users; a test compares the two.
"""

from __future__ import annotations

import array
import builtins
import collections
import datetime
import time
import types
from collections.abc import Callable
from functools import cache
from importlib import import_module

from tibidi.process.hints import Any, NamedTuple
from tibidi.reading.inert.proxies import real

MAX_TEXT_CHARS = 10_000
MAX_PATH_PARTS = 1_000
MAX_RANGE_BITS = 256


class Plain(NamedTuple):
    """The maker of a type, and its arguments in words."""

    make: Callable[..., object]
    arguments: str


def find(module: str, name: str) -> object:
    """Return the plain type or the constant of that name; raise LookupError for any other name."""
    if (module, name) in CONSTANTS:
        return CONSTANTS[module, name]
    if not is_known(module, name):
        raise LookupError(f"{module}.{name}")
    return getattr(import_module(ALIASES.get(module, module)), name)


def is_known(module: str, name: str) -> bool:
    """Return True for the name of a plain type or of an exception of the interpreter."""
    found = getattr(builtins, name, None) if module == "builtins" else None
    is_exception = isinstance(found, type) and issubclass(found, BaseException)
    return is_exception or (ALIASES.get(module, module), name) in TABLE


def maker(plain: object) -> Callable[..., object]:
    """Return the maker for a type that `find` returned; raise LookupError for any other type."""
    module = getattr(plain, "__module__", "")
    return TABLE[ALIASES.get(module, module), getattr(plain, "__qualname__", "")].make


def expect(thing: object, *kinds: type) -> Any:
    """Return `thing` if its type is exactly one of `kinds`; raise TypeError otherwise."""
    if type(thing) not in kinds:
        raise TypeError(f"unexpected argument of type {type(thing).__name__}")
    return thing


def expect_text(thing: object, limit: int = MAX_TEXT_CHARS) -> str:
    """Return `thing` if it is a string of at most `limit` characters; raise TypeError or ValueError otherwise."""
    text: str = expect(thing, str)
    if len(text) > limit:
        raise ValueError(f"a text of {len(text)} characters")
    return text


def _nothing(*arguments: object) -> object:
    raise TypeError("instances of this type come as opcodes")


def _type_of(thing: object) -> type:
    """Return the type of one of the constants; it has no name in `builtins`."""
    return type(thing) if any(thing is constant for constant in CONSTANTS.values()) else type(_nothing())


def _empty(kind: type) -> Callable[..., object]:
    return lambda content=(): kind(expect(content, tuple, list) if content != () else ())


def _range(*numbers: object) -> range:
    checked: list[int] = [expect(number, int) for number in numbers]
    if any(number.bit_length() > MAX_RANGE_BITS for number in checked):
        raise ValueError("a range of huge numbers")
    return range(*checked)


def _zone(thing: object) -> datetime.tzinfo:
    if isinstance(thing, datetime.tzinfo):
        return thing
    if not hasattr(type(thing), "_inert_name_"):
        raise TypeError("not a time zone")
    from tibidi.reading.inert.zones import describe  # few dumps have these

    return describe(thing)


def _numbers_or_state(kind: Any) -> Callable[..., object]:
    """Return the maker of a date or time, from its packed state or some numbers, and a time zone."""
    return lambda *arguments: kind(*[each if type(each) in {bytes, int} else _zone(each) for each in arguments])


# Late imports: few dumps have these, and the process that tries values must start fast.


def _from_text(module: str, kind: str, limit: int = MAX_TEXT_CHARS) -> Callable[..., object]:
    return lambda text: _imported(module, kind)(expect_text(text, limit))


@cache
def _imported(module: str, kind: str) -> Any:
    return getattr(import_module(module), kind)


def _address(kind: str) -> Callable[..., object]:
    return lambda it: _imported("ipaddress", kind)(expect_text(it, 100) if type(it) is str else expect(it, int))


def _fraction(numerator: Any, *denominator: Any) -> object:
    import fractions

    if type(numerator) is str:
        return fractions.Fraction(expect_text(numerator, 4_000))
    if any(expect(part, int).bit_length() > MAX_TEXT_CHARS for part in (numerator, *denominator)):
        raise ValueError("a fraction of huge numbers")
    return fractions.Fraction(numerator, *denominator)


def _path(kind: str) -> Callable[..., object]:
    def make(*parts: object) -> object:
        import pathlib

        if len(parts) > MAX_PATH_PARTS:
            raise ValueError(f"a path of {len(parts)} parts")
        foreign = not issubclass(type(pathlib.Path()), getattr(pathlib, kind)) and not kind.startswith("Pure")
        real = getattr(pathlib, f"Pure{kind}" if foreign else kind)
        return real(*map(expect_text, parts))

    return make


def _deque(content: object = (), limit: Any = None) -> object:
    if content not in ((), []):
        raise TypeError("the content of a deque comes as opcodes")
    expect(limit, int, type(None))
    return collections.deque(maxlen=limit)


def _without_arguments(kind: Any) -> Callable[..., object]:
    return lambda: kind()


def _array(kind: object, typecode: object, layout: object, content: object) -> object:
    if real(kind) is not array.array:
        raise TypeError("a subclass of array")
    rebuild: Any = array._array_reconstructor  # type: ignore[attr-defined]  # typeshed has the public names only
    return rebuild(array.array, expect_text(typecode, 1), expect(layout, int), expect(content, bytes))


def _struct_time(fields: Any, zone: object = None) -> object:
    known: Any = {} if zone is None else expect(zone, dict)
    if len(expect(fields, tuple)) != 9 or any(type(each) not in {int, str, type(None)} for each in known.values()):
        raise ValueError("not a struct_time")
    return time.struct_time(fields, known)


OPCODES = "none: values come as opcodes"
TABLE: dict[tuple[str, str], Plain] = {
    ("builtins", "object"): Plain(object, "none"),
    ("builtins", "type"): Plain(_type_of, "None, ... or NotImplemented"),
    **{("builtins", name): Plain(_nothing, OPCODES) for name in ("bool", "float", "frozenset", "int", "str")},
    ("builtins", "complex"): Plain(
        lambda real, imaginary: complex(expect(real, float), expect(imaginary, float)), "two floats"
    ),
    ("builtins", "bytes"): Plain(lambda content=b"": expect(content, bytes), "bytes"),
    ("builtins", "bytearray"): Plain(lambda content=b"": bytearray(expect(content, bytes)), "bytes"),
    ("builtins", "list"): Plain(_empty(list), "a list or tuple"),
    ("builtins", "tuple"): Plain(_empty(tuple), "a list or tuple"),
    ("builtins", "dict"): Plain(_without_arguments(dict), "none"),
    ("builtins", "set"): Plain(_without_arguments(set), "none"),
    ("builtins", "range"): Plain(_range, "integers of at most 256 bits"),
    ("builtins", "slice"): Plain(slice, "any three values"),
    ("array", "array"): Plain(_nothing, "as array._array_reconstructor"),
    ("array", "_array_reconstructor"): Plain(_array, "array.array, type code, layout, bytes"),
    ("collections", "Counter"): Plain(
        lambda counts=None: collections.Counter(dict(expect({} if counts is None else counts, dict))), "a dict"
    ),
    ("collections", "OrderedDict"): Plain(_without_arguments(collections.OrderedDict), "none"),
    ("collections", "defaultdict"): Plain(
        lambda factory=None: collections.defaultdict(real(factory) if callable(factory) else None),
        "None, a plain type, or an inert class, which makes nothing",
    ),
    ("collections", "deque"): Plain(_deque, "an empty sequence, the maximal length"),
    ("datetime", "date"): Plain(_numbers_or_state(datetime.date), "packed state, or integers"),
    ("datetime", "datetime"): Plain(_numbers_or_state(datetime.datetime), "packed state, or integers; a time zone"),
    ("datetime", "time"): Plain(_numbers_or_state(datetime.time), "packed state, or integers; a time zone"),
    ("datetime", "timedelta"): Plain(
        lambda *numbers: datetime.timedelta(*[expect(number, int) for number in numbers[:3]]), "integers"
    ),
    ("datetime", "timezone"): Plain(
        lambda offset, *name: datetime.timezone(expect(offset, datetime.timedelta), *map(expect_text, name)),
        "a timedelta, a name",
    ),
    ("decimal", "Decimal"): Plain(_from_text("decimal", "Decimal"), "a text of at most 10,000 characters"),
    ("fractions", "Fraction"): Plain(_fraction, "a text of at most 4,000 characters, or two integers"),
    **{("ipaddress", f"IPv{n}Address"): Plain(_address(f"IPv{n}Address"), "a text or an integer") for n in "46"},
    **{("ipaddress", f"IPv{n}Network"): Plain(_from_text("ipaddress", f"IPv{n}Network", 100), "a text") for n in "46"},
    ("pathlib", "PosixPath"): Plain(_path("PosixPath"), "texts; a pure path on Windows"),
    ("pathlib", "PurePosixPath"): Plain(_path("PurePosixPath"), "texts"),
    ("pathlib", "PureWindowsPath"): Plain(_path("PureWindowsPath"), "texts"),
    ("pathlib", "WindowsPath"): Plain(_path("WindowsPath"), "texts; a pure path where it is not Windows"),
    ("time", "struct_time"): Plain(_struct_time, "a tuple of nine, and the name and offset of the zone"),
    ("types", "SimpleNamespace"): Plain(_without_arguments(types.SimpleNamespace), "none"),
    ("uuid", "UUID"): Plain(lambda: _imported("uuid", "UUID")(int=0), "none; its number comes as state"),
}

CONSTANTS: dict[tuple[str, str], object] = {
    ("builtins", "Ellipsis"): ...,
    ("builtins", "NotImplemented"): NotImplemented,
    ("builtins", "None"): None,
}

ALIASES = {"pathlib._local": "pathlib"}  # where some versions of Python have types
