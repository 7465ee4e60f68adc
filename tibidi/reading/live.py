"""Rebuild the objects of the application one by one: an object that fails is a stand-in, its surroundings are intact.

Strategy
--------
`LiveUnpickler` is C code and handles no failures but missing names, for which
it gets stand-ins.  If anything else escapes from it, a `__setstate__` that
raises, for example, that pickle alone is read again by `CarefulUnpickler`,
which is written in Python and guards every opcode that runs application code.
Both have the same memo, so that objects which were rebuilt before stay the
same objects.
"""

from __future__ import annotations

import io
import pickle
import sys
from operator import attrgetter
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar

from tibidi.errors import DamagedDump
from tibidi.look.anatomy import error_text
from tibidi.look.anatomy import native_base
from tibidi.look.owners import REASON
from tibidi.look.owners import is_opener
from tibidi.model import FAILED
from tibidi.model import ILLEGAL
from tibidi.model import UNAVAILABLE
from tibidi.model import Omission
from tibidi.reading import makers
from tibidi.reading.finalizers import Finalizers
from tibidi.reading.missing import ModuleStub
from tibidi.reading.missing import Stub
from tibidi.reading.missing import missing_class
from tibidi.reading.missing import opener
from tibidi.reading.state import set_state
from tibidi.words import standins

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from tibidi.reading.unpickler import MemberFile

STAND_INS: dict[str, object] = {
    cls.__name__: cls for cls in (standins.Cut, standins.Dummy, standins.NotPickleable, standins.Redacted)
}
PythonUnpickler: Any = pickle._Unpickler  # typeshed does not have its stack, memo and handlers


class Rebuilder:
    """Reads the pickles of one dump, one with each `load()`."""

    def __init__(self, file: MemberFile, words: Mapping[str, object], problems: list[Omission]) -> None:
        self._file = file
        self._finalizers = Finalizers()
        self._names = Names(words, problems, self._finalizers)
        self._fast = LiveUnpickler(file, self._names)

    def load(self) -> object:
        """Return the value of the next pickle; raise DamagedDump if it cannot be read."""
        Stub.loading += 1
        try:
            with self._finalizers:
                return self._load()
        finally:
            Stub.loading -= 1

    def finish(self) -> None:
        """Make the loaded objects harmless: no finalizer of theirs runs, and owners are stand-ins."""
        for name in sorted(self._finalizers.finish(self._fast.memo.copy().values())):
            self._names.problems.append(Omission("values", ILLEGAL, f"{name}: {REASON}"))

    def _load(self) -> object:
        try:
            return self._fast.load()
        except (DamagedDump, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - application code may raise anything, SystemExit too
            return self._load_carefully(error)

    def _load_carefully(self, error: BaseException) -> object:
        self._file.source.seek(0)
        known: dict[int, Any] = dict(self._fast.memo.copy())
        self._finalizers.disarm(known.values())
        self._finalizers.disarm_locals(error)
        careful = CarefulUnpickler(self._file, self._names, known, self._finalizers)
        try:
            value = careful.load()
        except BaseException as another:
            self._finalizers.disarm(careful.memo.values())
            if isinstance(another, DamagedDump) or not isinstance(another, Exception):
                raise
            raise DamagedDump(
                f"a value cannot be loaded: {error_text(another)}, after {error_text(error)}"
            ) from another
        self._fast = LiveUnpickler(self._file, self._names)
        self._file.source = io.BytesIO(self._fast.memo_pickle(careful.memo))
        self._fast.load()
        where = str(value[0][0]) if type(value) is tuple and value and value[0] else "values"
        self._names.problems.extend(Omission(where, FAILED, failure) for failure in careful.failures)
        return value


class Names:
    """Finds what the names in a pickle mean: words of the format, objects of the application, or stand-ins.

    Importing runs application code, which may raise anything, SystemExit too.
    Each module is tried once, and each failure reported once.
    """

    def __init__(self, words: Mapping[str, object], problems: list[Omission], finalizers: Finalizers) -> None:
        self.problems = problems
        self._finalizers = finalizers
        self._words = {
            **makers.MAKERS,
            **STAND_INS,
            # These differ from the makers in that modules and what they name may be missing.
            "_class_state": self._class_state,
            "_module": self.module,
            "_reference": self._find,
            **words,
        }
        self._stubs: dict[str, ModuleStub] = {}
        self._missing: dict[tuple[str, str], object] = {}

    def find(self, module: str, name: str) -> Any:
        """Return the object that a pickle names, or a stand-in."""
        if module == "tibidi" and name in self._words:
            return self._words[name]
        if (module, name) == ("builtins", "getattr"):  # how C pickles methods of built-in types: lock.acquire
            return self._words["_attribute"]
        return self._find(module, name)

    def module(self, name: str) -> Any:
        """Return a module, or a stub if it cannot be imported."""
        if name in self._stubs:
            return self._stubs[name]
        try:
            with self._finalizers.paused():
                __import__(name)
            return sys.modules[name]
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - importing runs application code, which may even exit
            reason = error_text(error)
            self._stubs[name] = ModuleStub(name, reason)
            self.problems.append(Omission(f"modules[{name!r}]", UNAVAILABLE, f"a stub, since here: {reason}"))
            return self._stubs[name]

    def _find(self, module: str, qualname: str, layout: str = "", fields: tuple[str, ...] = ()) -> object:
        """Return the object of that name in a module; if it is missing, a class with this layout and these fields."""
        if (module, qualname) in self._missing:
            return self._missing[module, qualname]
        home = self.module(module)
        try:
            if not isinstance(home, ModuleStub):
                return self._harmless(attrgetter(qualname)(home), module, qualname)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a module's __getattr__ is application code
            detail = f"it has moved or is gone here: {error_text(error)}"
            self.problems.append(Omission(f"modules[{module!r}].{qualname}", UNAVAILABLE, detail))
        found = self._missing[module, qualname] = missing_class(module, qualname, layout, fields)
        if isinstance(home, ModuleStub) and "." not in qualname:
            setattr(home, qualname, found)
        return found

    def _harmless(self, found: object, module: str, qualname: str) -> object:
        """Mute the finalizer of a class; replace what would open or connect to something while loading."""
        if is_opener(found, f"{module}.{qualname}"):
            found = self._missing[module, qualname] = opener(module, qualname, found)
        self._finalizers.mute(found)
        return found

    def _class_state(self, cls: type, state: Any) -> None:
        """Fill a class that was pickled by value."""
        makers._class_state(cls, state)
        self._finalizers.mute(cls)


class LiveUnpickler(pickle.Unpickler):
    """Rebuilds at the speed of C; an exception may escape."""

    def __init__(self, file: Any, names: Names) -> None:
        super().__init__(file)
        self.find_class = names.find  # type: ignore[method-assign]  # saves a call for each name
        self._to_memoize: Iterator[object] = iter(())

    def memo_pickle(self, memo: Mapping[int, object]) -> bytes:
        """Return a pickle that memoizes these objects, if it is the next that is loaded.

        Assigning a dictionary to `memo` leaves it empty.  So each object is
        loaded by an id (None), memoized and popped.
        """
        self._to_memoize = iter([memo[index] for index in range(len(memo))])
        one = pickle.NONE + pickle.BINPERSID + pickle.MEMOIZE + pickle.POP
        return pickle.PROTO + bytes([5]) + one * len(memo) + pickle.NONE + pickle.STOP

    def persistent_load(self, pid: object) -> object:
        """Return the id: the writer puts the replacement of an object there."""
        return next(self._to_memoize, None) if pid is None else pid


class CarefulUnpickler(PythonUnpickler):  # type: ignore[misc]  # see there
    """Rebuilds object by object; one that raises is a Dummy with the error and the raw state.

    `failures` lists them; the caller knows where in the dump this pickle is.
    """

    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = dict(PythonUnpickler.dispatch)

    def __init__(self, file: Any, names: Names, memo: dict[int, object], finalizers: Finalizers) -> None:
        super().__init__(file)
        self._finalizers = finalizers
        self.find_class = names.find
        self.memo: dict[int, object] = {}
        self._known = memo  # from the pickles before, and from this one until it failed
        self.failures: list[str] = []

    def persistent_load(self, pid: object) -> object:
        """Return the id, as LiveUnpickler does."""
        return pid

    def memoize(self) -> None:
        """Memoize an object; the first, a path, shows how long the memo was before this pickle."""
        if not self.memo:
            self.memo = known_before(self._known, self.stack[-1])
        self.memo[len(self.memo)] = self.stack[-1]

    def guarded(self, opcode: Callable[[Any], None], operands: int) -> None:
        """Run the handler of an opcode; if it raises, push a stand-in for its result."""
        state = self.stack[-operands:]
        below = len(self.stack) - operands
        try:
            opcode(self)
        except (KeyboardInterrupt, pickle.UnpicklingError, EOFError):
            raise
        except BaseException as error:  # noqa: BLE001 - application code may raise anything
            del self.stack[below:]
            self._finalizers.disarm_locals(error)
            self.stack.append(self._failed(state, error))

    def newobj(self) -> None:
        """Make an object; if its `__new__` fails as its arguments were not pickled, bypass it."""
        cls, arguments = self.stack[-2:]
        known = len(self.failures)
        self.guarded(PythonUnpickler.load_newobj, 2)
        if len(self.failures) == known or arguments != ():
            return
        try:
            native: Any = native_base(cls)
            self.stack[-1] = native.__new__(cls)
        except (TypeError, AttributeError):  # not a class, or its base in C needs arguments as well
            return
        del self.failures[known:]

    def _failed(self, operands: list[Any], error: BaseException) -> standins.Dummy:
        """Return a stand-in for the object that could not be made of `operands`."""
        what, state = operands[0], operands[-1]
        if what is makers._made:
            what, _, state = state
        kind = what if isinstance(what, type) else (getattr(what, "__name__", None) and what) or type(what)
        name = f"{getattr(kind, '__module__', '')}.{getattr(kind, '__qualname__', kind)}"
        self.failures.append(f"{name}: {error_text(error)}")
        return standins.Dummy(name, error_text(error), state)

    def build(self) -> None:
        """Give an object its state; if that raises, a stand-in replaces the object, also in the memo."""
        target, state = self.stack[-2:]
        below = len(self.stack) - 2
        try:
            PythonUnpickler.load_build(self)
        except (KeyboardInterrupt, pickle.UnpicklingError):
            raise
        except BaseException as error:  # noqa: BLE001 - __setstate__ is application code
            self.stack[below:] = [target]
            # A class without `__setstate__`: its `__getattr__`, asked for that, needs attributes that are not set yet.
            if hasattr(type(target), "__setstate__") or not set_state(target, state):
                self.stack[below] = self._failed([type(target), state], error)
                self._finalizers.disarm([target])  # others may refer to it
                self._forget(target, self.stack[below])

    def _forget(self, target: object, dummy: object) -> None:
        for index in reversed(self.memo):
            if self.memo[index] is target:
                self.memo[index] = dummy
                return

    def fill(self, opcode: Callable[[Any], None], target: Any) -> None:
        """Put items into a container; if it raises, report that, and it keeps the items that it has."""
        try:
            opcode(self)
        except (KeyboardInterrupt, pickle.UnpicklingError):
            raise
        except BaseException as error:  # noqa: BLE001 - append, __setitem__, __hash__, __eq__ are application code
            self.failures.append(f"items of {type(target).__name__}: {error_text(error)}")


def _guard(name: str, operands: int) -> Callable[[CarefulUnpickler], None]:
    opcode = getattr(PythonUnpickler, name)
    return lambda self: self.guarded(opcode, operands)


def _fill(name: str, depth: int | None) -> Callable[[CarefulUnpickler], None]:
    """Return the guard of an opcode whose container is at `depth` on the stack, or below the mark."""
    opcode = getattr(PythonUnpickler, name)
    return lambda self: self.fill(opcode, self.metastack[-1][-1] if depth is None else self.stack[-depth])


CarefulUnpickler.dispatch.update(
    {
        pickle.ADDITEMS[0]: _fill("load_additems", None),
        pickle.APPEND[0]: _fill("load_append", 2),
        pickle.APPENDS[0]: _fill("load_appends", None),
        pickle.BUILD[0]: CarefulUnpickler.build,
        pickle.MEMOIZE[0]: CarefulUnpickler.memoize,
        pickle.NEWOBJ[0]: CarefulUnpickler.newobj,
        pickle.NEWOBJ_EX[0]: _guard("load_newobj_ex", 3),
        pickle.REDUCE[0]: _guard("load_reduce", 2),
        pickle.SETITEM[0]: _fill("load_setitem", 3),
        pickle.SETITEMS[0]: _fill("load_setitems", None),
    }
)


def known_before(memo: dict[int, object], path: object) -> dict[int, object]:
    """Return what was in the memo before the pickle that begins with `path`.

    The writer makes a new string for the path, so it is the first object that
    this pickle memoizes, and the last equal string that is followed by a tuple
    which begins with it.
    """
    for index in sorted(memo, reverse=True):
        if type(memo[index]) is str and memo[index] == path and _is_first(memo, index):
            return {key: value for key, value in memo.items() if key < index}
    return {}


def _is_first(memo: dict[int, object], index: int) -> bool:
    end = index + 1
    while type(memo.get(end)) is str:
        end += 1
    paths = memo.get(end)
    return type(paths) is tuple and len(paths) == end - index and paths[0] is memo[index]
