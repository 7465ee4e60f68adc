"""The suggestions that Python adds to some messages: "Did you mean: 'value'?".

Python compares the missing name with all known names, which it gets from the objects by `dir()` and `hasattr()`.
Here it is given substitutes with the same names and empty values, so that no application code runs.  Where the
application defines `__dir__`, nothing is suggested.

Python 3.13 and later print with the module `traceback`, which this uses; in
3.10 to 3.12 C code makes the suggestions (Python/suggestions.c).
"""

from __future__ import annotations

import sys
import traceback
from types import ModuleType, SimpleNamespace

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import STANDARD_MODULES, contents, mro, namespace
from tibidi.look.classes import class_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from tibidi.look.frames import LiveException

MARK = "?"  # the message of a double
MAX_NAMES = 2000
# Of the suggestions in C.
MAX_CANDIDATES = 750
MAX_LENGTH = 40
MOVE_COST = 2
CASE_COST = 1
HAS_IMPORTS = sys.version_info >= (3, 12)  # suggests what to import, attributes of `self`, and names to import
# Where an exception has the missing name, and the object or module that was asked for it.
FIELDS: dict[type[BaseException], tuple[str, ...]] = {}
if sys.version_info >= (3, 10):
    FIELDS.update({NameError: ("name",), AttributeError: ("name", "obj")})
if HAS_IMPORTS:
    FIELDS[ImportError] = ("name_from", "name")


def suggestion(live: LiveException) -> str:
    """Return the text that Python adds to the message of an exception, usually ""."""
    for kind, fields in FIELDS.items():
        if issubclass(type(live.exception), kind):
            name, *owner = [vars(kind)[field].__get__(live.exception) for field in fields]
            suggest = _by_module if sys.version_info >= (3, 13) else _by_interpreter
            return suggest(live, kind, name, *owner) if type(name) is str else ""
    return ""


def _by_module(live: LiveException, kind: type[BaseException], name: str, owner: object = None) -> str:
    """Return what the module `traceback` adds to the message of a double, whose objects are substitutes."""
    if kind is NameError:
        double = _name_error(live, name)
    else:
        double = _attribute_error(name, owner) if kind is AttributeError else _import_error(name, owner)
    if double is None:
        return ""
    lines = list(traceback.TracebackException(type(double), double, double.__traceback__).format_exception_only())
    double.__traceback__ = None  # it has a frame that refers to the double
    prefix = f"{type(double).__name__}: {MARK}"
    return lines[-1].rstrip("\n")[len(prefix) :] if lines[-1].startswith(prefix) else ""


def _name_error(live: LiveException, name: str) -> BaseException | None:
    """Raise a NameError in a frame that has the same names."""
    if not live.frames:
        return None
    innermost = live.frames[-1]
    variables: dict[str, object] = dict.fromkeys(_texts(innermost.namespace))
    if "self" in variables:
        names = _names_of(innermost.namespace["self"])
        variables["self"] = SimpleNamespace(**dict.fromkeys({name} & names))
    known: dict[str, object] = dict.fromkeys(_texts(innermost.frame.f_globals))
    double = NameError(MARK, name=name)  # type: ignore[call-arg,unused-ignore]  # since Python 3.10
    known.update(__builtins__=vars(sys.modules["builtins"]), double=double)
    try:
        exec("raise double", known, variables)  # noqa: S102 - a constant, run for its frame
    except NameError as raised:
        raised.__traceback__ = raised.__traceback__.tb_next if raised.__traceback__ else None
        return raised
    return None


def _attribute_error(name: str, thing: object) -> BaseException | None:
    if thing is None:
        return None
    double = SimpleNamespace(**dict.fromkeys(_known_names(thing)[:MAX_NAMES]))
    return AttributeError(MARK, name=name, obj=double)  # type: ignore[call-arg,unused-ignore]  # since Python 3.10


def _import_error(name: str, module: object) -> BaseException | None:
    if _module_of(module) is None:
        return None
    double = ImportError(MARK)
    double.name = str(module)
    double.name_from = name  # type: ignore[attr-defined,unused-ignore]  # since Python 3.12
    return double


def _module_of(name: object) -> object:
    """Return the loaded module of that name if `dir()` of it runs no code of the application, else None."""
    loaded = sys.modules.get(name) if type(name) is str else None
    return loaded if type(loaded) is ModuleType and not _has_own_dir(loaded) else None


def _known_names(thing: object) -> list[str]:
    """Return the names that `dir()` finds, sorted; none where the application defines `__dir__`."""
    return [] if thing is None or _has_own_dir(thing) else sorted(_names_of(thing))


def _has_own_dir(thing: object) -> bool:
    if type(thing) is ModuleType:
        return "__dir__" in contents(thing)
    bases = mro(thing) if issubclass(type(thing), type) else mro(type(thing))  # type: ignore[arg-type]  # a type
    return any("__dir__" in namespace(base) for base in bases if base is not object)


def _names_of(thing: Any) -> set[str]:
    """Return the names of all attributes."""
    if type(thing) is ModuleType:
        return set(_texts(contents(thing)))
    names: set[str] = set()
    if issubclass(type(thing), type):
        bases = mro(thing)
    else:
        bases = mro(type(thing))
        names.update(_texts(name for name, _ in class_facts(type(thing)).attributes(thing, MAX_NAMES)))
    for base in bases:
        names.update(_texts(namespace(base)))
    return names


def _texts(names: Iterable[object]) -> list[str]:
    """Return the names that are texts."""
    return [name for name in list(names) if type(name) is str]


def _by_interpreter(live: LiveException, kind: type[BaseException], name: str, owner: object = None) -> str:
    """Return the suggestion as C code makes it, in Python 3.10 to 3.12."""
    if kind is NameError:
        return _for_name(live, name)
    return _sentence(_closest(_known_names(_module_of(owner) if kind is ImportError else owner), name))


def _for_name(live: LiveException, name: str) -> str:
    if not live.frames:
        return ""
    innermost = live.frames[-1]
    variables = _texts(innermost.frame.f_code.co_varnames)
    found = ""
    if HAS_IMPORTS and "self" in variables and name in _names_of(innermost.namespace.get("self")):
        found = f"self.{name}"
    for candidates in (variables, innermost.frame.f_globals, innermost.frame.f_builtins):
        found = found or _closest(_texts(candidates), name)
    if HAS_IMPORTS and name in STANDARD_MODULES:
        return f"{_sentence(found)}{' Or did' if found else '. Did'} you forget to import '{name}'?"
    return _sentence(found)


def _sentence(found: str) -> str:
    return f". Did you mean: '{found}'?" if found else ""


def _closest(names: Sequence[str], wanted: str) -> str:
    """Return the first of the names that are most like the wanted one, "" if none is."""
    if len(names) >= MAX_CANDIDATES:
        return ""
    best, found = sys.maxsize, ""
    target = wanted.encode("utf-8", "replace")
    for name in names:
        other = name.encode("utf-8", "replace")
        most = min((len(target) + len(other) + 3) * MOVE_COST // 6, best - 1)
        distance = 0 if other == target else _distance(target, other, most)
        if other != target and distance <= most:
            best, found = distance, name
    return found


def _distance(one: bytes, other: bytes, most: int) -> int:
    """Return the cost of changing one name into another, more than `most` if that is exceeded."""
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    if not one or not other:
        return (len(one) + len(other)) * MOVE_COST
    one, other = sorted((one, other), key=len)
    if len(other) > MAX_LENGTH or (len(other) - len(one)) * MOVE_COST > most:
        return most + 1
    row = [(index + 1) * MOVE_COST for index in range(len(one))]
    result = 0
    for position, byte in enumerate(other):
        before = result = position * MOVE_COST
        for index, another in enumerate(one):
            substituted = before + _substitution(byte, another)
            before = row[index]
            result = row[index] = min(min(result, before) + MOVE_COST, substituted)
        if min(row) > most:
            return most + 1
    return result


def _substitution(one: int, other: int) -> int:
    if one == other:
        return 0
    both = bytes((one, other)).lower()
    return CASE_COST if both[0] == both[1] else MOVE_COST
