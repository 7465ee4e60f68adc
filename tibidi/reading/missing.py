"""What stands for modules, classes and functions that the crashed program had and this machine has not.

They can be named, subclassed and tested with isinstance, and their instances
hold what the program's did; what only their code knew is gone.
"""

from __future__ import annotations

import builtins
import collections
from types import ModuleType
from typing import Any

from tibidi.reading.inert.repr import BOUNDED
from tibidi.reading.inert.repr import clean
from tibidi.reading.state import set_state
from tibidi.words.standins import Dummy

HERE = "it is not on this machine"
OURS = frozenset({"reason", "state", "type_name"})  # attributes of every Dummy


class ModuleStub(ModuleType):
    """A module that is missing; every public name in it is a class made on first use."""

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


class Stub(type):
    """The type of missing classes and functions: what they were is not known, so nobody but an unpickler calls them."""

    loading = 0  # how many dumps are being loaded

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make an instance while a dump is loaded; raise RuntimeError for a call by anybody else."""
        if not Stub.loading:
            raise RuntimeError(f"{full_name(cls)} cannot be called here: {HERE}")
        return super().__call__(*args, **kwargs)

    def __repr__(cls) -> str:
        return f"<{full_name(cls)}: {HERE}>"


class Missing(Dummy, metaclass=Stub):
    """An instance of a class that this machine has not; its attributes are the instance's."""

    __module__ = "tibidi"

    def __new__(cls, *args: object, **kwargs: object) -> Missing:
        """Make one from any arguments."""
        self = super().__new__(cls)
        Dummy.__init__(self, full_name(cls), "its class is not on this machine", args)
        return self

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Keep the arguments as `state`, as `__new__` has done."""

    def __setstate__(self, state: object) -> None:
        """Take any state: attributes as such, anything else as `state`."""
        if not set_state(self, state):
            self.state = state

    def __repr__(self) -> str:
        return f"{BOUNDED.repr(self)[:-1]}: its class is not on this machine>"

    def _inert_words_(self) -> tuple[str, tuple[object, ...], dict[str, object]]:
        """Return name, arguments and attributes, for printing."""
        own = self.__dict__
        arguments = own["state"] if type(own.get("state")) is tuple else (own.get("state"),)
        return full_name(type(self)), arguments, {name: own[name] for name in own if name not in OURS}

    _inert_repr_ = __repr__


def full_name(cls: type) -> str:
    """Return the name of a missing class, as it may be printed."""
    return clean(f"{cls.__module__}.{cls.__qualname__}")


def missing_class(module: str, qualname: str, layout: str, fields: tuple[str, ...]) -> type:
    """Return a stand-in for a class that this machine has not, built on what it was built on."""
    name = qualname.rpartition(".")[2]
    body = {"__module__": module, "__qualname__": qualname, "__doc__": "Missing here.", "_is_missing_": True}
    try:
        if fields:
            make: Any = collections.namedtuple  # mypy wants literals where it sees the name
            return type(name, (make(name, fields, module=module),), {**body, "__slots__": ()})
        base: Any = getattr(builtins, layout, None) or getattr(collections, layout, Missing)
        return type(name, (base,), body)
    except (TypeError, ValueError):  # no base for others, such as bool; names that no field can have
        return type(name, (Missing,), body)


def missing_member(cls: Any, name: str, value: object) -> object:
    """Return a member of an enumeration that is missing."""
    known = vars(cls).get(name)
    if known is not None:
        return known
    try:
        made = cls(value)
    except (TypeError, ValueError):  # built on something else than its value
        made = cls()
    made.__dict__.update(name=name, value=value)
    cls.__repr__ = _member_repr
    setattr(cls, name, made)
    return made


def _member_repr(member: Any) -> str:
    own = member.__dict__
    return f"<{full_name(type(member))}.{clean(own.get('name'))}: {BOUNDED.repr(own.get('value'))}>"
