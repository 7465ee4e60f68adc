"""What the words of a pickle make when it is read live: one function for each name of `tibidi.words.vocabulary`.

Many come in pairs: `_x` makes an empty object and `_x_state` fills it, so that
objects which refer to each other can be made.  `_namespace` and `_code` need
to know the dump: `unpickler` replaces them there.
"""

from __future__ import annotations

import builtins
import marshal
import sys
import types
from _frozen_importlib_external import MAGIC_NUMBER
from types import CellType
from types import CodeType
from types import FunctionType
from typing import TYPE_CHECKING
from typing import Any

from tibidi.look.anatomy import HEAP_TYPE
from tibidi.reading.code import LostCode
from tibidi.reading.generated import regenerate
from tibidi.words.code import CodeKey
from tibidi.words.standins import Dummy
from tibidi.words.standins import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence
    from typing import NoReturn

    # Globals that are needed at once: dictionaries of globals, and what belongs into them.
    EarlyGlobals = Sequence[tuple[dict[str, object], Mapping[str, object]]]


def _module(name: str) -> object:
    """Return the module `name`, importing it."""
    __import__(name)
    return sys.modules[name]


def _dynamic_module(name: str) -> types.ModuleType:
    """Make an empty module that no file stands behind."""
    return types.ModuleType(name)


def _dynamic_module_state(module: types.ModuleType, state: Mapping[str, object]) -> None:
    """Fill a module of `_dynamic_module`."""
    vars(module).update(state)


def _namespace(key: str) -> dict[str, object]:
    """Return the globals that the dump keeps under `key`, here a new dictionary."""
    return {}


def _code(magic: bytes, marshalled: bytes, *key: object) -> CodeType | LostCode:
    """Return a code object; bytecode of another Python is never touched, it crashes the interpreter."""
    if magic == MAGIC_NUMBER and marshalled:
        code: CodeType = marshal.loads(marshalled)  # noqa: S302 - a dump is loaded live only at the user's word
        return code
    return LostCode(CodeKey(*key), "it was compiled by another version of Python")  # type: ignore[arg-type]  # from a file


def _function(
    code: CodeType | LostCode, namespace: dict[str, object], name: str, closure: tuple[CellType, ...] | None
) -> FunctionType:
    """Make a function, yet without its attributes and with its cells as they are."""
    if isinstance(code, LostCode):
        return _lost_function(code)
    namespace.setdefault("__builtins__", builtins.__dict__)  # else there are none, up to Python 3.9
    return FunctionType(code, namespace, name, None, closure)


def _lost_function(code: LostCode) -> FunctionType:
    """Return a function that says where it came from when it is called."""

    def lost(*args: object, **kwargs: object) -> NoReturn:
        key = code.key
        raise RuntimeError(f"{key.qualname} of {key.file}, line {key.first_line}, cannot be called here: {code.reason}")

    lost.__name__ = code.key.name
    # Where its source stands, for those who ask for it.
    lost.__code__ = lost.__code__.replace(co_filename=code.key.file, co_firstlineno=code.key.first_line)
    return lost  # type: ignore[return-value]  # typeshed tells functions from FunctionType


def is_lost(function: FunctionType) -> bool:
    """Tell whether a function is one of `_lost_function`."""
    cells = function.__closure__ or ()
    return any(isinstance(_content(cell), LostCode) for cell in cells[:1])


def _content(cell: CellType) -> object:
    try:
        content: object = cell.cell_contents
    except ValueError:  # empty, yet
        return None
    return content


def _function_state(
    function: FunctionType, state: tuple[Mapping[str, object], Mapping[str, object], object, EarlyGlobals]
) -> None:
    """Give a function its attributes; the cells come along in `state` for the sake of what they hold."""
    attributes, dictionary, _, early = state
    _prefill(early)
    for name, value in attributes.items():
        # A stand-in where a tuple or a text belongs is refused: the function works without it.
        try:
            setattr(function, name, value)
        except (TypeError, ValueError, AttributeError):
            continue
    function.__dict__.update(dictionary)


def _prefill(early: EarlyGlobals) -> None:
    """Put globals in their places that are needed before all of them come."""
    for namespace, used in early:
        for name, value in used.items():
            namespace.setdefault(name, value)


def _cell() -> CellType:
    """Make an empty cell."""
    return CellType()


def _cell_state(cell: CellType, state: tuple[object]) -> None:
    """Fill a cell."""
    (cell.cell_contents,) = state


def _same(thing: object) -> object:
    """Return `thing`: an object whose shell was made before its turn came."""
    return thing


def _class(metaclass: type, name: str, bases: tuple[type, ...], keywords: Mapping[str, object], *_: object) -> type:
    """Make a class with an empty body."""
    body = {sys.intern(key): value for key, value in keywords.items()}
    return types.new_class(name, bases, {"metaclass": metaclass}, lambda namespace: namespace.update(body))


def _class_state(cls: type, state: tuple[Mapping[str, object], object, EarlyGlobals]) -> None:
    """Fill a class of `_class` or `_enum`."""
    attributes = dict(state[0])
    _prefill(state[2])
    subclasses = attributes.pop("_abc_impl", ())
    for name, value in attributes.items():
        try:
            setattr(cls, name, value)
        except (TypeError, AttributeError):  # what the metaclass keeps for itself, another version's details
            continue
    if "__firstlineno__" in attributes and sys.version_info >= (3, 13):
        cls.__firstlineno__ = attributes["__firstlineno__"]  # type: ignore[attr-defined]  # setting __module__ etc. deletes it
    for subclass in subclasses if isinstance(subclasses, list) else ():
        cls.register(subclass)  # type: ignore[attr-defined]  # only an ABC has the entry
    regenerate(cls, is_lost)


def _enum(
    bases: tuple[type, ...],
    name: str,
    qualname: str,
    members: Mapping[str, object],
    module: str,
    contents: object = None,
    *_: object,
) -> type:
    """Make an enumeration with its members, without asking the application's `__new__` and `__init__` for them.

    `contents` has for each member the arguments that the plain type it is
    built on makes it from, where that is not its value.
    """
    metaclass: Any = type(bases[-1])
    known: Mapping[str, tuple[object, ...]] = contents if isinstance(contents, dict) else {}

    def make(cls: type, key: str | tuple[str]) -> object:
        member = key if isinstance(key, str) else key[0]  # where members are tuples
        native = _native(cls)
        made = native.__new__(cls, *known.get(member, () if native is object else (members[member],)))
        made._value_ = members[member]
        return made

    body = metaclass.__prepare__(name, bases)
    body["__new__"] = make
    body["__init__"] = lambda *_: None
    for member in members:
        body[member] = member
    made: type = metaclass(name, bases, body)
    del made.__init__  # type: ignore[misc]  # ours, from the body; the application's comes with the other attributes
    made.__module__ = module
    made.__qualname__ = qualname
    return made


def _member_state(member: object, attributes: Mapping[str, object]) -> None:
    """Give a member, or an object that is not asked, the attributes that it had, but for those that it has here."""
    own = vars(member)
    for name, value in attributes.items():
        own.setdefault(name, value)


def _cached(function: Callable[..., object], maxsize: int | None, typed: bool) -> object:
    """Make a function of `functools.lru_cache`, with nothing in its cache."""
    from functools import lru_cache  # already loaded by whoever has one

    return lru_cache(maxsize, typed)(function)


def _member(cls: type, name: str, value: object) -> object:
    """Return the member `name` of an enumeration, or the one that has `value`."""
    members = getattr(cls, "__members__", {})
    member: object = members[name] if name in members else cls(value)
    return member


def _made(cls: type, function: Callable[..., object], arguments: tuple[object, ...]) -> object:
    """Return what a function of the application's makes; `cls` is its class, for those who have not the function."""
    return function(*arguments)


def _reference(module: str, qualname: str, layout: str, fields: tuple[str, ...]) -> object:
    """Return a class by its name; `layout` and `fields` say what to do without it, which is for unpicklers."""
    found = _module(module)
    for part in qualname.split("."):
        found = getattr(found, part)
    return found


def _typevar(
    name: str, bound: object, constraints: tuple[object, ...], covariant: bool, contravariant: bool, *_: object
) -> object:
    """Make a type variable."""
    from typing import TypeVar  # already loaded by whoever has one

    return TypeVar(name, *constraints, bound=bound, covariant=covariant, contravariant=contravariant)


def _type(name: str) -> object:
    """Return one of the interpreter's own types by its name in the module `types`."""
    return getattr(types, name)


def _attribute(owner: object, name: str) -> object:
    """Return an attribute; of something that a stand-in replaces, the stand-in of its attribute."""
    if isinstance(owner, StandIn) and not hasattr(owner, name):
        return Dummy(f"{owner.type_name}.{name}", owner.reason)
    return getattr(owner, name)


def _keys(content: Iterable[object], ordered: bool = False) -> object:
    """Return a view of the keys of a dictionary that has just these."""
    return _dictionary(((key, None) for key in content), ordered).keys()


def _values(content: Iterable[object], ordered: bool = False) -> object:
    """Return a view of the values of a dictionary that has just these."""
    return _dictionary(enumerate(content), ordered).values()


def _items(content: Mapping[object, object], ordered: bool = False) -> object:
    """Return a view of the items of a dictionary that has just these."""
    return _dictionary(content.items(), ordered).items()


def _dictionary(items: Iterable[tuple[object, object]], ordered: bool) -> dict[object, object]:
    if ordered:
        from collections import OrderedDict  # already loaded by whoever had such a view

        return OrderedDict(items)
    return dict(items)


def _field(name: str) -> object:
    """Return one of the marks of dataclasses, which it knows by identity."""
    import dataclasses  # already loaded by whoever has a dataclass

    return getattr(dataclasses, name)


def _slots_state(thing: object, state: Mapping[str, object]) -> None:
    """Fill the slots of one of the standard library's own, which differ from version to version."""
    for name in getattr(type(thing), "__slots__", ()):
        setattr(thing, name, state.get(name))


def _exception(cls: type[BaseException], *group: object) -> BaseException:
    """Make an exception without calling the application; of a group, message and members are `group`."""
    made: BaseException = _native(cls).__new__(cls, *group)
    return made


def _exception_state(
    exception: BaseException, state: tuple[Mapping[str, object], Mapping[str, object], object]
) -> None:
    """Give an exception its attributes and dictionary; a group's members come along for the sake of theirs."""
    attributes, dictionary, _ = state
    for name, value in attributes.items():
        try:
            setattr(exception, name, value)
        except (TypeError, AttributeError, ValueError):  # stand-ins, and what this version does not let set
            continue
    exception.__dict__.update(dictionary)


def _native(cls: type) -> Any:
    """Return the innermost base that is written in C: the one whose `__new__` knows the layout."""
    return next(base for base in cls.__mro__ if not base.__flags__ & HEAP_TYPE)


MAKERS: dict[str, Callable[..., Any]] = {
    maker.__name__: maker
    for maker in (
        _attribute,
        _cached,
        _cell,
        _cell_state,
        _class,
        _class_state,
        _code,
        _dynamic_module,
        _dynamic_module_state,
        _enum,
        _exception,
        _exception_state,
        _field,
        _function,
        _function_state,
        _items,
        _keys,
        _made,
        _member,
        _member_state,
        _module,
        _namespace,
        _reference,
        _same,
        _slots_state,
        _type,
        _typevar,
        _values,
    )
}
for _maker in MAKERS.values():
    _maker.__module__ = "tibidi"
