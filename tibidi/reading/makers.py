"""The words of a pickle when it is read live: a function for each name of `tibidi.words.vocabulary`.

Many come in pairs: `_x` makes an empty object and `_x_state` fills it, so that objects can refer to each other.
`_namespace` and `_code` depend on the dump: `unpickler` replaces them.
"""

from __future__ import annotations

import builtins
import dataclasses
import marshal
import sys
import types
import weakref
from _frozen_importlib_external import MAGIC_NUMBER
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import EnumMeta
from functools import lru_cache
from operator import attrgetter
from types import CellType, CodeType, FunctionType

from tibidi.look.anatomy import native_base
from tibidi.process.hints import Any, NoReturn
from tibidi.reading.code import OTHER_VERSION, LostCode
from tibidi.reading.missing import Stub, missing_class, missing_member
from tibidi.reading.state import fill, set_state
from tibidi.words.code import CodeKey
from tibidi.words.standins import Dummy, StandIn, is_missing
from tibidi.words.vocabulary import WORDS

# Dictionaries of globals, with those that are needed before their module is read.
EarlyGlobals = Sequence[tuple[dict[str, object], Mapping[str, object]]]
HOOK = "__init_subclass__"
OWN_OF_ENUM = {"_generate_next_value_", "_boundary_"}  # names of enumerations that the application gives


def _module(name: str) -> Any:
    __import__(name)
    return sys.modules[name]


def _code(magic: bytes, marshalled: bytes, *key: object) -> CodeType | LostCode:
    """Return a code object; bytecode of another Python is never loaded, it crashes the interpreter."""
    if magic == MAGIC_NUMBER and marshalled:
        code: CodeType = marshal.loads(marshalled)  # noqa: S302 - a dump is loaded live only if the user trusts it
        return code
    return LostCode(CodeKey(*key), OTHER_VERSION)  # type: ignore[arg-type]  # from a file


def _function(
    code: CodeType | LostCode, namespace: dict[str, object], name: str, closure: tuple[CellType, ...] | None
) -> FunctionType:
    """Make a function; `_function_state` sets its attributes, and its cells may be empty."""
    if isinstance(code, LostCode):
        return _lost_function(code, name)
    namespace.setdefault("__builtins__", builtins.__dict__)  # else it has none up to Python 3.9
    return FunctionType(code, namespace, name, None, closure)


def _lost_function(code: LostCode, name: str) -> FunctionType:
    """Return a function that raises an error with its origin when it is called."""

    def lost(*args: object, **kwargs: object) -> NoReturn:
        key = code.key
        raise RuntimeError(f"{key.qualname} of {key.file}, line {key.first_line}, cannot be called here: {code.reason}")

    lost.__name__ = name
    # For inspect.getsource and the like.
    lost.__code__ = lost.__code__.replace(co_filename=code.key.file, co_firstlineno=code.key.first_line)
    return lost  # type: ignore[return-value]  # typeshed tells functions from FunctionType


def is_lost(function: FunctionType) -> bool:
    """Return True if a function was made by `_lost_function`."""
    try:
        return isinstance((function.__closure__ or ())[0].cell_contents, LostCode)
    except (IndexError, ValueError):  # no cell, or one that is still empty
        return False


def _function_state(function: Any, state: tuple[Any, ...]) -> None:
    """Set the attributes of a function or exception; `state` has the cells or members too, so that they are filled."""
    attributes, dictionary, _, *early = state
    _prefill(*early)
    _set_attributes(function, attributes)
    function.__dict__.update(dictionary)


def _set_attributes(thing: object, attributes: Mapping[str, object]) -> None:
    """Set attributes but those that are refused: stand-ins instead of a string, what is read-only in this version."""
    for name, value in attributes.items():
        try:
            setattr(thing, name, value)
        except (TypeError, ValueError, AttributeError):
            continue


def _prefill(early: EarlyGlobals = ()) -> None:
    for namespace, used in early:
        for name, value in used.items():
            namespace.setdefault(name, value)


def _class(metaclass: type, name: str, bases: tuple[type, ...], keywords: Mapping[str, object], *_: object) -> type:
    """Make a class with an empty body, without its metaclass if that or a base is missing."""
    if is_missing(metaclass) or any(map(is_missing, bases)):
        metaclass = type(bases[0]) if bases else type
    body = {sys.intern(key): value for key, value in keywords.items()}
    try:
        # Hooks from the dump ran when the class was made there, and what they did is in the dump.
        with _without_hooks([each for each in _hooked(types.resolve_bases(bases)) if _is_from_dump(each)]):
            return types.new_class(name, bases, {"metaclass": metaclass}, lambda namespace: namespace.update(body))
    except Exception:  # noqa: BLE001 - a metaclass of the application
        return _plain_class(metaclass, name, bases, body)


def _plain_class(metaclass: Any, name: str, bases: tuple[Any, ...], body: dict[str, object]) -> type:
    """Make a class without calling its metaclass and `__init_subclass__`: they may want keywords, or all of the body.

    Bases that are inert are left out.
    """
    from tibidi.reading.inert.types import InertObject, InertType  # few dumps need it

    resolved = types.resolve_bases(tuple(base for base in bases if not isinstance(base, (InertObject, InertType))))
    if len(resolved) < len(bases):
        metaclass = type if isinstance(metaclass, InertType) else metaclass
    elif resolved is not bases:
        body["__orig_bases__"] = bases
    with _without_hooks(_hooked(resolved)):
        made: type = type.__new__(metaclass, name, resolved, body)
    return made


def _hooked(bases: Iterable[type]) -> list[type]:
    """Return the bases, and theirs, that have an `__init_subclass__`."""
    return [each for base in bases for each in base.__mro__ if each is not object and HOOK in vars(each)]


def _is_from_dump(cls: type) -> bool:
    """Return True for a class that its module does not have here."""
    try:
        return attrgetter(cls.__qualname__)(sys.modules.get(cls.__module__)) is not cls
    except AttributeError:
        return True


@contextmanager
def _without_hooks(classes: Iterable[type]) -> Iterator[None]:
    """Let `__init_subclass__` of these classes do no more than call that of the next base."""
    hooks = [(each, vars(each)[HOOK]) for each in classes]
    try:
        for each, _ in hooks:
            type.__setattr__(each, HOOK, _passing_on(each))
        yield
    finally:
        for each, hook in hooks:
            type.__setattr__(each, HOOK, hook)


def _passing_on(owner: Any) -> object:
    hook: Callable[..., object] = lambda cls, **_: super(owner, cls).__init_subclass__()  # noqa: E731 - typed
    return classmethod(hook)


def _class_state(cls: type, state: tuple[Mapping[str, object], object, EarlyGlobals]) -> None:
    """Fill a class made by `_class` or `_enum`."""
    from tibidi.reading.generated import regenerate  # not every dump has a class

    attributes = dict(state[0])
    _prefill(state[2])
    subclasses = attributes.pop("_abc_impl", ())
    if isinstance(cls, EnumMeta):  # whose own names stay, as _iter_member_: functions of another Python do not fit
        made = {name for name in vars(cls) if name[0] == name[-1] == "_" != name[1:2]} - OWN_OF_ENUM
        attributes = {name: value for name, value in attributes.items() if name not in made}
    _set_attributes(cls, attributes)
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
    """Make an enumeration with its members, without calling the application's `__new__` and `__init__`.

    `contents` has the arguments for the built-in base of each member, where that is not made from the value.
    """
    metaclass: Any = type(bases[-1])
    known: Mapping[str, tuple[object, ...]] = contents if isinstance(contents, dict) else {}

    def make(cls: type, key: str | tuple[str]) -> object:
        member = key if isinstance(key, str) else key[0]  # where members are tuples
        native: Any = native_base(cls)
        made = native.__new__(cls, *known.get(member, () if native is object else (members[member],)))
        made._value_ = members[member]
        return made

    body = metaclass.__prepare__(name, bases)
    body["__new__"] = make
    body["__init__"] = lambda *_: None
    for member in members:
        body[member] = member
    made: type = metaclass(name, bases, body)
    del made.__init__  # type: ignore[misc]  # from the body above; the application's comes with the other attributes
    made.__module__ = module
    made.__qualname__ = qualname
    return made


def _member_state(member: object, attributes: Mapping[str, object]) -> None:
    """Set attributes of a member, or of an object that is filled without its own code, that it does not have yet."""
    own = vars(member)
    for name, value in attributes.items():
        own.setdefault(name, value)


def _member(cls: type, name: str, value: object) -> object:
    """Return the member `name` of an enumeration, or the one that has `value`."""
    if is_missing(cls):
        return missing_member(cls, name, value)
    members = getattr(cls, "__members__", {})
    member: object = members[name] if name in members else cls(value)
    return member


def _made(
    cls: type, function: Callable[..., object], arguments: tuple[object, ...], _: object = None, attributes: Any = None
) -> object:
    """Return the result of a function; if it and the class are missing, an instance of the class's stand-in."""
    if not (is_missing(function) and (is_missing(cls) or isinstance(cls, Stub))):
        return function(*arguments)
    made = cls(*arguments)
    set_state(made, attributes)
    if len(arguments) == 2 and arguments[0] is cls and type(arguments[1]) is dict:  # it makes an object, and fills it
        set_state(made, arguments[1])
    return made


def _native(cls: type, *arguments: object) -> object:
    """Make an instance of a class on a built-in type by that type alone."""
    if is_missing(cls):
        return cls(*arguments)
    native: Any = native_base(cls)
    made = native.__new__(cls, *arguments)
    if native.__init__ is not object.__init__:
        native.__init__(made, *arguments)
    return made


def _native_state(made: Any, state: tuple[Any, Any]) -> None:
    """Fill what `_native` made, or what the class made without its content, then set its attributes."""
    if is_missing(type(made)):
        from tibidi.reading.inert.makers import native_state  # few dumps need it

        native_state(made, state)
        return
    native: Any = native_base(type(made))
    if not native.__len__(made):
        fill(made, state[1])
    if state[0] is not None and hasattr(made, "__setstate__"):
        made.__setstate__(state[0])
        if native.__len__(made) != len(state[1]):  # the state has the items, too, and they were added to these
            native.clear(made)
            fill(made, state[1])
    elif state[0] is not None:
        set_state(made, state[0])


def _attribute(owner: object, name: str) -> object:
    """Return an attribute; of a stand-in, a stand-in for the attribute."""
    if isinstance(owner, StandIn) and not hasattr(owner, name):
        return Dummy(f"{owner.type_name}.{name}", owner.reason)
    if is_missing(owner) and not hasattr(owner, name):  # a class, whose method makes instances
        return missing_class(owner.__module__, f"{owner.__qualname__}.{name}", "", ())  # type: ignore[attr-defined]
    return getattr(owner, name)


def _slots_state(thing: object, state: Mapping[str, object]) -> None:
    """Fill the slots of an object of the standard library; they differ from version to version."""
    for name in getattr(type(thing), "__slots__", ()):
        setattr(thing, name, state.get(name))


def _view(data: bytes | bytearray, code: Any, shape: tuple[int, ...]) -> object:
    """Return a view of bytes; of a format that only another library knows, one of the bytes."""
    try:
        return memoryview(data).cast(code, shape)
    except (TypeError, ValueError):
        return memoryview(data)


def _keeping(kind: type, name: str) -> Any:
    """Return a class of weak references that keep their objects: in a dump, little else may refer to these."""
    return type(name, (kind,), {"__module__": "weakref", "__slots__": ("held",)})


REFERENCE, METHOD_REFERENCE = _keeping(weakref.ref, "ReferenceType"), _keeping(weakref.WeakMethod, "WeakMethod")


def _weakref(target: Any, function: Any = None) -> object:
    """Return a weak reference to an object, or to its method `function`; a dead one if there is no object."""
    if target is None:
        return weakref.ref(type("dead", (), {})())
    try:
        made = REFERENCE(target) if function is None else METHOD_REFERENCE(types.MethodType(function, target))
        made.held = target, function
    except TypeError:  # a stub of a class, most likely
        return lambda: target
    return made


def _weak(cls: Any) -> object:
    """Make a weak collection, which `_weak_state` fills."""
    made = cls.__new__(cls)
    next(base for base in cls.__mro__ if base.__module__ in {"weakref", "_weakrefset"}).__init__(made)
    return made


def _weak_state(made: Any, content: Sequence[Any]) -> None:
    made.update(content)
    made.held = content


def _exception(cls: type[BaseException], *group: object) -> BaseException:
    """Make an exception without calling application code; of a group, `group` is message and members."""
    native: Any = native_base(cls)
    made: BaseException = native.__new__(cls, *group)
    return made


def _exception_state(exception: BaseException, attributes: dict[str, Any], *state: Any) -> None:
    """Set arguments and attributes of an exception, whose class may have a property of its own named `args`."""
    with suppress(KeyError, TypeError):  # an exception made by its library has none; a stand-in instead of a tuple
        vars(BaseException)["args"].__set__(exception, attributes.pop("args"))
    _function_state(exception, (attributes, *state))


def _of_tables(name: str) -> Callable[..., Any]:
    """Return a maker of the module of tables, which is imported when there is one."""

    def make(*arguments: object) -> object:
        from tibidi.reading import tables

        return getattr(tables, name)(*arguments)

    return make


def _dictionary(items: Iterable[tuple[object, object]], ordered: bool) -> dict[object, object]:
    return OrderedDict(items) if ordered else dict(items)


MAKERS: dict[str, Callable[..., Any]] = {
    **{word: globals()[word] for word in WORDS if word in globals()},
    **{f"_{word}": _of_tables(f"make_{word}") for word in ("array", "dtype", "part", "scalar", "table")},
    "_cached": lambda function, maxsize, typed: lru_cache(maxsize, typed)(function),  # with an empty cache
    "_cell": lambda: CellType(),
    "_cell_state": lambda cell, state: setattr(cell, "cell_contents", *state),
    "_dynamic_module": lambda name: types.ModuleType(name),
    "_dynamic_module_state": lambda module, state: module.__dict__.update(state),
    "_exception_state": lambda exception, state: _exception_state(exception, *state),
    "_field": lambda name: getattr(dataclasses, name),  # a constant, which is compared by identity
    "_items": lambda content, ordered=False: _dictionary(content.items(), ordered).items(),
    "_keys": lambda content, ordered=False: _dictionary(((key, None) for key in content), ordered).keys(),
    "_namespace": lambda _: {},
    "_reference": lambda module, qualname, *_: attrgetter(qualname)(_module(module)),  # others are without that class
    "_same": lambda thing: thing,  # for which a placeholder was pickled before
    "_type": lambda name: getattr(types, name),
    "_typevar": lambda name, bound, constraints, covariant, contravariant, *_: _module("typing").TypeVar(
        name, *constraints, bound=bound, covariant=covariant, contravariant=contravariant
    ),
    "_values": lambda content, ordered=False: _dictionary(enumerate(content), ordered).values(),
}
for _word, _maker in MAKERS.items():
    _maker.__module__, _maker.__qualname__ = "tibidi", _word
