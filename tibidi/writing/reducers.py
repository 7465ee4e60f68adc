"""The reducers that all picklers of a dump share.

Strategy
--------
`Reducers.reduce` is called for every object that is not a plain builtin.  The
reducer is chosen once per type and kept in a table.  `object.__reduce_ex__`
takes a third of the time of a whole pickle, so of plain instances it is called
for the first only, and its result is applied to the others.  An object that
raises is replaced by a stand-in right there, and its container is not affected.

cloudpickle decides what is pickled by name and what by value, and how classes are reduced (`naming`, `translation`).
"""

from __future__ import annotations

import io
import operator
import sys
import types
from _functools import _lru_cache_wrapper  # type: ignore[import-not-found]  # typeshed has it under functools only
from types import CellType, CodeType, FunctionType, ModuleType

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import (
    GROUP,
    dictionary,
    dictionary_reader,
    exception_attributes,
    group_members,
    is_group,
    is_plain,
    may_have_members,
    mro,
    native_base,
    stored,
    type_name,
)
from tibidi.look.classes import is_lazy
from tibidi.process.temporary import Abandoned
from tibidi.words import vocabulary as words
from tibidi.words.code import pack
from tibidi.writing.instances import REDUCE, makes_itself, named, reduce_with_getattr, reducer_like
from tibidi.writing.namespaces import Namespaces, Placeholder
from tibidi.writing.naming import ORDINARY_REDUCERS, is_found, is_importable, reduce_class, reducer_for
from tibidi.writing.stream import TooLarge, TooLate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from tibidi.redaction import Redactor
    from tibidi.writing.calls import Calls
    from tibidi.writing.libraries import LibraryReducers
    from tibidi.writing.pickle_state import PickleState, Reduced

    Reducer = Callable[[Any], Any]

TABLE_LIBRARIES = frozenset({"numpy", "pandas", "polars", "pyarrow"})
# The states of computations, which cannot be continued in another process.
ILLEGAL_TYPES = (
    types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType, types.FrameType, types.TracebackType,
)  # fmt: skip
FILE_TYPES = (io.TextIOWrapper, io.BufferedReader, io.BufferedWriter, io.BufferedRandom, io.FileIO)
# Modules of types that are described instead of pickled.
LIBRARIES = frozenset({
    "IPython", "_ctypes", "_pytest", "_weakrefset", "_wrappers", "botocore", "lxml", "numpy", "os", "pandas", "pluggy",
    "polars", "pyarrow", "scipy", "torch", "weakcallableproxy", "weakproxy", "weakref", "wrapt", "xarray",
})  # fmt: skip
FUNCTION_ATTRIBUTES = (
    "__qualname__", "__module__", "__doc__", "__defaults__", "__kwdefaults__", "__annotations__",
    *(("__type_params__",) if sys.version_info >= (3, 12) else ()),
)  # fmt: skip


class Reducers:
    """The reducers of one dump of the values `roots`; `seeded` has the globals that are pickled by name, by id."""

    def __init__(self, namespaces: Namespaces, state: PickleState, redactor: Redactor, roots: list[object]) -> None:
        self.seeded = namespaces.seeded
        self._roots = roots
        self._redactor = redactor
        self._libraries: LibraryReducers | None = None
        self._calls: Calls | None = None
        self._namespaces = namespaces
        self._state = state
        self._placeholders: dict[int, Placeholder] = {}
        self._bytecode: dict[int, object] = {}
        self._builders: set[int] = set()  # ids of functions that loading calls, as a `__reduce__` names them
        known: dict[type, Reducer] = {
            CellType: self._cell,
            CodeType: self._code,
            FunctionType: self._function,
            ModuleType: self._module,
            Placeholder: operator.attrgetter("reduced"),
            words.Word: operator.attrgetter("__name__"),
            _lru_cache_wrapper: self._cached,
            type: self._class,
            **dict.fromkeys(ILLEGAL_TYPES, state.illegal),
            **dict.fromkeys(FILE_TYPES, self._file),
        }
        # By id, as a metaclass may define `__hash__`, or unset it.
        self._table: dict[int, Reducer] = {id(cls): reducer for cls, reducer in {**ORDINARY_REDUCERS, **known}.items()}
        self._decided: list[type] = []  # keeps their ids valid
        self._nameable: dict[int, bool] = {}
        self._is_closed = False
        self._hidden: Any = None  # warnings, if application code may show some

    def reduce(self, thing: object) -> Any:
        """Reduce an object, as `Pickler.reducer_override` does, to a stand-in if it raises."""
        try:
            return (self._table.get(id(type(thing))) or self._decide(type(thing)))(thing)
        except (Abandoned, KeyboardInterrupt, TooLarge, TooLate):
            raise
        except BaseException as error:  # noqa: BLE001 - application code may raise anything, even SystemExit
            return self._state.failed(thing, error)

    def close(self) -> None:
        """Empty the table, whose methods refer to the reducers: else both would live until a garbage collection."""
        self._is_closed = True
        self._table.clear()
        self._roots.clear()
        if self._hidden is not None:
            self._hidden.__exit__()

    def hide_warnings(self) -> None:
        """Hide the warnings of application code from now on, until `close`."""
        if self._hidden is None:
            from tibidi.process.quiet import warnings_hidden  # few dumps call application code

            self._hidden = warnings_hidden()
            self._hidden.__enter__()

    def is_bytecode(self, data: object) -> bool:
        """Return True if `data` is the bytecode of a code object."""
        return id(data) in self._bytecode

    def _decide(self, cls: type) -> Reducer:
        if self._is_closed:  # by a worker that was abandoned
            raise Abandoned
        self._decided.append(cls)
        if not is_plain(cls):
            self.hide_warnings()
        reducer = self._table[id(cls)] = self._scrubbing(cls, self._reducer_for(cls))
        return reducer

    def _scrubbing(self, cls: type, reducer: Reducer) -> Reducer:
        """Return a reducer that redacts an array or a table first, whose cells no filter of a pickle sees."""
        if TABLE_LIBRARIES.isdisjoint(type_name(base).partition(".")[0] for base in mro(cls)):
            return reducer
        from tibidi.redaction import tables  # few dumps need it

        return tables.scrubbing(cls, reducer, self._redactor, self._state.note)

    def _reducer_for(self, cls: type) -> Reducer:
        """Choose the reducer for a type."""
        bases = mro(cls)
        if type in bases:
            return self._class
        if BaseException in bases:
            return self._exceptions(cls)
        if is_lazy(cls):
            from tibidi.writing.libraries import lazy_reducer  # few dumps need it

            return lazy_reducer(self._state)
        theirs = self._library_reducer(cls) or self._owner_reducer(cls) or reducer_for(cls)
        if theirs is not None:
            return lambda thing: named(thing, theirs(thing), is_own=False)
        try:
            reduce_class(cls)
        except Exception as error:  # noqa: BLE001 - a metaclass may raise anything
            reason = error
            return lambda thing: self._state.failed(thing, reason)
        if getattr(sys.modules.get("enum"), "Enum", None) in bases:
            from tibidi.writing.class_parts import reduce_member  # few dumps have one

            return reduce_member
        if cls.__module__ == "dataclasses" or type_name(cls) == "functools.cached_property":
            from tibidi.writing.class_parts import reduce_class_part

            return reduce_class_part
        return self._ordinary(cls)

    def _ordinary(self, cls: type) -> Reducer:
        reduce, native = self._plain if is_plain(cls) else self._watched, native_base(cls)
        if native is object or native is cls:
            return reduce
        from tibidi.writing import natives  # few dumps have a class on a built-in type

        return natives.reducer_for(cls, reduce_with_getattr if is_plain(cls) else reduce) or reduce

    def _library_reducer(self, cls: type) -> Reducer | None:
        bases = mro(cls)
        if LIBRARIES.isdisjoint(type_name(base).partition(".")[0] for base in bases) and property not in bases[1:]:
            return None
        if self._libraries is None:
            from tibidi.writing.libraries import LibraryReducers  # few dumps need it

            self._libraries = LibraryReducers(self._roots, self._state)
        return self._libraries.reducer_for(cls)

    def _owner_reducer(self, cls: type) -> Reducer | None:
        from tibidi.look import owners  # few types get here

        return (lambda thing: self._state.owner(thing, owners.REASON)) if owners.is_owner(cls) else None

    # One reducer for each kind of type.

    def _plain(self, thing: object) -> object:
        """Reduce by code of the interpreter, whose first result for a type tells all others."""
        reduced = REDUCE(thing)
        if type(reduced) is not tuple or len(reduced) < 3 or reduced[2] is not None:  # None: this one is empty
            self._table[id(type(thing))] = reducer_like(reduced, thing)
        return named(thing, reduced)

    def _watched(self, thing: object) -> object:
        """Reduce by application code."""
        if self._calls is None:
            from tibidi.writing.calls import Calls  # few dumps need it

            self._calls = Calls(self._state, self._roots, self._redactor)
        reduced = self._calls.reduce(thing)
        return self._made(thing, reduced) if type(reduced) is tuple and is_function(reduced[0]) else reduced

    def _made(self, thing: object, reduced: Reduced) -> Reduced:
        """Add the class to the reduce value of an object that a function makes, if the class can be named."""
        cls, function = type(thing), reduced[0]
        if function.__module__ == "copyreg":
            return reduced
        self._builders.add(id(function))
        if id(cls) not in self._nameable:
            self._nameable[id(cls)] = is_importable(cls)
        return (words._made, (cls, *reduced[:2]), *reduced[2:]) if self._nameable[id(cls)] else reduced

    def _class(self, cls: type) -> object:
        reduced = reduce_class(cls)
        if reduced is NotImplemented or reduced[-1] is not words._class_state:
            return reduced
        from tibidi.writing import class_bodies  # the smallest dumps have no class of the application

        attributes, slots = class_bodies.annotated(cls, reduced[2][0]), reduced[2][1]
        early = self._early_globals(class_bodies.called_methods(cls))
        return (*reduced[:2], (attributes, slots, early), *reduced[3:])

    def _early_globals(self, functions: Iterable[FunctionType]) -> list[tuple[object, dict[str, object]]]:
        """Return the globals that functions need as soon as they are loaded."""
        from tibidi.writing.class_bodies import early_globals

        found = early_globals(functions)
        return [(self._namespaces.refer_to(each.__globals__, each.__code__), used) for each, used in found]

    def _function(self, function: FunctionType) -> object:
        if is_importable(function):
            return NotImplemented
        code = function.__code__
        namespace = self._namespaces.refer_to(function.__globals__, code)
        cells = [self._placeholder(cell, (words._cell, ())) for cell in function.__closure__ or ()]
        closure = tuple(cells) if function.__closure__ is not None else None
        attributes = {name: function_attribute(function, name) for name in FUNCTION_ATTRIBUTES}
        early = self._early_globals([function]) if id(function) in self._builders else []
        state = (attributes, dict(function.__dict__), function.__closure__, early)
        return words._function, (code, namespace, function.__name__, closure), state, None, None, words._function_state

    def _cell(self, cell: CellType) -> Reduced:
        placeholder = self._placeholder(cell, (words._cell, ()))
        try:
            content = cell.cell_contents
        except ValueError:  # empty
            return words._same, (placeholder,)
        return words._same, (placeholder,), (content,), None, None, words._cell_state

    def _code(self, code: CodeType) -> Reduced:
        packed = pack(code)
        self._bytecode[id(packed[1])] = packed[1]
        return words._code, packed

    def _module(self, module: ModuleType) -> Reduced:
        if sys.modules.get(module.__name__) is module:
            return words._module, (module.__name__,)
        state = {name: value for name, value in vars(module).items() if name != "__builtins__"}
        return words._dynamic_module, (module.__name__,), state, None, None, words._dynamic_module_state

    def _exceptions(self, cls: type) -> Reducer:
        """Return the reducer for the exceptions of a class."""
        descriptors, read = stored(cls), dictionary_reader(cls)
        is_foreign, has_members = makes_itself(cls), may_have_members(cls)
        made = None if is_foreign or has_members else (words._exception, (cls,))

        def reduce(exception: BaseException) -> Reduced:
            self._state.exceptions[id(exception)] = exception
            placeholder = self._placeholders.get(id(exception))
            make = (words._same, (placeholder,)) if placeholder else made or self._bare(exception)
            attributes = exception_attributes(exception, descriptors)
            if is_foreign:
                del attributes["args"]
            state = (attributes, read(exception) if read else {}, group_members(exception) if has_members else ())
            return (*make, state, None, None, words._exception_state)

        return reduce

    def _bare(self, exception: Any) -> Reduced:
        """Return the call that makes an exception, empty except for the members of a group, which it requires."""
        if makes_itself(type(exception)):
            made: Any = reduce_with_getattr(exception)
            return words._same, (self._placeholder(exception, self._made(exception, made)),)
        if not is_group(type(exception)):
            return words._exception, (type(exception),)
        begun, found = self._state.exceptions, group_members(exception)
        members = [each if id(each) in begun else self._placeholder(each, self._bare(each)) for each in found]
        return words._exception, (type(exception), GROUP.message.__get__(exception), members)

    def _cached(self, function: Any) -> object:
        """Reduce a function of `lru_cache`, without its cache."""
        if is_found(function):
            return function.__qualname__
        made = (function.__wrapped__, *map(function.cache_parameters().get, ("maxsize", "typed")))
        copied = {"cache_parameters": None, **dictionary(function.__wrapped__)}
        own = {name: each for name, each in dictionary(function).items() if name not in copied and name[:2] != "__"}
        return words._cached, made, own or None

    def _file(self, file: object) -> Reduced:
        for name in ("stdout", "stderr"):
            if file is getattr(sys, name, None):
                return words._attribute, (sys, name)
        return self._state.failed(file, TypeError("open files cannot be pickled"))

    def _placeholder(self, thing: object, reduced: Reduced) -> Placeholder:
        return self._placeholders.setdefault(id(thing), Placeholder(thing, reduced))


def is_function(thing: object) -> bool:
    """Return True for a function, in Python or in Cython."""
    return type(thing) is FunctionType or type(thing).__name__ == "cython_function_or_method"


def function_attribute(function: FunctionType, name: str) -> object:
    """Return an attribute of a function; since Python 3.14 this evaluates annotations, which may raise."""
    try:
        return getattr(function, name)
    except Exception:  # noqa: BLE001 - an annotation may raise anything
        from tibidi.writing.class_bodies import evaluated  # only then

        return evaluated(getattr(function, "__annotate__", None))
