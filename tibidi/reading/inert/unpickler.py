"""Read the pickles of one dump in turn, at the speed of C; nothing that they name is called or imported.

`pickle.Unpickler` is C code, which calls, sets and fills whatever is on its stack.  Safe are therefore not opcodes
but things: what `names` gives to a pickle, and whatever can be made of that, is data or inert, and cannot be
changed.  `docs/security.md` goes through the opcodes; what C code does not bound (time, memory, depth) `fuse` does.
"""

from __future__ import annotations

import copyreg
import sys
from contextlib import contextmanager

from tibidi.errors import DamagedDump
from tibidi.process.hints import TYPE_CHECKING, Any
from tibidi.reading.inert import types
from tibidi.reading.inert.loading import Loading
from tibidi.reading.inert.names import Names
from tibidi.reading.inert.proxies import real
from tibidi.reading.inert.repr import clean
from tibidi.reading.inert.screen import is_endless
from tibidi.reading.memo import MemoUnpickler, completed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import BinaryIO

    from tibidi.reading.unpickler import CurrentMember

ARRAYS = "tibidi.reading.inert.arrays"  # loaded if there are arrays


class InertUnpickler(MemoUnpickler):
    """Reads the pickles of one dump; `namespace` returns the globals for a key, `sources` has the texts of files."""

    def __init__(
        self,
        file: BinaryIO | CurrentMember,
        *,
        namespace: Callable[[str], dict[str, object]],
        sources: Mapping[str, str] | None = None,
    ) -> None:
        self._file = file
        self._names = Names(namespace, {} if sources is None else sources)
        self._sizes: dict[int, int] = {}  # of what was counted for printing, by id
        super().__init__(file, self._names.find, encoding="bytes")  # no codec for strings of old protocols

    def load(self) -> Any:
        """Return the value of the next pickle; raise DamagedDump if it cannot be read: the memo then lacks the rest."""
        value = self._load()
        if self._file.read(1):
            raise DamagedDump("not a pickle of tibidi: something follows its end")
        return self._finished(value)

    def go_on(self, count: object, lost: object) -> InertUnpickler:
        """Return the reader for the pickle after one that failed; `lost` replaces the unread of `count` objects."""
        after = InertUnpickler(self._file, namespace=lambda _: {})
        after.__dict__.update(self.__dict__)  # what the names in this dump mean
        after.restore(self._file, completed(self.known(), count, lost))
        return after

    def _load(self) -> Any:
        try:
            with Loading(self._names.call), no_extensions():
                return super().load()
        except DamagedDump:
            raise
        except MemoryError:
            raise DamagedDump("its values take more memory than there is") from None
        except Exception as error:  # noqa: BLE001 - opcodes that do not fit each other raise many kinds
            raise DamagedDump(f"not a pickle of tibidi: {type(error).__name__}: {clean(str(error))}") from None
        finally:
            if ARRAYS in sys.modules:
                sys.modules[ARRAYS].thaw()

    def _finished(self, loaded: Any) -> object:
        """Return a loaded value, or (paths, variables), with what could only be made now."""
        variables = loaded[1] if type(loaded) is tuple and len(loaded) == 2 else None
        if isinstance(variables, BaseException) and is_endless(variables.args, self._sizes):
            variables.args = ()
        if type(variables) is not dict:
            return finished(loaded)
        for name, value in variables.items():
            variables[name] = self._printable(finished(value))
        return loaded

    def _printable(self, value: Any) -> object:
        """Return a value, or an object that prints in part if the value would take forever to print."""
        if not is_endless(value, self._sizes):
            return value
        kind = types.InertMapping if isinstance(value, dict) else types.InertSequence
        return types.instance(types.make_type("builtins", type(value).__name__, kind), _items_=value)


def finished(value: object) -> object:
    """Return the type for its proxy, and an array or dtype of numpy for its description."""
    return sys.modules[ARRAYS].finished(real(value)) if ARRAYS in sys.modules else real(value)


@contextmanager
def no_extensions() -> Iterator[None]:
    """Hide the extension registry of `copyreg`, whose cache the opcodes EXT1, EXT2 and EXT4 read before all else."""
    registries: tuple[dict[Any, Any], ...] = (
        copyreg._inverted_registry,  # type: ignore[attr-defined]  # not in typeshed; C code has the same dictionaries
        copyreg._extension_cache,  # type: ignore[attr-defined]
    )
    kept = [dict(registry) for registry in registries]
    for registry in registries:
        registry.clear()
    try:
        yield
    finally:
        for registry, content in zip(registries, kept):
            registry.update(content)
