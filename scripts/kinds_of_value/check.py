"""Load dumps and check each kind in them: a program of the interpreters under test, which may lack the library.

Reads a JSON object from standard input (see `running`), and prints for each
dump a list of [cell, detail] in JSON.
"""

from __future__ import annotations

import json
import re
import sys
import warnings
from collections import defaultdict
from datetime import datetime, time
from types import ModuleType

import tibidi
from tibidi.reading.inert.types import InertType
from tibidi.words.standins import StandIn, is_missing

RIGHT, ESSENTIAL, SAID, WRONG, NOT_MADE = "right", "essential", "said", "wrong", "not made"
UNKNOWN = object()


def main() -> None:
    """Check what standard input names."""
    warnings.simplefilter("ignore")
    asked = json.load(sys.stdin)
    dumps = [tibidi.load(path, trust=trust) for path, trust in asked["loads"]]  # before the library is imported
    home = sys.modules["__kinds__"] = ModuleType("__kinds__")  # TypedDict and others look for the module of a class
    scope = vars(home)
    try:
        exec(asked["prelude"], scope)  # noqa: S102 - the definitions are the project's own
        has_library = True
    except BaseException:  # noqa: BLE001 - a missing library, or one that asks to skip it
        has_library = False
    kinds = list(enumerate(asked["kinds"]))
    print("\n" + json.dumps([[check(dump, *kind, scope, has_library) for kind in kinds] for dump in dumps]))


def check(dump, number, kind, scope, has_library):
    """Return the cell of one kind, and why it is that."""
    name, variables = f"v{number}", dump.exceptions[-1].frames[-1].locals
    if name not in variables:
        return WRONG, "no variable"
    value = variables[name]
    if "NotMade" in type(value).__name__ and "error" in getattr(value, "__dict__", {}):
        return NOT_MADE, value.__dict__["error"]
    said = omission(dump, name)
    new = evaluate(kind["make"], scope) if has_library and re.search(r"\bw\b", kind["right"]) else None
    right = evaluate(kind["right"], {**scope, "v": value, "w": new}) if kind["right"] else UNKNOWN
    if right is True:
        return RIGHT, ""
    essential = evaluate(kind["essential"], {**scope, "v": value}) if kind["essential"] else right
    detail = f"{text(value)} | right: {right if kind['right'] else '-'} | essential: {essential} | {said}"
    # A function of another Python says so when it is called.
    is_marked = bool(said) or isinstance(value, StandIn) or is_inert(value) or "cannot be called here" in str(right)
    if essential is True and (is_marked or not kind["right"] or not has_library):
        return ESSENTIAL, detail
    return (SAID if said or isinstance(value, StandIn) else WRONG), detail


def evaluate(expression, scope):
    """Return the value of an expression, truth as True; or a description of the exception."""
    try:
        value = eval(expression, dict(scope))  # noqa: S307 - the definitions are the project's own
    except BaseException as error:  # noqa: BLE001 - whatever a loaded value does
        return f"{type(error).__name__}: {error}"[:150]
    return bool(value) if type(value).__name__ in ("bool", "bool_") else value


def is_inert(value):
    """Return True if a value, or what is directly in it, shows that it is not the object of the application."""
    parts = [value]
    if isinstance(value, (defaultdict, datetime, time)):
        parts += [getattr(value, "default_factory", None), getattr(value, "tzinfo", None)]
    elif type(value) is tuple:
        parts += value
    return any(is_inert_part(each) or is_inert_part(type(each)) for each in parts)


def is_inert_part(thing):
    """Return True for an inert object or class, a stub, and a word of the reader."""
    if isinstance(thing, ModuleType):
        return type(thing) is not ModuleType
    is_word = getattr(type(thing), "__module__", "").startswith("tibidi.reading.inert")
    return isinstance(thing, InertType) or is_word or is_missing(thing)


def omission(dump, name):
    """Return the reasons of the omissions in a variable."""
    found = [each for each in dump.omissions if f"locals['{name}']" in each.path]
    return "; ".join(f"{each.reason}: {each.detail}" for each in found)[:300]


def text(value):
    """Return the start of the text of a value."""
    try:
        return repr(value)[:150]
    except BaseException as error:  # noqa: BLE001 - whatever a loaded value does
        return f"<repr raises {type(error).__name__}>"


if __name__ == "__main__":
    main()
