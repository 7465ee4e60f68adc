"""`NamedTuple` as in `typing`, whose classes take a tenth of the time to define.

A crash defines some thirty of them.  `typing` compiles each annotation and `collections` each constructor, a quarter
of a millisecond a class; here a class keeps the names of its fields, and all share one constructor.  Type checkers
see the one of `typing`.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any
    from typing import NamedTuple as NamedTuple
else:
    from collections import _tuplegetter as field_at  # the descriptor of its named tuples, on PyPy a property

    class RecordType(type):
        """The metaclass: takes the fields from the annotations, as `typing` does."""

        def __new__(meta, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> type:
            """Make a class with these fields."""
            fields = tuple(namespace.get("__annotations__", ()))
            namespace["_fields"] = namespace["__match_args__"] = fields
            namespace["_field_defaults"] = {each: namespace[each] for each in fields if each in namespace}
            namespace["__slots__"] = ()
            namespace.update({each: field_at(place, None) for place, each in enumerate(fields)})
            return super().__new__(meta, name, bases, namespace)

    class NamedTuple(tuple, metaclass=RecordType):
        """A tuple whose items have names, given by the annotations of a subclass."""

        def __new__(cls, /, *values: object, **named: object) -> NamedTuple:
            """Make a record from positional and keyword arguments, and defaults for the rest."""
            rest = cls._fields[len(values) :]
            if rest or named or len(values) > len(cls._fields):
                given = {**cls._field_defaults, **named}
                if len(values) > len(cls._fields) or not (named.keys() <= set(rest) <= given.keys()):
                    raise TypeError(f"{cls.__name__} takes {', '.join(cls._fields)}, not {values} and {named}")
                values += tuple([given[name] for name in rest])
            return tuple.__new__(cls, values)

        _make = classmethod(tuple.__new__)  # of a value for each field, by C code alone

        def _replace(self, **named: object) -> NamedTuple:
            """Return a record with other values for some fields."""
            return type(self)(**{**self._asdict(), **named})

        def _asdict(self) -> dict[str, object]:
            """Return the values by name."""
            return dict(zip(self._fields, self))

        def __repr__(self) -> str:
            values = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self))
            return f"{type(self).__name__}({values})"

        def __getnewargs__(self) -> tuple[object, ...]:
            return tuple(self)
