"""bytes -> values: read the pickles of a dump, one after the other, with one memo.

Live, objects of the application are rebuilt and its modules imported.  Inert,
nothing is called or imported that the file names: see `inert`.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING
from typing import Any

from tibidi.errors import DamagedDump
from tibidi.model import DAMAGED
from tibidi.model import Omission
from tibidi.pickling import standins
from tibidi.pickling.code import Compiler
from tibidi.pickling.vocabulary import MAGIC_NUMBER
from tibidi.pickling.vocabulary import WORDS
from tibidi.pickling.vocabulary import CodeKey
from tibidi.pickling.vocabulary import LostCode
from tibidi.pickling.vocabulary import _code

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType
    from typing import BinaryIO

STAND_INS: dict[str, object] = {
    cls.__name__: cls for cls in (standins.Cut, standins.Dummy, standins.NotPickleable, standins.Redacted)
}


class ValuesReader:
    """Loads the members of a dump in their order.

    `namespaces` holds the globals of each module by the path that they have
    in the dump; `problems` what could not be loaded as it was.
    """

    def __init__(self, *, live: bool, sources: Mapping[str, str]) -> None:
        self.namespaces: dict[str, dict[str, object]] = {}
        self.problems: list[Omission] = []
        self._compiler = Compiler(sources)
        self._pieces: dict[tuple[str, ...], dict[str, object]] = {}
        self._file = Relay()
        self._unpickler = self._live() if live else self._inert(sources)

    def load(self, file: BinaryIO) -> tuple[tuple[str, ...], object]:
        """Return the paths and the value in one member; raise DamagedDump when it cannot be read to its end."""
        self._file.source = file
        try:
            paths, value = self._unpickler.load()
        except DamagedDump:
            raise
        except Exception as error:  # noqa: BLE001 - code of the application, or bytes that are none of ours
            raise DamagedDump(f"a value cannot be loaded: {type(error).__name__}: {error}") from error
        paths = tuple(str(path) for path in paths)
        return paths, self._joined(paths, value)

    def namespace(self, key: str) -> dict[str, object]:
        """Return the one dictionary of globals that has this path."""
        return self.namespaces.setdefault(key, {})

    def code(self, magic: bytes, marshalled: bytes, *key: object) -> CodeType | LostCode:
        """Return a code object, compiled from the captured source where its bytes are another version's."""
        if magic == MAGIC_NUMBER and marshalled:
            return _code(magic, marshalled, *key)
        return self._compiler.find(CodeKey(*key))  # type: ignore[arg-type]  # what `pack` wrote

    def _joined(self, paths: tuple[str, ...], value: object) -> object:
        """Return the value with the pieces of it that came before: what was difficult comes variable by variable."""
        if not isinstance(value, dict) or not paths:
            return value
        if paths[0].startswith("modules["):
            whole = self.namespace(paths[0])
        else:
            whole = self._pieces.setdefault(paths, value)
        if whole is not value:
            whole.update(value)
        return whole

    def _live(self) -> Any:  # noqa: ANN401 - one of two unpicklers, of which only load() is used
        return LiveUnpickler(self._file, {"_namespace": self.namespace, "_code": self.code}, self.problems)

    def _inert(self, sources: Mapping[str, str]) -> Any:  # noqa: ANN401 - as above
        from tibidi.pickling.inert import InertUnpickler  # the one that is asked for, not both

        return InertUnpickler(self._file, namespace=self.namespace, sources=sources)


class Relay:
    """A file whose content is that of one member after the other, as an unpickler keeps its file for life."""

    def __init__(self) -> None:
        self.source: Any = None

    def read(self, size: int = -1, /) -> bytes:
        """Read from the member at hand."""
        return self.source.read(size)  # type: ignore[no-any-return]  # a binary file

    def readinto(self, buffer: bytearray, /) -> int:
        """Read into `buffer` from the member at hand."""
        return self.source.readinto(buffer)  # type: ignore[no-any-return]  # likewise

    def readline(self) -> bytes:
        """Read a line from the member at hand."""
        return self.source.readline()  # type: ignore[no-any-return]  # likewise


class LiveUnpickler(pickle.Unpickler):
    """Rebuilds the application's objects; a module that is missing here is a ModuleStub."""

    def __init__(self, file: Relay, words: Mapping[str, object], problems: list[Omission]) -> None:
        super().__init__(file)
        self._words = {**WORDS, **STAND_INS, "_module": self._module, "_reference": self._reference, **words}
        self._stubs: dict[str, standins.ModuleStub] = {}
        self._problems = problems

    def persistent_load(self, pid: object) -> object:
        """Return what was pickled in the place of something: itself."""
        return pid

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as pickle has it
        """Return what a pickle names: a word of ours, or the application's."""
        if module == "tibidi" and name in self._words:
            return self._words[name]
        if (module, name) == ("builtins", "getattr"):  # methods of built-in types, which C pickles by itself
            return WORDS["_attribute"]
        try:
            return super().find_class(module, name)
        except Exception as error:  # noqa: BLE001 - importing runs the application's code
            return self._missing(module, name, error)

    def _module(self, name: str) -> object:
        try:
            return WORDS["_module"](name)
        except Exception as error:  # noqa: BLE001 - as above
            return self._stub(name, error)

    def _reference(self, module: str, qualname: str, layout: str, fields: tuple[str, ...]) -> object:
        """Return a class; where it is missing one that at least holds what its instances held."""
        found = self.find_class(module, qualname)
        if isinstance(found, type) and issubclass(found, standins.Missing):
            found = standins.missing_class(module, qualname, layout, fields)
            holder = self._stubs.get(module)
            if holder is not None and "." not in qualname:
                setattr(holder, qualname, found)
        return found

    def _missing(self, module: str, name: str, error: Exception) -> object:
        found: object = self._stub(module, error)
        for part in name.split("."):
            found = getattr(found, part)
        return found

    def _stub(self, name: str, error: Exception) -> standins.ModuleStub:
        if name not in self._stubs:
            reason = f"{type(error).__name__}: {error}"
            self._stubs[name] = standins.ModuleStub(name, reason)
            self._problems.append(Omission(f"modules[{name!r}]", DAMAGED, f"a stand-in, since here: {reason}"))
        return self._stubs[name]
