"""The globals of modules: named in pickles, and written once each.

Frames and functions of a module share one dictionary.  Pickles say
`tibidi._namespace("modules['shop']")` wherever it is meant, and its content
is a value of its own: the whole of it for modules of the application, only
the names that captured code uses for those of libraries, and for modules
that are met only as the home of a function.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.process import os
from tibidi.words import vocabulary
from tibidi.words.code import walk
from tibidi.writing.shells import Shell

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType

Globals = dict  # of str to object; what types.FunctionType takes

LIBRARY = os.path.join(os.path.dirname(os.__file__), "")
INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
# What the import system keeps in every module, of no use without the process.
MACHINERY = frozenset({"__builtins__", "__cached__", "__loader__", "__spec__"})


class Namespaces:
    """Every dictionary of globals that was met, by its key, and which names of it are wanted."""

    def __init__(self) -> None:
        self._namespaces: dict[str, dict[str, object]] = {}
        self._keys: dict[int, str] = {}
        self._shells: dict[str, Shell] = {}
        self._whole: set[str] = set()
        self._wanted: dict[str, set[str]] = {}
        self._written: dict[str, set[str]] = {}
        self.seeded: dict[int, dict[str, object]] = {}

    def add(self, key: str, namespace: dict[str, object], codes: Iterable[CodeType] = ()) -> None:
        """Know `namespace` by `key`, wanted whole if it is the application's, else for what `codes` use."""
        self._know(key, namespace)
        self.seeded[id(namespace)] = namespace
        if is_application(namespace):
            self._whole.add(key)
        for code in codes:
            self._want(key, code)

    def mention(self, namespace: dict[str, object], code: CodeType) -> object:
        """Return what to pickle where `namespace` is meant, the home of a function with `code`."""
        key = self._keys.get(id(namespace)) or self._new_key(namespace)
        self._want(key, code)
        return namespace if id(namespace) in self.seeded else self._shells[key]

    def prologue(self) -> list[tuple[Shell, dict[str, object]]]:
        """Return each dictionary that was added, with what is to be pickled in its stead."""
        return [(self._shells[self._keys[id(each)]], each) for each in self.seeded.values()]

    def key(self, namespace: dict[str, object]) -> str | None:
        """Return the key of a dictionary that is known."""
        return self._keys.get(id(namespace))

    def pending(self) -> list[str]:
        """Return the keys of which something is wanted that is not written yet."""
        return [key for key in self._namespaces if self._missing(key)]

    def take(self, key: str) -> dict[str, object]:
        """Return what is wanted of `key` and not written yet; from now on it is."""
        namespace = self._namespaces[key]
        names = self._missing(key)
        self._written.setdefault(key, set()).update(names)
        return {name: namespace[name] for name in names if name in namespace}

    def _know(self, key: str, namespace: dict[str, object]) -> None:
        self._namespaces[key] = namespace
        self._keys[id(namespace)] = key
        self._shells[key] = Shell(namespace, (vocabulary._namespace, (key,)))

    def _new_key(self, namespace: dict[str, object]) -> str:
        name = namespace.get("__name__")
        key = first = f"modules[{name!r}]" if type(name) is str else "modules['']"
        number = 1
        while key in self._namespaces:
            number += 1
            key = f"{first[:-2]}#{number}']"
        self._know(key, namespace)
        return key

    def _want(self, key: str, code: CodeType) -> None:
        wanted = self._wanted.setdefault(key, {"__name__"})
        for each in walk(code):
            wanted.update(each.co_names)

    def _missing(self, key: str) -> list[str]:
        namespace = self._namespaces[key]
        wanted = list(namespace) if key in self._whole else self._wanted.get(key, ())
        written = self._written.get(key, ())
        return [name for name in wanted if name in namespace and name not in written and name not in MACHINERY]


def is_application(namespace: dict[str, object]) -> bool:
    """Tell whether a module is the application's own: neither Python's nor installed with pip."""
    file = namespace.get("__file__")
    if namespace.get("__name__") == "__main__" or type(file) is not str:
        return namespace.get("__name__") == "__main__" or "__loader__" not in namespace
    return not file.startswith(LIBRARY) and not any(place in file for place in INSTALLED)
