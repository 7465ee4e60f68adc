"""Inert classes and objects: they have the names and the contents that are in a dump, and no code.

Rules
-----
`InertType` makes a class for each name of a class or function in a dump: it
prints, compares and hashes, and does nothing.  Its instances have what the
pickle has for the object: attributes, items, arguments.  A class that was
built on a built-in type is built on it here, too, and behaves like it.

Nothing that came from the file is ever called, and the interpreter finds no
special method that came from it: it does not look in instances, and classes
take no attribute whose name begins with two underscores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from tibidi.reading.inert import layouts
from tibidi.reading.inert.repr import BOUNDED
from tibidi.reading.inert.repr import clean
from tibidi.reading.inert.sources import class_source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeVar

    T = TypeVar("T")

INERT = "it is inert: code of the application runs only in a dump that is opened live (--live, trust=True)"


class InertType(type):
    """A class, or anything else of which a dump has only the name."""

    def __new__(mcs, name: str, bases: tuple[type, ...], body: dict[str, object], **_: object) -> InertType:
        """Make the class; there is no `__init_subclass__` that would take keywords."""
        return super().__new__(mcs, name, bases, body)

    def __call__(cls, *_: object, **__: object) -> Any:
        """Raise TypeError: the code is not here."""
        raise TypeError(f"{cls._inert_name_} cannot be called: {INERT}")

    def __setattr__(cls, name: str, value: object) -> None:
        raise AttributeError(f"{cls._inert_name_} takes no attributes: {INERT}")

    def __repr__(cls) -> str:
        return f"<inert {cls._inert_name_}>"

    def __getattr__(cls, name: str) -> object:
        if name == "__source__":
            return class_source(cls.__name__, next(filter(None, map(_text_of, vars(cls).values())), ""))
        raise AttributeError(f"{cls.__name__} has no attribute {clean(name)!r}: {INERT}")


def _text_of(value: object) -> str:
    """Return the text of the source file of a function, "" for anything else."""
    code = vars(value).get("__code__") if isinstance(value, InertObject) else None
    text = vars(code).get("_text_") if isinstance(code, InertObject) else None
    return text if type(text) is str else ""


class InertObject(metaclass=InertType):
    """The base of all inert classes; instances have the attributes that are in the dump."""

    __module__ = "tibidi"
    _inert_name_ = "object"
    _inert_fields_: tuple[str, ...] = ()
    _inert_slots_: tuple[str, ...] = ()
    _inert_plain_: type | None = None
    __copy__ = layouts.shallow
    # A data descriptor, which an attribute of that name cannot hide.
    __deepcopy__ = property(layouts.deep)

    def __getattr__(self, name: str) -> object:
        kind = type(self).__name__
        raise AttributeError(f"{kind!r} object has no attribute {clean(name)!r} in the dump; {INERT}")

    def _inert_words_(self) -> tuple[str, tuple[object, ...], Mapping[str, object]]:
        """Return name, arguments and attributes to print."""
        return type(self)._inert_name_, (), visible(self)

    def __repr__(self) -> str:
        return BOUNDED.repr(self)

    _inert_repr_ = __repr__

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if not name.startswith("_inert_") and name not in OURS]


class InertCall(InertObject):
    """The result of a call of a function or class, of which the arguments are known."""

    def _inert_words_(self) -> tuple[str, tuple[object, ...], Mapping[str, object]]:
        return type(self)._inert_name_, self.__dict__.get("_args_", ()), visible(self)


class InertValue(InertCall):
    """An instance of a class that is built on a date, a path or another plain type not in `LAYOUTS`, with its value."""

    def __getattr__(self, name: str) -> object:
        value = self.__dict__.get("_value_")
        if value is None or name.startswith("_") or not hasattr(value, name):
            return super().__getattr__(name)
        return getattr(value, name)

    def __str__(self) -> str:
        return str(self.__dict__["_value_"]) if "_value_" in self.__dict__ else repr(self)

    def _inert_words_(self) -> tuple[str, tuple[object, ...], Mapping[str, object]]:
        own = self.__dict__
        return type(self)._inert_name_, (own["_value_"],) if "_value_" in own else own.get("_args_", ()), visible(self)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(name for name in dir(self.__dict__.get("_value_")) if not name.startswith("_"))]


class InertPartial(InertCall):
    """A `functools.partial`."""

    def _inert_words_(self) -> tuple[str, tuple[object, ...], Mapping[str, object]]:
        own = self.__dict__
        arguments, keywords = own.get("args"), own.get("keywords")
        first = (own.get("func"), *(arguments if type(arguments) is tuple else ()))
        return "functools.partial", first, keywords if type(keywords) is dict else {}


PARTIAL = ("func", "args", "keywords", "__dict__")


def of_items(name: str) -> Any:
    """Return a method that the items of an object answer."""
    return lambda thing, *arguments: getattr(thing.__dict__["_items_"], name)(*arguments)


class InertSequence(InertCall):
    """An object of unknown kind that has items in order."""

    def _inert_words_(self) -> tuple[str, tuple[object, ...], Mapping[str, object]]:
        return type(self)._inert_name_, (self.__dict__["_items_"],), visible(self)

    __contains__ = of_items("__contains__")
    __getitem__ = of_items("__getitem__")
    __iter__ = of_items("__iter__")
    __len__ = of_items("__len__")


class InertMapping(InertSequence):
    """An object of unknown kind that has items by keys."""

    get = of_items("get")
    items = of_items("items")
    keys = of_items("keys")
    values = of_items("values")


def parts(thing: Any) -> tuple[Any, ...]:
    """Return the items of an object that is built on a tuple."""
    return tuple(tuple.__iter__(thing))


class InertTuple(InertObject):
    """A tuple; if its items had names, it is printed with them."""

    def __repr__(self) -> str:
        names = type(self)._inert_fields_
        if not names:
            return repr(parts(self))
        words = [f"{clean(name)}={BOUNDED.repr(value)}" for name, value in zip(names, parts(self))]
        return f"{type(self).__name__}({', '.join(words)})"

    def __getattr__(self, name: str) -> object:
        items = parts(self)
        fields = type(self)._inert_fields_[: len(items)]
        return items[fields.index(name)] if name in fields else super().__getattr__(name)

    def _asdict(self) -> dict[str, object]:
        """Return fields and values."""
        return dict(zip(type(self)._inert_fields_, parts(self)))

    def __dir__(self) -> list[str]:
        return [*type(self)._inert_fields_, *super().__dir__()]


class InertAtom(InertObject):
    """The base of inert objects that are their own copies."""

    __copy__ = layouts.atomic
    __deepcopy__ = property(layouts.itself)


class InertMember(InertAtom):
    """A member of an enumeration."""

    def __repr__(self) -> str:
        own = self.__dict__
        return f"<{type(self).__name__}.{clean(own.get('name'))}: {BOUNDED.repr(own.get('value'))}>"

    def __str__(self) -> str:
        return f"{type(self).__name__}.{clean(self.__dict__.get('name'))}"


def make_type(module: str, qualname: str, *mixins: type, fields: tuple[str, ...] = ()) -> Any:
    """Return a new inert class of that name, an InertType, built on `mixins`."""
    full = clean(f"{module}.{qualname}")
    layout = next((base for base in mixins if base in layouts.LAYOUTS.values()), object)
    kind = next((base for base in mixins if isinstance(base, InertType)), InertObject)
    body: dict[str, object] = {
        "__hash__": vars(layout).get("__hash__") or object.__hash__,
        "__copy__": kind.__copy__,  # instead of that of a plain type, which would call the class
        "__deepcopy__": kind.__deepcopy__,
        "__module__": clean(module),
        "__qualname__": clean(qualname),
        "_inert_name_": full.replace("builtins.", "", 1),
        "_inert_fields_": fields,
    }
    return InertType(clean(qualname).rpartition(".")[2], mixins or (InertCall,), body)


def set_class_attributes(cls: InertType, attributes: Mapping[str, object]) -> None:
    """Give a class its attributes that are harmless."""
    for name, value in attributes.items():
        if (type(name) is str and not name.startswith(("__", "_inert_")) and name != "mro") or (
            name == "__doc__" and type(value) is str
        ):
            type.__setattr__(cls, name, value)


# Attributes that are not in the dump.
OURS = frozenset({"_args_", "_items_", "_text_", "_value_", "_view_", "__weakref__"})


def visible(thing: object) -> dict[str, object]:
    """Return the attributes of an inert object that are in the dump."""
    return {name: value for name, value in thing.__dict__.items() if name not in OURS}


def instance(kind: type[T], /, **attributes: object) -> T:
    """Return an instance of an inert class with these attributes."""
    made = object.__new__(kind)
    made.__dict__.update(attributes)
    return made


def text_keys(state: object) -> dict[str, object]:
    """Return the entries of `state` that can be attributes."""
    if not isinstance(state, dict):
        return {}
    return {key: value for key, value in state.items() if type(key) is str and key not in OURS}
