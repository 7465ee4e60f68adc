"""How builtin and standard types are shown: exact types only, by code of the interpreter alone.

A subclass may override anything and is not asked; `preview` shows it by the
content of its builtin base and its attributes.
"""

from __future__ import annotations

import sys
from types import BuiltinFunctionType
from types import CodeType
from types import FunctionType
from types import MethodType
from types import ModuleType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import type_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MODULE_DICTIONARY = vars(ModuleType)["__dict__"]

# Beyond, converting to decimal is slow, and refused since Python 3.11 (CVE-2020-10735).
MAX_DECIMAL_BITS = 4300 * 3
MAX_HEX_BITS = 1 << 10

# The repr of these is made by the interpreter and the standard library alone, of parts that are exact builtins.
REPRESENTABLE = {
    "builtins": ("memoryview",),
    "datetime": ("date", "timedelta", "timezone"),
    "decimal": ("Decimal",),
    "fractions": ("Fraction",),
    "ipaddress": ("IPv4Address", "IPv6Address", "IPv4Network", "IPv6Network"),
    "pathlib": ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath"),
    "re": ("Pattern",),
    "uuid": ("UUID",),
    "zoneinfo": ("ZoneInfo",),
}
# Times with a zone that the application may have written.
ZONED = {"datetime": ("datetime", "time")}


# The most derived first.
TIMES = {
    "datetime.datetime": ("year", "month", "day", "hour", "minute", "second", "microsecond"),
    "datetime.date": ("year", "month", "day"),
    "datetime.time": ("hour", "minute", "second", "microsecond"),
    "datetime.timedelta": ("days", "seconds", "microseconds"),
}


def numbers() -> dict[int, Callable[[Any], str]]:
    """Return how to show what holds no text, by the id() of the type."""
    plain = (type(None), type(...), type(NotImplemented), bool, float, complex, range)
    return {**dict.fromkeys(map(id, plain), repr), id(int): integer}


def texts() -> dict[int, Callable[[Any], str]]:
    """Return how to show the types that are loaded by now and may hold a text, by the id() of the type."""
    found: dict[int, Callable[[Any], str]] = {
        id(FunctionType): _function,
        id(BuiltinFunctionType): _builtin,
        id(MethodType): _method,
        id(ModuleType): _module,
        id(CodeType): _code,
    }
    for names, show in ((REPRESENTABLE, repr), (ZONED, _zoned)):
        for module, types in names.items():
            loaded = vars(sys.modules[module]) if module in sys.modules else {}
            found.update((id(loaded[name]), show) for name in types if isinstance(loaded.get(name), type))
    return found


def integer(value: int) -> str:
    """Show an int; a very large one in hexadecimal, of which only the first digits are made."""
    bits = int.bit_length(value)
    if bits <= MAX_DECIMAL_BITS:
        return int.__repr__(value)
    excess = bits - MAX_HEX_BITS
    sign = "-" if int.__lt__(value, 0) else ""
    return f"{sign}{int.__abs__(value) >> excess:#x}… ({bits} bits)"


def number_or_time(value: object, names: frozenset[str]) -> str:
    """Show what derives from a time or a Decimal by the fields of the base; "" for anything else."""
    for name, fields in TIMES.items():
        if name in names:
            base = getattr(sys.modules["datetime"], name.rpartition(".")[2])
            return ", ".join(str(getattr(base, field).__get__(value)) for field in fields)
    if "decimal.Decimal" in names:
        return repr(sys.modules["decimal"].Decimal.__str__(value))
    return ""


def of_class(cls: type) -> str:
    """Show a class."""
    return f"<class '{type_name(cls)}'>"


def _zoned(value: Any) -> str:
    zone = value.tzinfo
    if zone is None or type_name(type(zone)) in {"datetime.timezone", "zoneinfo.ZoneInfo"}:
        return repr(value)
    return f"{value.replace(tzinfo=None)!r} in {type_name(type(zone))}"


def _function(function: FunctionType) -> str:
    code = function.__code__
    return f"<function {function.__qualname__} at {code.co_filename}:{code.co_firstlineno}>"


def _code(code: CodeType) -> str:
    return f"<code {code.co_name} at {code.co_filename}:{code.co_firstlineno}>"


def _builtin(function: BuiltinFunctionType) -> str:
    return f"<built-in function {function.__name__}>"


def _method(method: MethodType) -> str:
    function = method.__func__
    name = function.__qualname__ if type(function) is FunctionType else type_name(type(function))
    return f"<bound method {name}>"


def _module(module: ModuleType) -> str:
    name = MODULE_DICTIONARY.__get__(module).get("__name__")
    return f"<module {name!r}>" if type(name) is str else "<module>"
