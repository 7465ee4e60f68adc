"""Write down values of builtin and standard types, and the paths to them.

Exact types only, by code of the interpreter alone: a subclass may override anything, so that `instances` shows it.
"""

from __future__ import annotations

import sys
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import contents, type_name
from tibidi.process.texts import ascii_safe

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Union

    Show = Callable[[Any], str]
    # From a container to an item, from an object to its `.attribute`, from a mapping to the value of a key.
    Step = Union[int, str, tuple[object]]

MORE = "…"
MAX_KEY_CHARACTERS = 100
# Redacted before it is cut: a secret is recognized only if it is seen whole.
SCRUBBED_CHARACTERS = 10_000

# Beyond, converting to decimal is slow, and refused since Python 3.11 (CVE-2020-10735).
MAX_DECIMAL_BITS = 4300 * 3
MAX_HEX_BITS = 1 << 10

# The repr of these is made by the interpreter and the standard library alone, of parts that are exact builtins.
REPRESENTABLE = {
    "datetime": ("date", "timedelta", "timezone"), "decimal": ("Decimal",),
    "fractions": ("Fraction",), "ipaddress": ("IPv4Address", "IPv6Address", "IPv4Network", "IPv6Network"),
    "pathlib": ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath"),
    "uuid": ("UUID",), "zoneinfo": ("ZoneInfo",),
}  # fmt: skip
# These have a time zone, which may be of an application's class.
ZONED = {"datetime": ("datetime", "time")}


def numbers() -> dict[int, Show]:
    """Return how to show what holds no text, by the id() of the type."""
    plain = (type(None), type(...), type(NotImplemented), bool, float, complex, range)
    return {**dict.fromkeys(map(id, plain), repr), id(int): integer}


def texts() -> dict[int, Show]:
    """Return how to show the types that are loaded by now and may hold a text, by the id() of the type."""
    found: dict[int, Show] = {
        id(FunctionType): _function,
        id(BuiltinFunctionType): lambda function: f"<built-in function {function.__name__}>",
        id(MethodType): _method,
        id(ModuleType): _module,
        id(CodeType): lambda code: f"<code {code.co_name} at {code.co_filename}:{code.co_firstlineno}>",
    }
    for names, show in ((REPRESENTABLE, repr), (ZONED, _zoned)):
        for module, types in names.items():
            public = sys.modules.get(module)
            loaded = vars(public) if issubclass(type(public), ModuleType) else {}
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


def of_class(cls: type) -> str:
    """Show a class."""
    return f"<class '{type_name(cls)}'>"


def _zoned(value: Any) -> str:
    zone = value.tzinfo
    if zone is None or type_name(type(zone)) in {"datetime.timezone", "zoneinfo.ZoneInfo"}:
        return repr(value)
    from tibidi.look import times  # few crashes have one

    return times.in_zone(repr(value.replace(tzinfo=None)), zone)


def _function(function: FunctionType) -> str:
    code = function.__code__
    return f"<function {function.__qualname__} at {code.co_filename}:{code.co_firstlineno}>"


def _method(method: MethodType) -> str:
    function = method.__func__
    name = function.__qualname__ if type(function) is FunctionType else type_name(type(function))
    return f"<bound method {name}>"


def _module(module: ModuleType) -> str:
    name = contents(module).get("__name__")
    return f"<module {name!r}>" if type(name) is str else "<module>"


def joined(shown: list[str], length: int) -> str:
    """Return the items shown out of `length`, and the number of those left out."""
    if len(shown) < length:
        shown = [*shown, f"{MORE} +{length - len(shown)}"]
    return ", ".join(shown)


def step_text(step: Step) -> str:
    """Return a step as it stands in a path."""
    if type(step) is int:
        return f"[{step}]"
    if type(step) is str:
        return step
    key = step[0]  # type: ignore[index]  # neither int nor str: a tuple
    if type(key) is str or type(key) is int:
        return f"[{ascii_safe(repr(key))[:MAX_KEY_CHARACTERS]}]"
    return f"[<{type_name(type(key))}>]"
