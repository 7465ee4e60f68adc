"""How objects are taken apart: the reducers that all picklers of a dump share.

Strategy
--------
`Reducers.reduce` is asked for every object that is not a plain builtin.  What
is to be done is decided once a type and kept in a table; of plain instances
the first is left to the C code of `object.__reduce_ex__`, which takes a third
of the time of the whole pickle, and what it says of that one is said of the
others.  Whatever raises is replaced by
a stand-in right there, and its surroundings never notice.

What to pickle by name and what by value, and how classes are taken apart, is
for cloudpickle to say (`naming`, `translation`).
"""

from __future__ import annotations

import io
import operator
import sys
import types
from _functools import _lru_cache_wrapper  # type: ignore[import-not-found]  # typeshed has it under functools only
from types import CellType
from types import CodeType
from types import FunctionType
from types import ModuleType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import GROUP
from tibidi.look.anatomy import dictionary
from tibidi.look.anatomy import exception_attributes
from tibidi.look.anatomy import group_members
from tibidi.look.anatomy import is_group
from tibidi.look.anatomy import is_plain
from tibidi.look.anatomy import member_attributes
from tibidi.look.anatomy import mro
from tibidi.look.classes import is_evaluated
from tibidi.look.classes import is_lazy
from tibidi.process import time
from tibidi.process.worker import Abandoned
from tibidi.words import vocabulary as words
from tibidi.words.code import pack
from tibidi.writing.instances import NEW
from tibidi.writing.instances import RECONSTRUCT
from tibidi.writing.instances import REDUCE
from tibidi.writing.instances import asked
from tibidi.writing.instances import named
from tibidi.writing.instances import reducer_like
from tibidi.writing.instances import unasked
from tibidi.writing.naming import is_found
from tibidi.writing.naming import is_importable
from tibidi.writing.naming import reduce_class
from tibidi.writing.naming import reducer_for
from tibidi.writing.needs import called_methods
from tibidi.writing.needs import needs
from tibidi.writing.shells import Shell
from tibidi.writing.stream import TooLate

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from typing import Any

    from tibidi.writing.ledger import Ledger
    from tibidi.writing.ledger import Reduced
    from tibidi.writing.namespaces import Namespaces

    Reducer = Callable[[Any], Any]

# Types that are the state of a computation, which cannot be continued elsewhere.
ILLEGAL_TYPES = (
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
    types.FrameType,
    types.TracebackType,
)
FILE_TYPES = (io.TextIOWrapper, io.BufferedReader, io.BufferedWriter, io.BufferedRandom, io.FileIO)
FUNCTION_ATTRIBUTES = (
    "__qualname__",
    "__module__",
    "__doc__",
    "__defaults__",
    "__kwdefaults__",
    "__annotations__",
    *(("__type_params__",) if sys.version_info >= (3, 12) else ()),
)


class Reducers:
    """The reducers of one dump; `seeded` has the globals that are pickled by their name, by their ids.

    After the moment `until` (of time.monotonic) code of the application is not
    asked any more, and TooLate raised.
    """

    def __init__(self, namespaces: Namespaces, ledger: Ledger) -> None:
        self.seeded = namespaces.seeded
        self.until = float("inf")
        self._namespaces = namespaces
        self._ledger = ledger
        self._shells: dict[int, Shell] = {}
        self._bytecode: dict[int, object] = {}
        self._builders: set[int] = set()  # ids of functions that loading calls, as `__reduce__` says so
        known: dict[type, Reducer] = {
            CellType: self._cell,
            CodeType: self._code,
            FunctionType: self._function,
            ModuleType: self._module,
            Shell: operator.attrgetter("reduced"),
            words.Word: operator.attrgetter("__name__"),
            _lru_cache_wrapper: self._cached,
            type: self._class,
            **dict.fromkeys(ILLEGAL_TYPES, ledger.illegal),
            **dict.fromkeys(FILE_TYPES, self._file),
        }
        # By id, as a metaclass may have its own `__hash__`, or none.
        self._table: dict[int, Reducer] = {id(cls): reducer for cls, reducer in known.items()}
        self._decided: list[type] = []  # kept alive, for their ids
        self._nameable: dict[int, bool] = {}

    def reduce(self, thing: object) -> Any:
        """Take `thing` apart, as `Pickler.reducer_override` does; a stand-in for what raises."""
        try:
            return (self._table.get(id(type(thing))) or self._decide(type(thing)))(thing)
        except (Abandoned, KeyboardInterrupt, TooLate):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever code of the application raises, even SystemExit
            return self._ledger.failed(thing, error)

    def is_bytecode(self, data: object) -> bool:
        """Tell whether `data` is what a code object was packed into."""
        return id(data) in self._bytecode

    def _decide(self, cls: type) -> Reducer:
        self._decided.append(cls)
        reducer = self._table[id(cls)] = self._reducer_for(cls)
        return reducer

    def _reducer_for(self, cls: type) -> Reducer:
        """Decide how things of a type are taken apart."""
        bases = mro(cls)
        if type in bases:
            return self._class
        if BaseException in bases:
            return self._exception
        if is_lazy(cls):
            return self._lazy
        theirs = reducer_for(cls)
        if theirs is not None:
            return lambda thing: named(thing, theirs(thing))
        try:
            reduce_class(cls)
        except Exception as error:  # noqa: BLE001 - a metaclass of the application may raise anything
            reason = error
            return lambda thing: self._ledger.failed(thing, reason)
        if "enum" in sys.modules and sys.modules["enum"].Enum in bases:
            return self._enum_member
        if cls.__module__ == "dataclasses":
            return _part_of_dataclass
        return self._plain if is_plain(cls) else self._watched

    # One reducer a kind of type.

    def _plain(self, thing: object) -> object:
        """Reduce by code of the interpreter, all of whose answers for the type can be told from the first one."""
        reduced = REDUCE(thing)
        if type(reduced) is not tuple or len(reduced) < 3 or reduced[2] is not None:  # None: this one is empty
            self._table[id(type(thing))] = reducer_like(reduced, thing)
        return named(thing, reduced)

    def _watched(self, thing: object) -> object:
        """Reduce by code of the application, which may take its time, or never return."""
        if self._ledger.has_hung(thing):
            return self._ledger.hung(thing)
        if time.monotonic() > self.until:  # of slow ones, a frame of a pickle may take for ever to fill
            raise TooLate
        self._ledger.running = thing
        reduced = unasked(thing) or asked(thing)
        self._ledger.running = None
        return self._made(thing, reduced) if type(reduced) is tuple and is_function(reduced[0]) else reduced

    def _made(self, thing: object, reduced: Reduced) -> Reduced:
        """Have the class of what a function makes beside that, if it can be named."""
        cls, function = type(thing), reduced[0]
        if function.__module__ == "copyreg":
            return reduced
        self._builders.add(id(function))
        if id(cls) not in self._nameable:
            self._nameable[id(cls)] = is_importable(cls)
        return (words._made, (cls, *reduced[:2]), *reduced[2:]) if self._nameable[id(cls)] else reduced

    def _lazy(self, thing: object) -> object:
        """Reduce what may have come into being without asking it: a proxy even answers for its `__class__`."""
        own = dictionary(thing)
        if not is_evaluated(type(thing), own):
            return self._ledger.lazy(thing)
        return RECONSTRUCT, (type(thing), object, None), own, None, None, words._member_state

    def _class(self, cls: type) -> object:
        reduced = reduce_class(cls)
        if reduced is NotImplemented or reduced[-1] is not words._class_state:
            return reduced
        attributes, slots = reduced[2]
        return (*reduced[:2], (attributes, slots, self._homes(called_methods(cls))), *reduced[3:])

    def _homes(self, functions: Iterable[FunctionType]) -> list[tuple[object, dict[str, object]]]:
        """Return the globals that functions need as soon as they are back."""
        return [(self._namespaces.mention(each.__globals__, each.__code__), used) for each, used in needs(functions)]

    def _function(self, function: FunctionType) -> object:
        if is_importable(function):
            return NotImplemented
        code = function.__code__
        home = self._namespaces.mention(function.__globals__, code)
        cells = [self._shell(cell, (words._cell, ())) for cell in function.__closure__ or ()]
        closure = tuple(cells) if function.__closure__ is not None else None
        attributes = {name: function_attribute(function, name) for name in FUNCTION_ATTRIBUTES}
        homes = self._homes([function]) if id(function) in self._builders else []
        state = (attributes, dict(function.__dict__), function.__closure__, homes)
        return words._function, (code, home, function.__name__, closure), state, None, None, words._function_state

    def _cell(self, cell: CellType) -> Reduced:
        shell = self._shell(cell, (words._cell, ()))
        try:
            content = cell.cell_contents
        except ValueError:  # empty
            return words._same, (shell,)
        return words._same, (shell,), (content,), None, None, words._cell_state

    def _code(self, code: CodeType) -> Reduced:
        packed = pack(code)
        self._bytecode[id(packed[1])] = packed[1]
        return words._code, packed

    def _module(self, module: ModuleType) -> Reduced:
        if sys.modules.get(module.__name__) is module:
            return words._module, (module.__name__,)
        state = {name: value for name, value in vars(module).items() if name != "__builtins__"}
        return words._dynamic_module, (module.__name__,), state, None, None, words._dynamic_module_state

    def _exception(self, exception: BaseException) -> Reduced:
        self._ledger.exceptions[id(exception)] = exception
        shell = self._shells.get(id(exception))
        make = (words._same, (shell,)) if shell else self._bare(exception)
        state = (exception_attributes(exception), dictionary(exception), group_members(exception))
        return (*make, state, None, None, words._exception_state)

    def _bare(self, exception: Any) -> Reduced:
        """Return the call that makes an exception, empty but for what a group cannot be without."""
        if not is_group(type(exception)):
            return words._exception, (type(exception),)
        begun = self._ledger.exceptions
        members = [
            each if id(each) in begun else self._shell(each, self._bare(each)) for each in group_members(exception)
        ]
        return words._exception, (type(exception), GROUP.message.__get__(exception), members)

    def _enum_member(self, member: object) -> object:
        own = dictionary(member)
        if type(own.get("_name_")) is not str:  # a combination of flags
            return REDUCE(member)
        reduced = words._member, (type(member), own["_name_"], own.get("_value_"))
        more = member_attributes(member)
        return (*reduced, more, None, None, words._member_state) if more else reduced

    def _cached(self, function: Any) -> object:
        """Reduce a function of `lru_cache`; what is in its cache is nobody's variable."""
        if is_found(function):
            return function.__qualname__
        parameters = function.cache_parameters()
        return words._cached, (function.__wrapped__, parameters["maxsize"], parameters["typed"])

    def _file(self, file: object) -> Reduced:
        for name in ("stdout", "stderr"):
            if file is getattr(sys, name, None):
                return words._attribute, (sys, name)
        return self._ledger.failed(file, TypeError("open files cannot be pickled"))

    def _shell(self, thing: object, reduced: Reduced) -> Shell:
        shell = self._shells.get(id(thing))
        if shell is None:
            shell = self._shells[id(thing)] = Shell(thing, reduced)
        return shell


def is_function(thing: object) -> bool:
    """Tell a function, in Python or in Cython."""
    return type(thing) is FunctionType or type(thing).__name__ == "cython_function_or_method"


def _part_of_dataclass(thing: Any) -> object:
    """Reduce what dataclasses leaves in a class so that its other versions understand it."""
    for name in ("MISSING", "KW_ONLY"):
        if thing is getattr(sys.modules["dataclasses"], name, None):
            return words._field, (name,)
    if type(thing).__name__ == "_FIELD_BASE":  # what kind of field another one is
        return words._field, (thing.name,)
    state = {name: getattr(thing, name, None) for name in getattr(type(thing), "__slots__", ())}
    return NEW, (type(thing),), state, None, None, words._slots_state


def function_attribute(function: FunctionType, name: str) -> object:
    """Return an attribute of a function; annotations are evaluated only now since Python 3.14, and that may fail."""
    try:
        return getattr(function, name)
    except Exception:  # noqa: BLE001 - the code of an annotation may raise anything
        return {}
