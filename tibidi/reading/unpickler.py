"""bytes -> values: read the pickles of a dump one after the other, with one memo.

Live, objects of the application are rebuilt and its modules imported.  Inert,
nothing that the file names is called or imported: see `inert`.
"""

from __future__ import annotations

import io
from _frozen_importlib_external import MAGIC_NUMBER

from tibidi.errors import DamagedDump
from tibidi.process.hints import TYPE_CHECKING, Any
from tibidi.process.temporary import gc_paused
from tibidi.reading.code import OTHER_VERSION, REDACTED, Compiler, LostCode
from tibidi.words.code import CodeKey
from tibidi.words.standins import Dummy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import CodeType, ModuleType
    from typing import BinaryIO

    from tibidi.model import Omission
    from tibidi.reading.inert.fuse import Fuse

LOST = "its value could not be read"


class ValuesReader:
    """Loads the members of a dump in their order.

    `namespaces` has the globals of each module, by their path in the dump; `problems` lists what could not be loaded as
    it was.  `members` begins with the first member again: what cannot be rebuilt is read once more, inert.  `main`
    stands for `__main__` of the crash, see `today`.
    """

    def __init__(
        self,
        *,
        live: bool,
        sources: Mapping[str, str],
        members: Callable[[], Iterator[BinaryIO]] | None = None,
        main: ModuleType | None = None,
    ) -> None:
        self.namespaces: dict[str, dict[str, object]] = {}
        self.problems: list[Omission] = []
        self._compiler = Compiler(sources)
        self._parts: dict[tuple[str, ...], dict[str, object]] = {}
        self._file = CurrentMember() if live else MemoryFile()
        self._is_behind = self._has_lost = False  # because a member was not read
        # Only the reader that is used is imported.
        self._unpickler: Any
        self._fuse: Fuse | None = None
        if live:
            from tibidi.reading.inert.view import InertView
            from tibidi.reading.live import Rebuilder

            words = {"_namespace": self.namespace, "_code": self.code}
            view = None if members is None else InertView(CurrentMember(), members, sources)
            self._unpickler = Rebuilder(self._file, words, self.problems, view, main)
        else:
            from tibidi.reading.inert.fuse import Fuse

            self._fuse = Fuse()  # it starts while the other is imported
            from tibidi.reading.inert.unpickler import InertUnpickler

            self._unpickler = InertUnpickler(self._file, namespace=self.namespace, sources=sources)

    def load(self, file: BinaryIO, before: Any = None) -> tuple[tuple[str, ...], object]:
        """Return the paths and the value in one member; raise DamagedDump if it cannot be read to its end.

        The next member can be read after an error if `before`, the number of
        objects in all members before it, is known; else it raises LostMemo.
        """
        with gc_paused():
            if self._is_behind:
                self._unpickler = self._unpickler.go_on(before, Dummy("object", LOST))
                self._has_lost = True
            is_behind, self._is_behind = self._is_behind, True
            count = (before,) if is_behind else ()
            self._file.source = file if self._fuse is None else io.BytesIO(self._fuse.tried(file, *count))
            try:
                paths, value = _checked(self._unpickler.load())
            except DamagedDump:
                if self._has_lost:
                    raise DamagedDump("it needs objects of another part that cannot be read") from None
                raise
            self._is_behind = False
            return paths, self._joined(paths, value)

    def finish(self) -> None:
        """Make what was loaded harmless; call it after the last member, also if loading was interrupted."""
        (self._unpickler.finish if self._fuse is None else self._fuse.end)()

    def namespace(self, key: str) -> dict[str, object]:
        """Return the dictionary of globals with this path, the same each time."""
        return self.namespaces.setdefault(key, {})

    def code(self, magic: bytes, marshalled: bytes, *key: object) -> CodeType | LostCode:
        """Return a code object, compiled from the captured source if its bytecode is another version's."""
        if magic == MAGIC_NUMBER and marshalled:
            from tibidi.reading.makers import _code  # not for inert values

            return _code(magic, marshalled, *key)
        why = REDACTED if magic == MAGIC_NUMBER else OTHER_VERSION
        return self._compiler.find(CodeKey(*key), why)  # type: ignore[arg-type]  # what `pack` wrote

    def _joined(self, paths: tuple[str, ...], value: object) -> object:
        """Return the value merged with its parts from earlier members: a difficult one is written by variable."""
        if not isinstance(value, dict) or not paths:
            return value
        if any(type(name) is not str for name in value):
            raise DamagedDump(f"{paths[0]} has a variable whose name is not a string")
        is_module = paths[0].startswith("modules[")
        whole = self.namespace(paths[0]) if is_module else self._parts.setdefault(paths, value)
        if whole is not value:
            whole.update(value)
        return whole


def _of_source(name: str) -> Any:
    return lambda self, *arguments: getattr(self.source, name)(*arguments)


class CurrentMember:
    """The file that an unpickler has from its beginning to its end; reads from `source`, the current member."""

    source: Any
    read, readinto, readline = map(_of_source, ("read", "readinto", "readline"))


class MemoryFile(CurrentMember):
    """Lets the unpickler read ahead in a member that is in memory: byte by byte, many small opcodes take minutes."""

    def peek(self, size: int, /) -> bytes:
        """Return the next bytes, which are read again."""
        at = self.source.tell()
        return self.source.getbuffer()[at : at + size].tobytes()  # type: ignore[no-any-return]  # a BytesIO


def _checked(loaded: object) -> tuple[tuple[str, ...], object]:
    """Return the paths and the value that were loaded; raise DamagedDump for anything else."""
    if type(loaded) is tuple and len(loaded) == 2:
        paths, value = loaded
        if type(paths) is tuple and all(type(path) is str for path in paths):
            return paths, value
    raise DamagedDump("a pickle is not (paths, value)")
