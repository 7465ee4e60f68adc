"""The suggestions that Python adds to some messages: "Did you mean: 'value'?".

Python compares the missing name with all known names, which it gets from the
objects by `dir()` and `hasattr()`.  Here it is given substitutes with the same
names and empty values, so that no application code runs.  Where the
application defines `__dir__`, nothing is suggested.

Python 3.13 and later print with the module `traceback`, which this uses;
`suggestions_in_c` has what C code did before.
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
    if sys.version_info < (3, 10):
        return ""
    if sys.version_info < (3, 13):
        from tibidi.capture import suggestions_in_c

        return suggestions_in_c.suggestion(live)
    double = _double(live)
    if double is None:
        return ""
    lines = list(traceback.TracebackException(type(double), double, double.__traceback__).format_exception_only())
    double.__traceback__ = None  # it has a frame that refers to the double
    prefix = f"{type(double).__name__}: {MARK}"
    if not lines[-1].startswith(prefix):
        return ""
    return lines[-1].rstrip("\n")[len(prefix) :]


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
    variables: dict[str, object] = dict.fromkeys(texts(innermost.namespace))
    if "self" in variables:
        names = names_of(innermost.namespace["self"])
        variables["self"] = SimpleNamespace(**dict.fromkeys({name} & names))
    known: dict[str, object] = dict.fromkeys(texts(innermost.frame.f_globals))
    double = NameError(MARK, name=name)  # type: ignore[call-arg,unused-ignore]  # since Python 3.10
    known.update(__builtins__=vars(sys.modules["builtins"]), double=double)
    try:
        exec("raise double", known, variables)  # noqa: S102 - a constant, run for its frame
    except NameError as raised:
        raised.__traceback__ = raised.__traceback__.tb_next if raised.__traceback__ else None
        return raised
    return None


def _attribute_error(name: object, thing: object) -> BaseException | None:
    if type(name) is not str or thing is None:
        return None
    double = SimpleNamespace(**dict.fromkeys(known_names(thing)[:MAX_NAMES]))
    return AttributeError(MARK, name=name, obj=double)  # type: ignore[call-arg,unused-ignore]  # since Python 3.10


def _import_error(module: object, name: object) -> BaseException | None:
    if type(name) is not str or module_of(module) is None:
        return None
    double = ImportError(MARK)
    double.name = str(module)
    double.name_from = name  # type: ignore[attr-defined,unused-ignore]  # since Python 3.12
    return double


def module_of(name: object) -> object:
    """Return the loaded module of that name if `dir()` of it runs no code of the application, else None."""
    loaded = sys.modules.get(name) if type(name) is str else None
    return loaded if type(loaded) is ModuleType and not _has_own_dir(loaded) else None


def known_names(thing: object) -> list[str]:
    """Return the names that `dir()` finds, sorted; none where the application defines `__dir__`."""
    return [] if thing is None or _has_own_dir(thing) else sorted(names_of(thing))


def _has_own_dir(thing: object) -> bool:
    if type(thing) is ModuleType:
        return "__dir__" in contents(thing)
    bases = mro(thing) if issubclass(type(thing), type) else mro(type(thing))  # type: ignore[arg-type]  # a type
    return any("__dir__" in namespace(base) for base in bases if base is not object)


def names_of(thing: Any) -> set[str]:
    """Return the names of all attributes."""
    if type(thing) is ModuleType:
        return set(texts(contents(thing)))
    names: set[str] = set()
    if issubclass(type(thing), type):
        bases = mro(thing)
    else:
        bases = mro(type(thing))
        names.update(texts(name for name, _ in class_facts(type(thing)).attributes(thing, MAX_NAMES)))
    for base in bases:
        names.update(texts(namespace(base)))
    return names


def texts(names: Iterable[object]) -> list[str]:
    """Return the names that are texts."""
    return [name for name in list(names) if type(name) is str]
