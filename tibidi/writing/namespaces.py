"""The globals of modules: named in pickles, and written once each.

Frames and functions of a module share one dictionary.  Pickles refer to it as `tibidi._namespace("modules['shop']")`,
and its content is a value of its own: complete for application modules; for libraries, and for modules that are met
only as the globals of a function, the names that captured code uses.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.look.frames import globals_path, is_session, module_name
from tibidi.process import os
from tibidi.words import vocabulary
from tibidi.words.code import walk

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType

# In a program that cx_Freeze has frozen, no module of the standard library has a file.
LIBRARY = os.path.join(os.path.dirname(getattr(os, "__file__", "\0")), "") or "\0"
INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
# The import system's own attributes of a module, of no use without the process.
MACHINERY = frozenset({"__builtins__", "__cached__", "__loader__", "__spec__"})


class Placeholder:
    """Pickled instead of an object before its own turn: `reduced` is a call that makes it empty.

    A function needs its cells first, and a cell may refer to the function; a group needs its members, and a member may
    refer to the group.  The object itself is pickled later as its placeholder, now filled.  `thing` is kept alive, so
    that its id stays its own.
    """

    __slots__ = ("reduced", "thing")

    def __init__(self, thing: object, reduced: tuple[object, ...]) -> None:
        self.thing = thing
        self.reduced = reduced


class Namespaces:
    """Every dictionary of globals that a pickle refers to, by its key, and the names in it that are wanted."""

    def __init__(self) -> None:
        self._namespaces: dict[str, dict[str, object]] = {}
        self._keys: dict[int, str] = {}
        self._placeholders: dict[str, Placeholder] = {}
        self._whole: set[str] = set()
        self._wanted: dict[str, set[str]] = {}
        self._written: dict[str, set[str]] = {}
        self.seeded: dict[int, dict[str, object]] = {}

    def add(self, key: str, namespace: dict[str, object], codes: Iterable[CodeType] = ()) -> None:
        """Add `namespace` as `key`: all of it for an application module, else the names that `codes` use."""
        self._know(key, namespace)
        self.seeded[id(namespace)] = namespace
        if is_application(namespace):
            self._whole.add(key)
        for code in codes:
            self._want(key, code)

    def refer_to(self, namespace: dict[str, object], code: CodeType) -> object:
        """Return what to pickle for `namespace`, the globals of a function with `code`."""
        key = self._keys.get(id(namespace)) or self._new_key(namespace)
        self._want(key, code)
        return namespace if id(namespace) in self.seeded else self._placeholders[key]

    def seeds(self) -> list[tuple[Placeholder, dict[str, object]]]:
        """Return each dictionary that was added, with its placeholder."""
        return [(self._placeholders[self._keys[id(each)]], each) for each in self.seeded.values()]

    def pending(self) -> list[str]:
        """Return the keys with names that are wanted and not written yet."""
        return [key for key in self._namespaces if self._missing(key)]

    def take(self, key: str) -> dict[str, object]:
        """Return the wanted names of `key` that are not written yet, with their values, and count them as written."""
        namespace = self._namespaces[key]
        names = self._missing(key)
        self._written.setdefault(key, set()).update(names)
        return {name: namespace[name] for name in names if name in namespace}

    def _know(self, key: str, namespace: dict[str, object]) -> None:
        self._namespaces[key] = namespace
        self._keys[id(namespace)] = key
        self._placeholders[key] = Placeholder(namespace, (vocabulary._namespace, (key,)))

    def _new_key(self, namespace: dict[str, object]) -> str:
        name, number = module_name(namespace), 1
        while globals_path(name, number) in self._namespaces:
            number += 1
        key = globals_path(name, number)
        self._know(key, namespace)
        return key

    def _want(self, key: str, code: CodeType) -> None:
        wanted = self._wanted.setdefault(key, {"__name__", "__package__"})  # for relative imports, too
        for each in walk(code):
            wanted.update(each.co_names)

    def _missing(self, key: str) -> list[str]:
        namespace = self._namespaces[key]
        wanted = list(namespace) if key in self._whole else self._wanted.get(key, ())
        written = self._written.get(key, ())
        return [name for name in wanted if name in namespace and name not in written and name not in MACHINERY]


def is_application(namespace: dict[str, object]) -> bool:
    """Return True if a module belongs to the application: neither to the standard library nor installed with pip.

    The variables of a session do not count: of these, a dump has those that its code uses.
    """
    if is_session(namespace):
        return False
    file = namespace.get("__file__")
    if namespace.get("__name__") == "__main__" or type(file) is not str:
        return namespace.get("__name__") == "__main__" or "__loader__" not in namespace
    return not file.startswith(LIBRARY) and not any(place in file for place in INSTALLED)
