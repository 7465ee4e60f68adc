"""What stands in a value's place, and says what the value was and why it is not there.

Pickles name these classes `tibidi.NotPickleable` and so on, wherever this
file may lie.  They compare and hash by identity, as things do that are not
what they look like, and their state is plain data.
"""

from __future__ import annotations

import builtins
import collections
from types import ModuleType

from tibidi import TYPE_CHECKING
from tibidi.texts import printable

if TYPE_CHECKING:
    from typing import Any


class StandIn:
    """The root of all stand-ins: `type_name` of what was there, `reason` why it is not."""

    __module__ = "tibidi"

    def __init__(self, type_name: str = "object", reason: str = "") -> None:
        self.type_name = type_name
        self.reason = reason

    def __repr__(self) -> str:
        return printable(f"<{type(self).__name__} {self.type_name}: {self._words()}>")

    def _words(self) -> str:
        return self.reason


class NotPickleable(StandIn):
    """A value of a type that cannot be kept, or that `config.islegal` refused; `preview` tells what it was."""

    __module__ = "tibidi"

    def __init__(self, type_name: str = "object", reason: str = "", preview: str = "") -> None:
        super().__init__(type_name, reason)
        self.preview = preview

    def _words(self) -> str:
        return f"{self.preview} ({self.reason})" if self.preview else self.reason


class Dummy(StandIn):
    """A value whose pickling or loading failed: `reason` is the error, `state` what is left of it."""

    __module__ = "tibidi"

    def __init__(self, type_name: str = "object", reason: str = "", state: object = None) -> None:
        super().__init__(type_name, reason)
        self.state = state

    def _words(self) -> str:
        return f"{self.state} ({self.reason})" if isinstance(self.state, str) and self.state else self.reason


class Cut(StandIn):
    """A value too large or too deep to be kept; `facts` has its length, shape, dtype, head and tail."""

    __module__ = "tibidi"

    def __init__(self, type_name: str = "object", reason: str = "", facts: dict[str, object] | None = None) -> None:
        super().__init__(type_name, reason)
        self.facts = facts or {}

    def _words(self) -> str:
        return ", ".join([self.reason, *(f"{name} {fact!r}" for name, fact in self.facts.items())])


class Redacted(StandIn):
    """A secret that is not a text; a text is replaced by a text."""

    __module__ = "tibidi"

    def __init__(self, type_name: str = "object") -> None:
        super().__init__(type_name, "redacted")


class ModuleStub(ModuleType):
    """A module that the crashed program had and this machine has not.

    Every public name in it is a class made on first use, so that what the
    module defined can be named, called, subclassed and tested with isinstance.
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
        made = type(name, (Missing,), {"__module__": self.__name__, "__qualname__": name})
        setattr(self, name, made)
        return made


class Missing(Dummy):
    """An instance of a class that this machine has not; its attributes are the instance's."""

    __module__ = "tibidi"

    def __new__(cls, *args: object, **kwargs: object) -> Missing:
        """Make one from any arguments."""
        self = super().__new__(cls)
        Dummy.__init__(self, f"{cls.__module__}.{cls.__qualname__}", "its class is not on this machine", args)
        return self

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Keep the arguments as `state`, as `__new__` has done."""


def missing_class(module: str, qualname: str, layout: str, fields: tuple[str, ...]) -> type:
    """Return a stand-in for a class that this machine has not, built on what it was built on."""
    name = qualname.rpartition(".")[2]
    if fields:
        return collections.namedtuple(name, fields, module=module)
    base: Any = getattr(builtins, layout, None) or getattr(collections, layout, Missing)
    return type(name, (base,), {"__module__": module, "__qualname__": qualname, "__doc__": "Missing here."})
