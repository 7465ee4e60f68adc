"""How objects are taken apart: the reducers that all picklers of a dump share.

Strategy
--------
`Reducers.reduce` is asked for every object that is not a plain builtin.  What
is to be done is decided once a type and kept in a table; plain instances are
left to the C code of `object.__reduce_ex__`.  Whatever raises is replaced by
a stand-in right there, and its surroundings never notice.

What to pickle by name and what by value, and how classes are taken apart, is
for cloudpickle to say; the names of its internals are replaced by ours.
"""

from __future__ import annotations

import io
import operator
import sys
import types
from types import CellType
from types import CodeType
from types import FunctionType
from types import ModuleType
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import cloudpickle
from cloudpickle.cloudpickle import _should_pickle_by_reference as is_importable

from tibidi.lazy import is_lazy
from tibidi.model import FAILED
from tibidi.model import ILLEGAL
from tibidi.model import LAZY
from tibidi.model import TIMEOUT
from tibidi.model import TOO_DEEP
from tibidi.pickling import vocabulary as words
from tibidi.pickling.anatomy import dictionary
from tibidi.pickling.anatomy import error_text
from tibidi.pickling.anatomy import exception_attributes
from tibidi.pickling.anatomy import is_plain
from tibidi.pickling.anatomy import mro
from tibidi.pickling.anatomy import namespace
from tibidi.pickling.anatomy import type_flags
from tibidi.pickling.anatomy import type_name
from tibidi.pickling.anatomy import type_qualname
from tibidi.pickling.code import pack
from tibidi.pickling.facts import preview
from tibidi.pickling.shells import Shell
from tibidi.pickling.standins import Cut
from tibidi.pickling.standins import Dummy
from tibidi.pickling.standins import NotPickleable

if TYPE_CHECKING:
    from collections.abc import Callable

    from tibidi.pickling.namespaces import Namespaces

    Reduced = tuple[object, ...] | str
    Reducer = Callable[[object], object]

# Types that are the state of a computation, which cannot be continued elsewhere.
ILLEGAL_TYPES = (
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
    types.FrameType,
    types.TracebackType,
)
FILE_TYPES = (io.TextIOWrapper, io.BufferedReader, io.BufferedWriter, io.BufferedRandom, io.FileIO)

# What cloudpickle's reducers name -> what stands for it in our vocabulary.
OUR_WORDS: dict[str, Callable[..., object]] = {
    "_builtin_type": words._type,
    "_class_setstate": words._class_state,
    "_get_dataclass_field_type_sentinel": words._field,
    "_make_dict_items": words._items,
    "_make_dict_keys": words._keys,
    "_make_dict_values": words._values,
    "_make_skeleton_class": words._class,
    "_make_skeleton_enum": words._enum,
    "_make_typevar": words._typevar,
    "getattr": words._attribute,
}

REDUCE = operator.methodcaller("__reduce_ex__", 5)


class Substitution(NamedTuple):
    """One object that a stand-in stands for: the object itself, why, and what people should know.

    Where `key` is given it is what `thing` holds under that key.
    """

    thing: object
    reason: str
    detail: str
    key: object = None


class Mark(NamedTuple):
    """How many of each there were at a point in time."""

    substitutions: int
    exceptions: int
    replaced: int


class Reducers:
    """The reducers of one dump, and what they learn on the way.

    `substitutions` grows with every stand-in; `replaced` says what a filter
    put in the place of a thing, by its id: (the thing, what stands for it); `running` is the object whose
    own code is being run, for whoever watches the clock; `hung` holds those
    that did not come back, and counts them by type.
    """

    def __init__(self, namespaces: Namespaces) -> None:
        self.substitutions: list[Substitution] = []
        self.running: object = None
        self.replaced: dict[int, tuple[object, object]] = {}
        self._namespaces = namespaces
        self._shells: dict[int, Shell] = {}
        self._exceptions: dict[int, BaseException] = {}
        self._bytecode: dict[int, object] = {}
        self._hung: dict[int, object] = {}
        self._hung_types: dict[type, int] = {}
        self._table: dict[type, Reducer] = {
            CellType: self._cell,
            CodeType: self._code,
            FunctionType: self._function,
            ModuleType: self._module,
            Shell: operator.attrgetter("reduced"),
            type: self._class,
            **dict.fromkeys(ILLEGAL_TYPES, self._illegal),
            **dict.fromkeys(FILE_TYPES, self._file),
        }

    def reduce(self, thing: object) -> object:
        """Take `thing` apart, as `Pickler.reducer_override` does; a stand-in for what raises."""
        try:
            return (self._table.get(type(thing)) or self._decide(type(thing)))(thing)
        except Exception as error:  # noqa: BLE001 - whatever code of the application raises is that value's own affair
            return self.failed(thing, error)

    def failed(self, thing: object, error: BaseException) -> Reduced:
        """Return a stand-in for a thing that raised `error`."""
        if isinstance(error, RecursionError):
            return self.too_deep(thing)
        detail = error_text(error)
        self.substitutions.append(Substitution(thing, FAILED, detail))
        return Dummy, (type_name(type(thing)), detail, preview(thing) or None)

    def too_deep(self, thing: object) -> Reduced:
        """Return a stand-in for a thing that lies deeper than the interpreter can follow."""
        self.substitutions.append(Substitution(thing, TOO_DEEP, "nested deeper than this Python can follow"))
        return Cut, (type_name(type(thing)), "too deep")

    def mark(self) -> Mark:
        """Return a point that `undo` can go back to."""
        return Mark(len(self.substitutions), len(self._exceptions), len(self.replaced))

    def undo(self, mark: Mark) -> None:
        """Forget what was done since `mark`, as its bytes are taken back."""
        del self.substitutions[mark.substitutions :]
        shorten(self._exceptions, mark.exceptions)
        shorten(self.replaced, mark.replaced)

    def block_running(self) -> bool:
        """From now on have a stand-in for what is running, as it hung; tell whether anything is.

        After two things of a type, all of that type are blocked.
        """
        thing, self.running = self.running, None
        if thing is None:
            return False
        self._hung[id(thing)] = thing
        self._hung_types[type(thing)] = self._hung_types.get(type(thing), 0) + 1
        self._table[type(thing)] = self._suspicious
        return True

    def is_bytecode(self, data: object) -> bool:
        """Tell whether `data` is what a code object was packed into."""
        return id(data) in self._bytecode

    def is_seeded(self, mapping: dict[object, object]) -> bool:
        """Tell whether `mapping` is the globals of a module, which are pickled by their name."""
        return id(mapping) in self._namespaces.seeded

    def is_ours(self, thing: object) -> bool:
        """Tell whether `thing` is a word of our vocabulary, which the application never sees."""
        return getattr(thing, "__module__", None) == "tibidi" if type(thing) in {FunctionType, type} else False

    # One reducer a type.

    def _function(self, function: FunctionType) -> object:
        if is_importable(function):
            return NotImplemented
        code = function.__code__
        home = self._namespaces.mention(function.__globals__, code)
        closure = function.__closure__
        cells = closure and tuple(self._shell(cell, (words._cell, ())) for cell in closure)
        attributes = {name: function_attribute(function, name) for name in FUNCTION_ATTRIBUTES}
        state = (attributes, dict(function.__dict__), closure)
        return words._function, (code, home, function.__name__, cells), state, None, None, words._function_state

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

    def _class(self, cls: type) -> object:
        reduced = cloudpickle.Pickler.reducer_override(None, cls)
        if reduced is NotImplemented:
            return reference(cls)
        reduced = renamed(reduced)
        if reduced[0] is words._class:
            reduced[2][0].setdefault("__qualname__", cls.__qualname__)
        return reduced

    def _module(self, module: ModuleType) -> Reduced:
        if sys.modules.get(module.__name__) is module:
            return words._module, (module.__name__,)
        state = {name: value for name, value in vars(module).items() if name != "__builtins__"}
        return words._dynamic_module, (module.__name__,), state, None, None, words._dynamic_module_state

    def _exception(self, exception: BaseException) -> Reduced:
        self._exceptions[id(exception)] = exception
        shell = self._shells.get(id(exception))
        make = (words._same, (shell,)) if shell else self._bare(exception)
        state = (exception_attributes(exception), dictionary(exception), getattr(exception, "exceptions", None))
        return (*make, state, None, None, words._exception_state)

    def _bare(self, exception: BaseException) -> tuple[object, ...]:
        """Return the call that makes an exception, empty but for what a group cannot be without."""
        if not is_group(type(exception)):
            return words._exception, (type(exception),)
        members = [
            each if id(each) in self._exceptions else self._shell(each, self._bare(each))
            for each in exception.exceptions  # type: ignore[attr-defined]  # a group's
        ]
        return words._exception, (type(exception), exception.message, members)  # type: ignore[attr-defined]  # likewise

    def _enum_member(self, member: object) -> Reduced:
        own = dictionary(member)
        if type(own.get("_name_")) is not str:  # a combination of flags
            return REDUCE(member)  # type: ignore[no-any-return]  # what its class says
        return words._member, (type(member), own["_name_"], own.get("_value_"))

    def _file(self, file: object) -> Reduced:
        for name in ("stdout", "stderr"):
            if file is getattr(sys, name, None):
                return words._attribute, (sys, name)
        return self.failed(file, TypeError("open files cannot be pickled"))

    def _illegal(self, thing: object) -> Reduced:
        words_for = "the state of a computation cannot be pickled"
        self.substitutions.append(Substitution(thing, ILLEGAL, f"{type_name(type(thing))}: {words_for}"))
        return NotPickleable, (type_name(type(thing)), words_for, preview(thing))

    def _lazy(self, thing: object) -> Reduced:
        self.substitutions.append(Substitution(thing, LAZY, f"{type_name(type(thing))}: not evaluated"))
        return Dummy, (type_name(type(thing)), "not evaluated: that would have run a query or a request")

    def _watched(self, thing: object) -> object:
        """Reduce by code of the application, which may take its time."""
        self.running = thing
        reduced = REDUCE(thing)
        self.running = None
        return reduced

    def _suspicious(self, thing: object) -> object:
        """Reduce a thing of a type that has hung before."""
        if id(thing) not in self._hung and self._hung_types[type(thing)] < 2:
            return self._watched(thing)
        self.substitutions.append(Substitution(thing, TIMEOUT, f"{type_name(type(thing))}: did not finish in time"))
        return Dummy, (type_name(type(thing)), "timed out: its own code did not finish in time")

    def _shell(self, thing: object, reduced: tuple[object, ...]) -> Shell:
        shell = self._shells.get(id(thing))
        if shell is None:
            shell = self._shells[id(thing)] = Shell(thing, reduced)
        return shell

    # The decision, once a type.

    def _decide(self, cls: type) -> Reducer:
        reducer = self._table[cls] = self._reducer_for(cls)
        return reducer

    def _reducer_for(self, cls: type) -> Reducer:
        bases = mro(cls)
        if type in bases:
            return self._class
        if BaseException in bases:
            return self._exception
        if is_lazy(cls):
            return self._lazy
        theirs = cloudpickle.Pickler.dispatch_table.get(cls)
        if theirs is not None:
            return lambda thing: renamed(theirs(thing))
        try:
            self._class(cls)
        except Exception as error:  # noqa: BLE001 - a metaclass of the application may raise anything
            reason = error
            return lambda thing: self.failed(thing, reason)
        if "enum" in sys.modules and sys.modules["enum"].Enum in bases:
            return self._enum_member
        return REDUCE if is_plain(cls) else self._watched


FUNCTION_ATTRIBUTES = (
    "__qualname__",
    "__module__",
    "__doc__",
    "__defaults__",
    "__kwdefaults__",
    "__annotations__",
    *(("__type_params__",) if sys.version_info >= (3, 12) else ()),
)


def function_attribute(function: FunctionType, name: str) -> object:
    """Return an attribute of a function; annotations are evaluated only now since Python 3.14, and that may fail."""
    try:
        return getattr(function, name)
    except Exception:  # noqa: BLE001 - the code of an annotation may raise anything
        return {}


def reference(cls: type) -> object:
    """Return how a class is named: by what it is built on, too, so that its instances can be read without it."""
    bases = mro(cls)
    layout = next((base for base in bases if not type_flags(base) & words.HEAP_TYPE), object)
    name, module = type_qualname(cls), namespace(cls).get("__module__")
    if layout is object or layout is type or bases[0] is layout or type(module) is not str:
        return NotImplemented
    fields = next((namespace(base)["_fields"] for base in bases if "_fields" in namespace(base)), ())
    is_named = layout is tuple and type(fields) is tuple and all(type(field) is str for field in fields)
    return words._reference, (module, name, layout.__name__, fields if is_named else ())


def renamed(reduced: object) -> tuple[object, ...]:
    """Return what a reducer of cloudpickle says, in our vocabulary."""
    if type(reduced) is not tuple:
        raise TypeError(f"unexpected from a reducer: {type(reduced).__name__}")
    return tuple(_our_word(each) if n in {0, 5} else each for n, each in enumerate(reduced))


def _our_word(function: object) -> object:
    name = getattr(function, "__name__", "")
    if name in OUR_WORDS:
        return OUR_WORDS[name]
    if str(getattr(function, "__module__", "")).startswith("cloudpickle"):
        raise TypeError(f"no word for {name} of cloudpickle")
    return function


def shorten(dictionary: dict[int, Any], length: int) -> None:
    """Take away what was added last."""
    while len(dictionary) > length:
        dictionary.popitem()


def is_group(cls: type) -> bool:
    """Tell whether a class is of exception groups, which came with Python 3.11."""
    return sys.version_info >= (3, 11) and BaseExceptionGroup in mro(cls)
