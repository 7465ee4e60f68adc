"""Inert classes and objects: they have the names and the contents that are in a dump, and no code.

Rules
-----
`InertType` makes a class for each name of a class or function in a dump: it
prints, compares and hashes, and does nothing.  Its instances have what the
pickle has for the object: attributes, items, arguments.  A class that was
built on a built-in type is built on it here, too, and behaves like it.

Nothing that came from the file is ever called, and the interpreter finds no special method that came from it: it does
not look in instances, and classes take no attribute whose name begins with two underscores.

While a pickle is read, the unpickler calls what is here: a class to make an instance (`REDUCE`, `NEWOBJ`, `OBJ`),
`__setstate__` (`BUILD`), `extend` (`APPENDS`) and `__setitem__` (`SETITEMS`).  At any other time they raise.
"""

from __future__ import annotations

import operator
import os
import sys
from collections import defaultdict, deque
from collections.abc import Callable, Mapping

from tibidi.look import anatomy
from tibidi.process.hints import TYPE_CHECKING, Any, NoReturn
from tibidi.reading.inert import layouts, plain
from tibidi.reading.inert.loading import REFUSED, Loading, refused
from tibidi.reading.inert.proxies import real
from tibidi.reading.inert.repr import BOUNDED, CONTAINERS, Words, clean, container_repr
from tibidi.reading.inert.sources import definition
from tibidi.reading.state import attributes_in

if TYPE_CHECKING:
    from typing import TypeVar

    T = TypeVar("T")

INERT = "it is inert: code of the application runs only in a dump that is opened live (--live, trust=True)"
new = object.__new__


class InertType(type):
    """A class, or anything else of which a dump has only the name."""

    def __new__(mcs, name: str, bases: tuple[type, ...], body: dict[str, object], **_: object) -> InertType:
        """Make the class; there is no `__init_subclass__` that would take keywords."""
        return super().__new__(mcs, name, bases, body)

    def __call__(cls, *arguments: object, **keywords: object) -> Any:
        """Raise TypeError: the code is not here; for a pickle, return an instance."""
        if Loading.calls:
            make: Any = cls.__new__
            return make(cls, *arguments, **keywords)
        raise TypeError(f"{cls._inert_name_} cannot be called: {INERT}")

    def _frozen(cls, *_: object) -> NoReturn:
        raise AttributeError(f"{cls._inert_name_} cannot be changed: {INERT}")

    __setattr__ = __delattr__ = _frozen

    def __repr__(cls) -> str:
        return f"<inert {cls._inert_name_}>"

    def __getattr__(cls, name: str) -> object:
        if name == "__source__":
            texts = (text for text in map(_text_of, vars(cls).values()) if text and type(text) is str)
            return definition(cls.__qualname__, cls.__module__, {"": next(texts, "")})
        raise AttributeError(f"{cls.__name__} has no attribute {clean(name)!r}: {INERT}")


def _text_of(value: object) -> object:
    """Return the text of the source file of a function, None for anything else."""
    code = vars(value).get("__code__") if isinstance(value, InertObject) else None
    return vars(code).get("_text_") if isinstance(code, InertObject) else None


class InertObject(metaclass=InertType):
    """The base of all inert classes; instances have the attributes that are in the dump."""

    __module__ = "tibidi"
    _inert_name_ = "object"
    _inert_fields_: tuple[str, ...] = ()
    _inert_slots_: tuple[str, ...] = ()
    _inert_is_record_ = False
    _inert_make_: Any = None  # of the plain type that a class is built on
    __copy__ = layouts.shallow
    # Data descriptors, which an attribute of that name cannot hide: numpy would read memory at any address.
    __deepcopy__ = property(layouts.deep)
    __array_interface__ = __array_struct__ = property(layouts.absent)

    def __new__(cls, *arguments: object, **keywords: object) -> Any:
        """Make an instance for a pickle; its attributes come as a state."""
        made = new(cls)
        if arguments:
            made.__dict__["_args_"] = arguments
        if keywords:
            made.__dict__.update(text_keys(keywords))
        return made

    def __setstate__(self, state: object) -> None:
        """Set the attributes that a pickle has."""
        if type(state) is tuple and len(state) == 2 and state[0] is None:  # of slots only
            state = state[1]
        if type(state) is dict and SPECIAL.isdisjoint(state):
            self.__dict__.update(state)
        else:
            self._inert_absorb_(state)

    def _inert_absorb_(self, state: Any) -> None:
        found = attributes_in(state, type(self)._inert_slots_)
        self.__dict__.update({"__state__": state} if found is None else text_keys(found))  # as __setstate__ got it

    def __getattr__(self, name: str) -> object:
        kind = type(self).__name__
        raise AttributeError(f"{kind!r} object has no attribute {clean(name)!r} in the dump; {INERT}")

    def _inert_words_(self) -> Words:
        """Return name, arguments and attributes to print; instead of the arguments the items or the value of it."""
        own = self.__dict__
        arguments = next(((own[part],) for part in ("_items_", "_value_") if part in own), own.get("_args_", ()))
        return type(self)._inert_name_, arguments, visible(self)

    def __repr__(self) -> str:
        return BOUNDED.repr(self)

    _inert_repr_ = __repr__

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if not name.startswith("_inert_") and name not in OURS]


def called(function: InertObject, *arguments: object, **_: object) -> object:
    """Raise TypeError: no application code runs; for a pickle, return what the function would make."""
    if not Loading.calls:
        own = function.__dict__
        name = own.get("__qualname__") or own.get("__name__") or type(function).__name__
        raise TypeError(f"{name} cannot be called: {INERT}")
    return Loading.calls[-1](function, arguments)


class InertCall(InertObject):
    """The result of a call of a function or class, of which the arguments are known."""

    def __getattr__(self, name: str) -> object:
        if name == "extend" and Loading.calls:  # of an object of unknown kind: it gets the items from a pickle
            holder = held(self, InertSequence, [])
            return (holder if type(holder) is list else []).extend
        return super().__getattr__(name)

    __call__ = called

    def __setitem__(self, key: object, value: object) -> None:
        if not Loading.calls:
            raise TypeError(f"{type(self).__name__!r} object does not support item assignment: {INERT}")
        holder = held(self, InertMapping, {})
        if type(holder) is dict:
            holder[key] = value


class InertValue(InertCall):
    """An instance of a class that is built on a date, a path or another plain type not in `LAYOUTS`, with its value."""

    def __getattr__(self, name: str) -> object:
        value = self.__dict__.get("_value_")
        if value is None or name.startswith("_") or not hasattr(value, name):
            return super().__getattr__(name)
        return getattr(value, name)

    def __new__(cls, *arguments: object, **keywords: object) -> Any:
        """Make an instance with its value, if the arguments are those of the plain type."""
        made: Any = super().__new__(cls, *arguments, **keywords)
        if cls._inert_make_ is not None:
            try:
                made.__dict__["_value_"] = cls._inert_make_(*arguments)
            except REFUSED:  # other arguments, which are shown instead
                pass
        return made

    def __setstate__(self, state: object) -> None:
        """Set the attributes that a pickle has, and the number of a UUID."""
        kind: Any = type(self.__dict__.get("_value_"))
        is_uuid = kind is getattr(sys.modules.get("uuid"), "UUID", None)  # not a class of that name
        if is_uuid and type(state) is dict and type(state.get("int")) is int:
            self.__dict__["_value_"] = kind(int=state["int"] % (1 << 128))
            state = {name: value for name, value in state.items() if name != "int"}
        super().__setstate__(state)

    def __str__(self) -> str:
        return str(self.__dict__["_value_"]) if "_value_" in self.__dict__ else repr(self)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(name for name in dir(self.__dict__.get("_value_")) if not name.startswith("_"))]


class InertPartial(InertCall):
    """A `functools.partial`."""

    _inert_slots_ = ("func", "args", "keywords", "__dict__")  # its state is a tuple of these

    def _inert_words_(self) -> Words:
        own = self.__dict__
        arguments, keywords = own.get("args"), own.get("keywords")
        first = (own.get("func"), *(arguments if type(arguments) is tuple else ()))
        others = {name: value for name, value in visible(self).items() if name not in self._inert_slots_}
        return "functools.partial", first, {**(keywords if type(keywords) is dict else {}), **others}


def completed(partial: InertPartial, arguments: tuple[object, ...]) -> object:
    """Return the result of a call of a partial of an inert function, such as that of an operator.methodcaller."""
    own = partial.__dict__
    bound = own.get("args")
    made = own["func"](*(bound if type(bound) is tuple else ()), *arguments)
    if isinstance(made, InertCall):
        made.__dict__.update(text_keys(own.get("keywords")))
    return made


def of(function: Callable[..., Any], part: str = "_items_") -> Any:
    """Return a method that calls a function with a part of the object instead."""
    return lambda thing, *arguments: function(getattr(thing, part), *arguments)


class InertSequence(InertCall):
    """An object of unknown kind that has items in order."""

    __contains__ = of(operator.contains)
    __getitem__ = of(operator.getitem)
    __iter__ = of(iter)
    __len__ = of(len)


class InertMapping(InertSequence):
    """An object of unknown kind that has items by keys."""

    get = of(dict.get)
    items = of(dict.items)
    keys = of(dict.keys)
    values = of(dict.values)


class InertFrozenDict(InertMapping):
    """A frozendict, a builtin of Python 3.15, or one of a subclass."""

    def __new__(cls, content: object = None, *_: object, **__: object) -> Any:
        """Make a mapping of the content."""
        return instance(cls, _items_=content if type(content) is dict else {})


class InertEnvironment(InertMapping):
    """`os.environ`, with its names and values decoded; those of `environb` are bytes."""

    def __new__(cls, data: object = None, encode: object = None, *_: object, **__: object) -> Any:
        """Make a mapping of the data."""
        made = instance(cls, _items_={})
        made.__setstate__({"_data": data, "encodekey": encode})
        return made

    def __setstate__(self, state: Any) -> None:
        """Take the attributes of the object."""
        known = text_keys(state)
        data, is_bytes = known.get("_data"), real(known.get("encodekey")) is bytes
        pairs = [pair for pair in (data.items() if type(data) is dict else ()) if {*map(type, pair)} <= {bytes, str}]
        self.__dict__["_items_"] = dict(pairs if is_bytes else [(os.fsdecode(k), os.fsdecode(v)) for k, v in pairs])


class InertRow(InertSequence):
    """A row of SQLAlchemy, with the names of its columns."""

    def __setstate__(self, state: object) -> None:
        """Take the attributes of the object."""
        super().__setstate__(state)
        data, keys = self.__dict__.get("_data"), getattr(self.__dict__.get("_parent"), "_keys", ())
        data = data if type(data) is tuple else ()
        named = zip(keys, data) if type(keys) in {list, tuple} else ()
        fields = {key: value for key, value in named if type(key) is str}
        self.__dict__.update(_items_=data, _by_name_=fields)

    def __getattr__(self, name: str) -> object:
        fields = self.__dict__.get("_by_name_", {})
        return fields[name] if name in fields else super().__getattr__(name)

    def _inert_words_(self) -> Words:
        own = self.__dict__
        return type(self)._inert_name_, () if own.get("_by_name_") else own.get("_items_", ()), own.get("_by_name_", {})


class InertRowMapping(InertRow, InertMapping):
    """A row of SQLAlchemy as a mapping: its values by the names of the columns."""

    def __setstate__(self, state: object) -> None:
        """Take the attributes of the object."""
        super().__setstate__(state)
        self.__dict__["_items_"] = self.__dict__["_by_name_"]


def items_of(thing: Any) -> tuple[Any, ...]:
    """Return the items of an object that is built on a tuple."""
    return tuple(tuple.__iter__(thing))


class InertTuple(InertObject):
    """A tuple; if its items had names, it is printed with them."""

    def __repr__(self) -> str:
        names = type(self)._inert_fields_
        if not names:
            return repr(items_of(self))
        words = [f"{clean(name)}={BOUNDED.repr(value)}" for name, value in zip(names, items_of(self))]
        return f"{type(self).__name__}({', '.join(words)})"

    def __getattr__(self, name: str) -> object:
        items = items_of(self)
        fields = type(self)._inert_fields_[: len(items)]
        return items[fields.index(name)] if name in fields else super().__getattr__(name)

    def _asdict(self) -> dict[str, object]:
        """Return fields and values."""
        return dict(zip(type(self)._inert_fields_, items_of(self)))

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
    layout = next((found for found in map(layouts.layout_of, mixins) if found is not object), object)
    kind = next((base for base in mixins if isinstance(base, InertType)), InertObject)
    body: dict[str, object] = {
        "__hash__": vars(layout).get("__hash__") or object.__hash__,
        "__copy__": kind.__copy__,  # instead of that of a plain type, which would call the class
        "__deepcopy__": kind.__deepcopy__,
        "__module__": clean(module),
        "__qualname__": clean(qualname),
        "_inert_name_": full.replace("builtins.", "", 1),
        **({"_inert_fields_": fields} if fields else {}),  # else those of the base
    }
    if layout is not object:
        # Instead of those of the built-in type, whose arguments are not checked.
        body.update(__new__=shaped, __setstate__=kind.__setstate__, _inert_layout_=layout)
    if issubclass(layout, CONTAINERS):
        body["__repr__"] = container_repr(layout)
    return InertType(clean(qualname).rpartition(".")[2], mixins or (InertCall,), body)


def set_class_attributes(cls: InertType, attributes: Mapping[str, object]) -> None:
    """Give a class its attributes that are harmless; a built-in base keeps its methods, by which it gets its items."""
    layout = layouts.layout_of(cls)
    kept = {"mro", "_asdict", *(vars(layout) if layout is not object else ())}
    for name, value in attributes.items():
        is_text = name in TEXTS and type(value) is str
        if is_text or (type(name) is str and not name.startswith(("__", "_inert_")) and name not in kept):
            type.__setattr__(cls, name, value)


# Of the attributes whose names Python and libraries reserve, these are shown.
TEXTS = frozenset({"__author__", "__doc__", "__tablename__", "__version__"})


def shaped(cls: Any, *arguments: object, **_: object) -> Any:
    """Make an instance of a class that is built on a built-in type, a stand-in if the arguments do not fit."""
    layout = cls._inert_layout_
    try:
        if issubclass(layout, BaseException):
            return _new_exception(cls, arguments)
        if not arguments:
            return layout.__new__(cls)
        if layout is tuple:
            return _new_tuple(cls, arguments)
        if layout in {frozenset, *layouts.ATOMS}:
            kinds = (list, tuple) if layout is frozenset else layouts.ATOMS
            given = arguments[: 2 if layout is complex else 1]
            made = layout.__new__(cls, *[plain.expect(each, *kinds) for each in given])
        else:
            made = _filled(layout.__new__(cls), layout, arguments)
        if len(arguments) > (2 if layout in {complex, defaultdict, deque} else 1):  # such as a unit
            made.__dict__["__args__"] = arguments
        return made
    except REFUSED as error:
        return refused(cls._inert_name_, arguments, error)


def with_content(cls: Any, content: tuple[Any, ...], attributes: dict[str, object]) -> Any:
    """Make an instance of a class that is built on a built-in type with what it held, and attributes."""
    made = shaped(cls, *content)
    if type(made) is cls:
        made.__dict__.update(attributes)
    return made


def _new_tuple(cls: Any, arguments: tuple[Any, ...]) -> Any:
    is_record = cls._inert_is_record_  # which has its hidden fields in a dictionary
    is_alone = is_record or (len(arguments) == 1 and not cls._inert_fields_)
    made: Any = tuple.__new__(cls, arguments[0] if is_alone and type(arguments[0]) in {list, tuple} else arguments)
    if is_record and len(arguments) > 1:
        made.__dict__.update(text_keys(arguments[1]))
    return made


def _filled(made: Any, layout: Any, arguments: tuple[Any, ...]) -> Any:
    if layout is deque and len(arguments) == 2:
        deque.__init__(made, (), plain.expect(arguments[1], int))
    if layout is list and type(arguments[0]) in {list, tuple}:
        list.extend(made, arguments[0])
    if layout in {bytearray, set}:
        layout.__init__(made, plain.expect(arguments[0], bytes, list, tuple))
    if issubclass(layout, dict):
        _fill(made, layout, arguments)
    return made


def _new_exception(cls: Any, arguments: tuple[Any, ...]) -> BaseException:
    """Make an exception by the type in C: OSError, MemoryError and groups refuse any other (Objects/exceptions.c)."""
    native: Any = anatomy.native_base(cls)
    made: BaseException = native.__new__(cls, *(arguments[:2] if anatomy.is_group(native) else ()))
    made.args = arguments
    return made


def _fill(made: Any, layout: Any, arguments: tuple[object, ...]) -> None:
    """Give a dictionary its arguments: the items, wherever they are, the factory of a defaultdict."""
    first = real(arguments[0])
    content: Any = next((each for each in arguments if isinstance(each, dict) or _is_pairs(each)), None)
    if content is not None:
        dict.update(made, content)
    elif layout is defaultdict and (first is None or callable(first)):
        defaultdict.__init__(made, first)
    elif first is None or isinstance(first, (type, InertObject)):
        made.__dict__["default_factory"] = first


def _is_pairs(argument: object) -> bool:
    return type(argument) is list and all(type(pair) is tuple and len(pair) == 2 for pair in argument)


def held(target: InertCall, kind: type[InertSequence], empty: Any) -> Any:
    """Return the container for the items of an object of unknown kind, which shows them from now on."""
    if not isinstance(target, InertSequence):
        cls = type(target)
        target.__class__ = make_type(cls.__module__, cls.__qualname__, kind, cls)
        target.__dict__["_items_"] = empty
    return target.__dict__["_items_"]


# Attributes that are not in the dump.
OURS = frozenset({"_args_", "_by_name_", "_items_", "_text_", "_value_", "_view_", "__weakref__"})
SPECIAL = OURS | {"__dict__"}


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
