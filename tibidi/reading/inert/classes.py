"""Classes and members of enumerations from an untrusted dump.

A class that was written by value has bases and attributes, one that can be imported a name and a built-in base.  Both
become inert classes with the same built-in base, which know the names of the fields of their instances.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from itertools import islice

from tibidi.process.hints import Any
from tibidi.reading.inert import plain, types
from tibidi.reading.inert.layouts import ATOMS, LAYOUTS, layout_of
from tibidi.reading.inert.proxies import real
from tibidi.reading.inert.repr import clean
from tibidi.words.vocabulary import STRUCT_SEQUENCE

# The modules of the plain types that a class may be built on; its instances have a plain value.
VALUE_MODULES = frozenset({"datetime", "decimal", "fractions", "ipaddress", "pathlib", "uuid"})
VALUES: dict[object, str] = {name: module for module, name in plain.TABLE if module in VALUE_MODULES}


def make_class(_metaclass: object, name: object, bases: object, keywords: object, *_: object) -> object:
    """Make a class from its bases and the beginning of its body."""
    body = types.text_keys(keywords)
    made = built_on(bases, str(body.get("__module__", "?")), str(body.get("__qualname__", name)))
    types.set_class_attributes(made, body)
    return made


def class_state(cls: object, state: object) -> None:
    """Give a class its attributes and the names of the fields of its instances."""
    attributes, _, *early = plain.expect(state, tuple)
    prefill(early)
    if isinstance(cls, types.InertType):
        known = types.text_keys(attributes)
        fields = known.get("_fields", cls._inert_fields_)
        if issubclass(cls, types.InertTuple) and type(fields) is tuple:
            type.__setattr__(cls, "_inert_fields_", tuple(map(clean, fields)))
            ours = {*cls._inert_fields_, "_asdict"}  # instead of descriptors and code
            known = {name: value for name, value in known.items() if name not in ours}
        types.set_class_attributes(cls, known)
        type.__setattr__(cls, "_inert_slots_", slot_names(known) or cls._inert_slots_)


def built_on(bases: object, module: str, qualname: str) -> Any:
    """Return a new inert class of that name for a class with these bases."""
    bases = tuple(map(real, bases)) if isinstance(bases, tuple) else ()
    made = types.make_type(module, qualname, *next(filter(None, map(mixins_for, bases)), ()))
    base = next(filter(_is_value, bases), None)
    if base is not None and issubclass(made, types.InertValue):
        type.__setattr__(made, "_inert_make_", staticmethod(plain.maker(base)))
    return made


def mixins_for(base: Any) -> tuple[type, ...]:
    """Return the bases of an inert class for a class with this base."""
    is_inert = isinstance(base, types.InertType)
    if base is tuple or (is_inert and base._inert_name_ == "typing.NamedTuple"):  # a function in the place of a base
        return (types.InertTuple, tuple)
    if is_inert:
        return (base,)
    if isinstance(base, type) and (base in LAYOUTS.values() or issubclass(base, BaseException)):
        return (base, types.InertObject)
    return (types.InertValue,) if _is_value(base) else ()


def _is_value(base: Any) -> bool:
    """Return True for a plain type of these modules, not for an inert class of that name."""
    is_real = isinstance(base, type) and not isinstance(base, types.InertType)
    return is_real and base.__qualname__ in VALUES and plain.is_known(base.__module__, base.__qualname__)


def slot_names(attributes: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of the fields, for a state that is the bare values."""
    fields = attributes.get("__dataclass_fields__")
    if type(fields) is dict:
        return tuple(name for name, field in types.text_keys(fields).items() if _is_field(field))
    slots = attributes.get("__slots__")
    return tuple(name for name in slots if type(name) is str and name not in types.OURS) if type(slots) is tuple else ()


def _is_field(field: object) -> bool:
    """Return True if a field of a dataclass is one of instances, not a ClassVar or InitVar."""
    return isinstance(field, types.InertObject) and type(field.__dict__.get("_field_type")).__name__ == "_FIELD"


def make_enumeration(
    bases: object, name: object, qualname: object, members: object, module: object, contents: object = None, *_: object
) -> object:
    """Make an enumeration with its members; `contents` has for each what its built-in base is made from."""
    known = contents if type(contents) is dict else {}
    layouts = [layout_of(base) for base in map(real, plain.expect(bases, tuple)) if isinstance(base, type)]
    mixins = [layout for layout in layouts if layout in ATOMS]
    made = types.make_type(clean(module), clean(qualname), types.InertMember, *mixins[:1])
    for member, value in types.text_keys(members).items():
        types.set_class_attributes(made, {member: _new_member(made, clean(member), value, known.get(member, ()))})
    return made


def make_member(cls: object, name: object, value: object) -> object:
    """Return a member of an enumeration, made on first use."""
    if not isinstance(cls, types.InertType):
        raise TypeError("a member of no enumeration")
    text = clean(name)
    known = vars(cls).get(text)
    if isinstance(known, types.InertMember):
        return known
    kind: Any = cls if issubclass(cls, types.InertMember) else vars(cls).get("_inert_members_")
    if kind is None:  # it is known as a class with this built-in base
        kind = types.make_type(
            cls.__module__, cls.__qualname__, types.InertMember, *[base for base in cls.__mro__ if base in ATOMS]
        )
        type.__setattr__(cls, "_inert_members_", kind)
    made = _new_member(kind, text, value)
    types.set_class_attributes(cls, {text: made})
    return made


def _new_member(kind: Any, name: str, value: object, content: object = ()) -> Any:
    base: Any = next((base for base in kind.__mro__ if base in ATOMS), object)
    fitting = (each for each in (*plain.expect(content, tuple), value) if base in ATOMS and type(each) is base)
    made = base.__new__(kind, *islice(fitting, 1))
    made.__dict__.update(name=name, value=value)
    return made


def member_state(member: object, attributes: object) -> None:
    """Set the attributes of a member, or of an object that is filled without its own code."""
    if isinstance(member, types.InertObject):
        for name, value in types.text_keys(attributes).items():
            member.__dict__.setdefault(name, value)


def make_reference(module: str, qualname: str, layout: object, fields: object) -> Any:
    """Return an inert class for a class with that name and built-in base."""
    base = LAYOUTS.get(plain.expect_text(layout)) or getattr(builtins, plain.expect_text(layout), None)
    if base is tuple or layout == STRUCT_SEQUENCE:
        names = tuple(clean(field) for field in plain.expect(fields, tuple))
        made = types.make_type(module or "builtins", qualname, types.InertTuple, tuple, fields=names)
        type.__setattr__(made, "_inert_is_record_", layout == STRUCT_SEQUENCE)
        return made
    if base is None and layout in VALUES:
        base = plain.find(VALUES[layout], plain.expect_text(layout))
    return built_on((base,), module, qualname)


def prefill(early: list[Any]) -> None:
    """Set the globals that a function or class needs before their module is read."""
    for namespace, used in (pair for pairs in early for pair in plain.expect(pairs, list, tuple)):
        for name, value in types.text_keys(used).items():
            plain.expect(namespace, dict).setdefault(name, value)
