"""Stand-ins for modules, classes and functions that the crashed program had and this machine does not have.

They can be named, subclassed and used with isinstance, and their instances
have the attributes and items that those of the program had.
"""

from __future__ import annotations

import builtins
import collections
from types import ModuleType

from tibidi.look.owners import REASON
from tibidi.process.hints import Any, NoReturn
from tibidi.reading.inert.loading import Loading
from tibidi.reading.inert.repr import BOUNDED, CONTAINERS, clean, container_repr, full_name
from tibidi.words.standins import Dummy

HERE = "it is not on this machine"
ARGUMENTS = "_args_"  # in the attributes of an instance: what it was made with; those of a Dummy are of its class


class ModuleStub(ModuleType):
    """A missing module; each public name in it is a class made on first use.

    >>> tibidi.ModuleStub("shop.cart").__doc__
    'A stand-in: the module is not on this machine'
    """

    __module__ = "tibidi"

    def __init__(self, name: str, reason: str = "") -> None:
        super().__init__(name, f"A stand-in: {reason or 'the module is not on this machine'}")
        self.__path__: list[str] = []

    def __repr__(self) -> str:
        return f"<ModuleStub {self.__name__}>"

    def __getattr__(self, name: str) -> object:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(f"module {self.__name__!r} is a stand-in and has no {name!r}")
        made = missing_class(self.__name__, name, "", ())
        setattr(self, name, made)
        return made


class NotHere(Exception):
    """What a pickle calls is not on this machine, so what it makes is inert."""


class Stub(type):
    """The type of missing classes and functions; as it is not known which they are, only an unpickler can call them."""

    _original_: Any  # set in Missing

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make an instance while a dump is loaded; raise RuntimeError at any other time."""
        if Loading.calls:
            return super().__call__(*args, **kwargs)
        if cls._original_ is None:
            raise RuntimeError(f"{full_name(cls)} cannot be called here: {HERE}")
        return cls._original_(*args, **kwargs)

    def __repr__(cls) -> str:
        return repr(cls._original_) if cls._original_ else f"<{full_name(cls)}: {HERE}>"


class Missing(Dummy, metaclass=Stub):
    """An instance of a class that this machine does not have, with its attributes."""

    __module__ = "tibidi"
    _original_: Any = None  # what `opener` keeps from being called while loading
    reason = "its class is not on this machine"

    def __new__(cls, *args: object, **kwargs: object) -> Missing:
        """Accept any arguments; those by name are shown as attributes, as the inert reader does."""
        self = super().__new__(cls)
        self.__dict__.update(kwargs)
        self.__dict__[ARGUMENTS] = args
        return self

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Do nothing: `__new__` has kept the arguments as `state`, unless the value has an attribute of that name."""

    def __getattr__(self, name: str) -> object:
        if name == "state" and ARGUMENTS in self.__dict__:
            return self.__dict__[ARGUMENTS]
        return full_name(type(self)) if name == "type_name" else super().__getattr__(name)

    def __setstate__(self, state: object) -> None:
        """Set the attributes in a state; keep any other state as `state`."""
        from tibidi.reading.state import set_state  # few dumps have such an object

        if not set_state(self, state):
            self.__dict__[ARGUMENTS] = state

    def __repr__(self) -> str:
        return f"{BOUNDED.repr(self)[:-1]}: {type(self).reason}>"

    def _inert_words_(self) -> tuple[str, tuple[object, ...], dict[str, object]]:
        """Return name, arguments and attributes, for printing."""
        own = dict(self.__dict__)
        arguments = own.pop(ARGUMENTS, ())
        return full_name(type(self)), arguments if type(arguments) is tuple else (arguments,), own

    _inert_repr_ = __repr__


def missing_class(module: str, qualname: str, layout: str, fields: tuple[str, ...]) -> type:
    """Return a stand-in for a class that this machine does not have, with the same built-in base."""
    name = qualname.rpartition(".")[2]
    body = {"__module__": module, "__qualname__": qualname, "__doc__": "Missing here.", "_is_missing_": True}
    try:
        if fields:
            make: Any = collections.namedtuple  # mypy wants literals where it sees the name
            return type(name, (make(name, fields, module=module),), {**body, "__slots__": ()})
        base: Any = getattr(builtins, layout, None) or getattr(collections, layout, Missing)
        return type(name, (base,), {**body, "__repr__": container_repr(base)} if issubclass(base, CONTAINERS) else body)
    except (TypeError, ValueError):  # not a base, such as bool, or not names of fields
        return type(name, (Missing,), body)


def unavailable(module: str, qualname: str) -> type:
    """Return a stand-in for a class or function whose results the inert reader describes better than `Missing`."""
    made: Any = missing_class(module, qualname, "", ())
    made.__new__ = _not_here
    del made._is_missing_
    return made  # type: ignore[no-any-return]  # a class


def _not_here(cls: type, *_: object, **__: object) -> NoReturn:
    raise NotHere(f"{full_name(cls)} is not on this machine")


def opener(module: str, qualname: str, original: Any) -> type:
    """Return a stand-in for what acquires something outside the process; calling it while loading does not."""
    made: Any = missing_class(module, qualname, "", ())
    made._original_, made.reason = staticmethod(original), REASON
    return made  # type: ignore[no-any-return]  # a class


def missing_member(cls: Any, name: str, value: object) -> object:
    """Return a member of a missing enumeration."""
    known = vars(cls).get(name)
    if known is not None:
        return known
    try:
        made = cls(value)
    except (TypeError, ValueError):  # not made from its value
        made = cls()
    made.__dict__.update(name=name, value=value)
    cls.__repr__ = _member_repr
    setattr(cls, name, made)
    return made


def _member_repr(member: Any) -> str:
    own = member.__dict__
    return f"<{full_name(type(member))}.{clean(own.get('name'))}: {BOUNDED.repr(own.get('value'))}>"
