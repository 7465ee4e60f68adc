"""Rebuild the application's objects, each on its own: what fails is a stand-in, and its surroundings never notice.

Strategy
--------
`LiveUnpickler` is C code and knows nothing of failures but missing names,
which it makes stand-ins for.  Anything else that escapes from it, a
`__setstate__` that raises, say, costs a second reading of that pickle alone
by `CarefulUnpickler`, which is written in Python and guards every single
opcode that runs code of the application.  Both have the same memo, so that
objects which were rebuilt before stay the same objects.
"""

from __future__ import annotations

import pickle
import sys
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar

from tibidi.errors import DamagedDump
from tibidi.model import FAILED
from tibidi.model import UNAVAILABLE
from tibidi.model import Omission
from tibidi.reading import makers
from tibidi.reading.missing import ModuleStub
from tibidi.reading.missing import Stub
from tibidi.reading.missing import missing_class
from tibidi.reading.missing import missing_member
from tibidi.reading.state import set_state
from tibidi.words import standins
from tibidi.words.standins import is_missing

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from typing import Protocol

    class Rewindable(Protocol):
        """A file that is read from, perhaps twice."""

        def read(self, size: int = -1, /) -> bytes:
            """Return at most `size` bytes."""

        def readline(self) -> bytes:
            """Return a line."""

        def rewind(self) -> None:
            """Go back to the beginning."""

        def instead(self, content: bytes) -> None:
            """Read `content` from now on."""


STAND_INS: dict[str, object] = {
    cls.__name__: cls for cls in (standins.Cut, standins.Dummy, standins.NotPickleable, standins.Redacted)
}


if TYPE_CHECKING:

    class Python:
        """What is used of the unpickler that pickle has in Python."""

        dispatch: ClassVar[dict[int, Callable[[Any], None]]]
        find_class: Callable[[str, str], Any]
        memo: dict[int, object]
        metastack: list[list[Any]]
        stack: list[Any]

        def __init__(self, file: Any) -> None:
            """Read from `file`."""

        def load(self) -> Any:
            """Return the value of one pickle."""

        def load_build(self) -> None:
            """Run the opcode BUILD."""

        def load_newobj(self) -> None:
            """Run the opcode NEWOBJ."""

else:
    Python = pickle._Unpickler


class Rebuilder:
    """Reads the pickles of one dump, one with each `load()`, from a file that goes from one to the next."""

    def __init__(self, file: Rewindable, words: Mapping[str, object], problems: list[Omission]) -> None:
        self._file = file
        self._names = Names(words, problems)
        self._fast = LiveUnpickler(file, self._names)

    def load(self) -> object:
        """Return the value of the pickle that the file is at; raise DamagedDump when it is not to be read."""
        Stub.loading += 1
        # What is given up half built may have a `__del__`, which fails for want of the other half: no news.
        hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
        try:
            return self._load()
        finally:
            sys.unraisablehook = hook
            Stub.loading -= 1

    def _load(self) -> object:
        try:
            return self._fast.load()
        except (DamagedDump, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - code of the application may raise anything, even exit
            return self._load_carefully(error)

    def _load_carefully(self, error: BaseException) -> object:
        self._file.rewind()
        careful = CarefulUnpickler(self._file, self._names, dict(self._fast.memo.copy()))
        try:
            value = careful.load()
        except (DamagedDump, KeyboardInterrupt):
            raise
        except Exception as another:
            raise DamagedDump(f"a value cannot be loaded: {describe(another)}, after {describe(error)}") from another
        self._fast = LiveUnpickler(self._file, self._names)
        self._file.instead(self._fast.lesson(careful.memo))
        self._fast.load()
        self._fast.learnt()
        where = str(value[0][0]) if type(value) is tuple and value and value[0] else "values"
        self._names.problems.extend(Omission(where, FAILED, failure) for failure in careful.failures)
        return value


class Names:
    """What the names in a pickle mean: words of ours, the application's things, or stand-ins for them.

    Importing runs code of the application, which may raise anything, even
    SystemExit.  Each module is tried once and each failure told once.
    """

    def __init__(self, words: Mapping[str, object], problems: list[Omission]) -> None:
        self.problems = problems
        self._words = {**makers.MAKERS, **STAND_INS, **self._ours(), **words}
        self._stubs: dict[str, ModuleStub] = {}
        self._missing: dict[tuple[str, str], object] = {}

    def _ours(self) -> dict[str, object]:
        """Return the words that mean something else where things may be missing."""
        return {
            "_class": _class,
            "_made": _made,
            "_member": _member,
            "_module": self.module,
            "_reference": self._reference,
        }

    def find(self, module: str, name: str) -> Any:
        """Return what a pickle names."""
        if module == "tibidi" and name in self._words:
            return self._words[name]
        if (module, name) == ("builtins", "getattr"):  # how C pickles methods of built-in types: lock.acquire
            return self._words["_attribute"]
        return self._find(module, name, lambda found: _class_of(found, name))

    def module(self, name: str) -> Any:
        """Return a module, or a stub for it."""
        if name in self._stubs:
            return self._stubs[name]
        try:
            __import__(name)
            return sys.modules[name]
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - importing runs the application's code, which may even exit
            reason = describe(error)
            self._stubs[name] = ModuleStub(name, reason)
            self.problems.append(Omission(f"modules[{name!r}]", UNAVAILABLE, f"a stub, since here: {reason}"))
            return self._stubs[name]

    def _reference(self, module: str, qualname: str, layout: str, fields: tuple[str, ...]) -> object:
        """Return a class; where it is missing one that at least holds what its instances held."""
        return self._find(module, qualname, lambda _: missing_class(module, qualname, layout, fields))

    def _find(self, module: str, qualname: str, missing: Callable[[Any], object]) -> object:
        """Return what has that name in a module, else what `missing` makes of the module."""
        if (module, qualname) in self._missing:
            return self._missing[module, qualname]
        found = home = self.module(module)
        try:
            if isinstance(home, ModuleStub):
                raise AttributeError(qualname)  # noqa: TRY301, TRY004 - a stub has every name, but none of a known make
            for part in qualname.split("."):
                found = getattr(found, part)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a module's __getattr__ is the application's code
            if not isinstance(home, ModuleStub):
                detail = f"it has moved or is gone here: {describe(error)}"
                self.problems.append(Omission(f"modules[{module!r}].{qualname}", UNAVAILABLE, detail))
            found = self._missing[module, qualname] = missing(home)
            if isinstance(home, ModuleStub) and "." not in qualname:
                setattr(home, qualname, found)
        return found


def _class_of(home: Any, qualname: str) -> object:
    """Return a stand-in for a class, function or method of which nothing but the name is known."""
    if isinstance(home, ModuleStub) and "." not in qualname:
        return getattr(home, qualname)
    return missing_class(home.__name__, qualname, "", ())


def _member(cls: type, name: str, value: object) -> object:
    """Return a member of an enumeration, or of what stands for one."""
    return missing_member(cls, name, value) if is_missing(cls) else makers._member(cls, name, value)


def _made(cls: type, function: Callable[..., object], arguments: tuple[object, ...]) -> object:
    """Return what a function makes; where both that and the class are missing, what stands for such an instance."""
    return cls(*arguments) if is_missing(function) and is_missing(cls) else function(*arguments)


def _class(metaclass: type, name: str, bases: tuple[type, ...], keywords: Mapping[str, object], *_: object) -> type:
    """Make a class; where its metaclass is missing, one without that."""
    if is_missing(metaclass) or any(map(is_missing, bases)):
        metaclass = type(bases[0]) if bases else type
    return makers._class(metaclass, name, bases, keywords)


class LiveUnpickler(pickle.Unpickler):
    """Rebuilds at the speed of C; an exception may escape."""

    def __init__(self, file: Any, names: Names) -> None:
        super().__init__(file)
        self.find_class = names.find  # type: ignore[method-assign]  # what it answers is all that it does
        self._lesson: Iterator[object] | None = None

    def lesson(self, memo: Mapping[int, object]) -> bytes:
        """Return a pickle that brings these objects into the memo, as setting it from a dictionary leaves it empty.

        Each is loaded by an id (None), memoized and popped.
        """
        self._lesson = iter([memo[index] for index in range(len(memo))])
        one = pickle.NONE + pickle.BINPERSID + pickle.MEMOIZE + pickle.POP
        return pickle.PROTO + bytes([5]) + one * len(memo) + pickle.NONE + pickle.STOP

    def learnt(self) -> None:
        """End the lesson."""
        self._lesson = None

    def persistent_load(self, pid: object) -> object:
        """Return what was pickled in the place of something: itself."""
        if self._lesson is not None and pid is None:
            return next(self._lesson)
        return pid


class CarefulUnpickler(Python):
    """Rebuilds object by object; what raises is a Dummy that says why and has the raw state.

    `failures` lists each, for the one who knows where in the dump this is.
    """

    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = dict(Python.dispatch)

    def __init__(self, file: Any, names: Names, memo: dict[int, object]) -> None:
        super().__init__(file)
        self.find_class = names.find
        self.memo = {}
        self._known = memo  # of all that was loaded before, and of what this pickle had come to when it failed
        self.failures: list[str] = []

    def persistent_load(self, pid: object) -> object:
        """Return what was pickled in the place of something: itself."""
        return pid

    def memoize(self) -> None:
        """Enter an object into the memo; the first, a path, tells how long the memo was before this pickle."""
        if not self.memo:
            self.memo = known_before(self._known, self.stack[-1])
        self.memo[len(self.memo)] = self.stack[-1]

    def guarded(self, opcode: Callable[[Any], None], operands: int) -> None:
        """Run an opcode of pickle's; if it raises, put a stand-in where its result belongs."""
        state = self.stack[-operands:]
        below = len(self.stack) - operands
        try:
            opcode(self)
        except (KeyboardInterrupt, pickle.UnpicklingError, EOFError):
            raise
        except BaseException as error:  # noqa: BLE001 - the application's code may raise anything
            del self.stack[below:]
            self.stack.append(self._failed(state, error))

    def newobj(self) -> None:
        """Make an object; where its `__new__` raises, as it has to without arguments that nobody kept, past that."""
        cls, arguments = self.stack[-2:]
        known = len(self.failures)
        self.guarded(Python.load_newobj, 2)
        if len(self.failures) == known or arguments != ():
            return
        try:
            self.stack[-1] = makers._native(cls).__new__(cls)
        except (TypeError, AttributeError):  # of no class, or of one whose base in C wants arguments, too
            return
        del self.failures[known:]

    def _failed(self, operands: list[Any], error: BaseException) -> standins.Dummy:
        """Return what stands for something that could not be made of `operands`."""
        what, state = operands[0], operands[-1]
        if what is _made:
            what, _, state = state
        kind = what if isinstance(what, type) else (getattr(what, "__name__", None) and what) or type(what)
        name = f"{getattr(kind, '__module__', '')}.{getattr(kind, '__qualname__', kind)}"
        self.failures.append(f"{name}: {describe(error)}")
        return standins.Dummy(name, describe(error), state)

    def build(self) -> None:
        """Give an object its state; if it raises, a stand-in is what is mentioned from now on."""
        target, state = self.stack[-2:]
        below = len(self.stack) - 2
        try:
            Python.load_build(self)
        except (KeyboardInterrupt, pickle.UnpicklingError):
            raise
        except BaseException as error:  # noqa: BLE001 - __setstate__ is the application's
            self.stack[below:] = [target]
            # A `__getattr__` that reads what is not there yet was asked for a `__setstate__` that there is not.
            if hasattr(type(target), "__setstate__") or not set_state(target, state):
                self.stack[below] = self._failed([type(target), state], error)
                self._forget(target, self.stack[below])

    def _forget(self, target: object, dummy: object) -> None:
        for index in reversed(self.memo):
            if self.memo[index] is target:
                self.memo[index] = dummy
                return

    def fill(self, opcode: Callable[[Any], None], target: Any) -> None:
        """Put items into a container; what it refuses is told, and it keeps what it has taken."""
        try:
            opcode(self)
        except (KeyboardInterrupt, pickle.UnpicklingError):
            raise
        except BaseException as error:  # noqa: BLE001 - append, __setitem__, __hash__, __eq__ are the application's
            self.failures.append(f"items of {type(target).__name__}: {describe(error)}")


def _guard(name: str, operands: int) -> Callable[[CarefulUnpickler], None]:
    opcode = getattr(Python, name)
    return lambda self: self.guarded(opcode, operands)


def _fill(name: str, depth: int | None) -> Callable[[CarefulUnpickler], None]:
    """Return the guard of an opcode whose container lies `depth` deep on the stack, or below the mark."""
    opcode = getattr(Python, name)
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


def describe(error: BaseException) -> str:
    """Return type and message of an error of the application's, whose `__str__` may be of no use."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001 - code of the application
        return type(error).__name__


def known_before(memo: dict[int, object], path: object) -> dict[int, object]:
    """Return what was in the memo before the pickle that begins with `path`.

    The writer makes a new text for the path, so it is the first that this
    pickle enters into the memo, and the last of its kind that lies in front
    of a tuple which begins with it.
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
