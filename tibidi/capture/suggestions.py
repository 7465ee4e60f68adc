"""The suggestions that Python adds to some messages: "Did you mean: 'value'?".

Python compares the missing name with all known names, which it gets from the
objects by `dir()` and `hasattr()`.  Here it is given substitutes with the same
names and empty values, so that no application code runs.  Where the
application defines `__dir__`, nothing is suggested.

Only Python 3.12 and later make suggestions in the `traceback` module.
"""

from __future__ import annotations

import sys
import traceback
from types import ModuleType
from types import SimpleNamespace

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import contents
from tibidi.look.anatomy import mro
from tibidi.look.anatomy import namespace
from tibidi.look.classes import class_facts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from tibidi.look.frames import LiveException

MARK = "?"
MAX_NAMES = 2000


def suggestion(live: LiveException) -> str:
    """Return the text that Python adds to the message of an exception, usually "".

    The substitutes have the message `?`, so that the text after it is the
    suggestion.
    """
    if sys.version_info < (3, 12):
        return ""
    double = _double(live)
    if double is None:
        return ""
    lines = list(traceback.TracebackException(type(double), double, double.__traceback__).format_exception_only())
    double.__traceback__ = None  # it has a frame that refers to the double
    prefix = f"{type(double).__name__}: {MARK}"
    if not lines[-1].startswith(prefix):
        return ""
    added = lines[-1].rstrip("\n")[len(prefix) :]
    return added + "?" if added.endswith("'") else added  # Python 3.12 forgets one question mark


def _double(live: LiveException) -> BaseException | None:
    """Return an exception of the same kind, with substitutes for the objects that Python inspects."""
    exception = live.exception
    cls = type(exception)
    if issubclass(cls, NameError) and live.frames:
        return _name_error(live, vars(NameError)["name"].__get__(exception))
    if issubclass(cls, AttributeError):
        return _attribute_error(*(vars(AttributeError)[field].__get__(exception) for field in ("name", "obj")))
    if issubclass(cls, ImportError):
        return _import_error(*(vars(ImportError)[field].__get__(exception) for field in ("name", "name_from")))
    return None


def _name_error(live: LiveException, name: object) -> BaseException | None:
    """Raise a NameError in a frame that has the same names."""
    if type(name) is not str:
        return None
    innermost = live.frames[-1]
    variables: dict[str, object] = dict.fromkeys(_texts(innermost.namespace))
    if "self" in variables:
        names = _names(innermost.namespace["self"])
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


def _attribute_error(name: object, thing: object) -> BaseException | None:
    if type(name) is not str or thing is None or _has_own_dir(thing):
        return None
    double = SimpleNamespace(**dict.fromkeys(sorted(_names(thing))[:MAX_NAMES]))
    return AttributeError(MARK, name=name, obj=double)  # type: ignore[call-arg,unused-ignore]  # since Python 3.10


def _import_error(module: object, name: object) -> BaseException | None:
    loaded = sys.modules.get(module) if type(module) is str else None
    if type(name) is not str or type(loaded) is not ModuleType or _has_own_dir(loaded):
        return None
    double = ImportError(MARK)
    double.name = str(module)
    double.name_from = name  # type: ignore[attr-defined,unused-ignore]  # since Python 3.12
    return double


def _has_own_dir(thing: object) -> bool:
    if type(thing) is ModuleType:
        return "__dir__" in contents(thing)
    bases = mro(thing) if issubclass(type(thing), type) else mro(type(thing))  # type: ignore[arg-type]  # a type
    return any("__dir__" in namespace(base) for base in bases if base is not object)


def _names(thing: Any) -> set[str]:
    """Return the names that `dir()` finds."""
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
    return [name for name in list(names) if type(name) is str]
