"""The suggestions that Python 3.10 to 3.12 add to messages, which C code makes (Python/suggestions.c).

Like `tibidi.capture.suggestions`, without calling any code of the application.
"""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi.capture.suggestions import known_names
from tibidi.capture.suggestions import module_of
from tibidi.capture.suggestions import names_of
from tibidi.capture.suggestions import texts
from tibidi.look.anatomy import STANDARD_MODULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tibidi.look.frames import LiveException

MAX_CANDIDATES = 750
MAX_LENGTH = 40
MOVE_COST = 2
CASE_COST = 1
HAS_IMPORTS = sys.version_info >= (3, 12)  # suggests what to import, attributes of `self`, and names to import


def suggestion(live: LiveException) -> str:
    """Return the text that Python adds to the message of an exception, usually ""."""
    exception = live.exception
    cls = type(exception)
    if issubclass(cls, NameError) and live.frames:
        return _for_name(live, vars(NameError)["name"].__get__(exception))
    if issubclass(cls, AttributeError):
        name, thing = (vars(AttributeError)[field].__get__(exception) for field in ("name", "obj"))
        return _sentence(_closest(known_names(thing), name)) if type(name) is str and thing is not None else ""
    if issubclass(cls, ImportError) and HAS_IMPORTS:
        module, name = (vars(ImportError)[field].__get__(exception) for field in ("name", "name_from"))
        return _sentence(_closest(known_names(module_of(module)), name)) if type(name) is str else ""
    return ""


def _for_name(live: LiveException, name: object) -> str:
    if type(name) is not str:
        return ""
    innermost = live.frames[-1]
    variables = texts(innermost.frame.f_code.co_varnames)
    found = ""
    if HAS_IMPORTS and "self" in variables and name in names_of(innermost.namespace.get("self")):
        found = f"self.{name}"
    for candidates in (variables, innermost.frame.f_globals, innermost.frame.f_builtins):
        found = found or _closest(texts(candidates), name)
    if HAS_IMPORTS and name in STANDARD_MODULES:
        return (
            f"{_sentence(found)} Or did you forget to import '{name}'?"
            if found
            else (f". Did you forget to import '{name}'?")
        )
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
