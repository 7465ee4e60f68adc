"""Proxies of types, which pickles get instead of the types themselves.

A pickle can call a type with any arguments, make instances that bypass its constructor, and set attributes of it.  So
no type of the interpreter or of the standard library gets into its hands: a proxy makes what `plain` allows, and cannot
be changed.  After loading it compares, hashes, prints and works like the type, which replaces it where it is the value
of a variable.
"""

from __future__ import annotations

from functools import cache

from tibidi.process.hints import Any, NoReturn
from tibidi.reading.inert.loading import Loading


class TypeProxy(type):
    """A proxy of the type `_real_`."""

    _real_: Any

    def __call__(cls, *arguments: object, **keywords: object) -> Any:
        """Make an instance; for a pickle, only as `plain` allows."""
        return Loading.calls[-1](cls, arguments) if Loading.calls else cls._real_(*arguments, **keywords)

    def _frozen(cls, *_: object) -> NoReturn:
        raise AttributeError(f"{cls.__name__} cannot be changed")

    __setattr__ = __delattr__ = _frozen

    def __getattr__(cls, name: str) -> Any:
        if Loading.calls:
            raise AttributeError(name)
        return getattr(cls._real_, name)

    def __eq__(cls, other: object) -> bool:
        return other is cls or other is cls._real_

    def __hash__(cls) -> int:
        return hash(cls._real_)

    def __repr__(cls) -> str:
        return repr(cls._real_)

    def __instancecheck__(cls, thing: object) -> bool:
        return isinstance(thing, cls._real_)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(real(other), cls._real_)


@cache
def proxy_of(kind: type) -> TypeProxy:
    """Return the proxy of a type, which answers `NEWOBJ` like a call."""
    copied = {name: getattr(kind, name) for name in ("__doc__", "__module__", "__qualname__")}
    body = {"_real_": kind, "__new__": lambda cls, *arguments: cls(*arguments), "__slots__": (), **copied}
    return TypeProxy(kind.__name__, (), body)


def real(thing: Any) -> Any:
    """Return the type of which `thing` is the proxy, `thing` itself if it is none."""
    return thing._real_ if type(thing) is TypeProxy else thing
