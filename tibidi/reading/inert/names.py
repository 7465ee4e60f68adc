"""What the names in a pickle mean: a proxy of a plain type, a word of the format, or an inert class.

The unpickler is C code: it calls what `Names.find` returns, and what those
calls return.  So all of that is from here and cannot be changed by a pickle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial

from tibidi.process.hints import Any, NoReturn
from tibidi.reading.inert import makers, plain, types
from tibidi.reading.inert.annotations import ANNOTATION_WORDS
from tibidi.reading.inert.classes import make_reference
from tibidi.reading.inert.exceptions import make_exception
from tibidi.reading.inert.layouts import layout_of
from tibidi.reading.inert.loading import REFUSED, refused
from tibidi.reading.inert.proxies import TypeProxy, proxy_of, real
from tibidi.words.standins import Dummy

# Types that print in a way of their own.
KNOWN_TYPES: dict[tuple[str, str], type[types.InertCall]] = {
    ("builtins", "frozendict"): types.InertFrozenDict,
    ("functools", "partial"): types.InertPartial,
    ("os", "_Environ"): types.InertEnvironment,
    ("sqlalchemy.engine.row", "Row"): types.InertRow,
    ("sqlalchemy.engine.row", "RowMapping"): types.InertRowMapping,
}
TABLE_WORDS = frozenset({"_array", "_dtype", "_part", "_scalar", "_table"})


def of_tables() -> tuple[dict[Any, type[types.InertCall]], dict[Any, Callable[..., object]]]:
    """Return the types and the words of tables and arrays."""
    # Few dumps have tables, and the process that tries values must start fast.
    from tibidi.reading.inert import arrays, described

    return described.TYPES, {**arrays.WORDS, **described.WORDS}


def is_described(module: str, name: str) -> bool:
    """Return True if the inert reader makes more of a name than an object with attributes: a table, a date."""
    key = (module, name)
    return key in KNOWN_TYPES or plain.is_known(*key) or any(key in known for known in of_tables())


class Names:
    """The names of one dump."""

    def __init__(self, namespace: Callable[[str], dict[str, object]], sources: Mapping[str, str]) -> None:
        self._found: dict[tuple[str, str], object] = {}
        self._types = dict(KNOWN_TYPES)
        self._has_tables = False
        self._words: dict[tuple[str, str], Callable[..., object]] = {
            **makers.WORDS,
            **ANNOTATION_WORDS,
            ("copyreg", "_reconstructor"): _reconstructor,
            ("tibidi", "_code"): partial(makers.make_code, sources),
            ("tibidi", "_made"): _made,
            ("tibidi", "_reference"): self._reference,
            ("tibidi", "_namespace"): lambda key: namespace(plain.expect_text(key)),
        }

    def find(self, module: str, name: str) -> Any:
        """Return the meaning of a name, the same each time."""
        found = self._found.get((module, name))
        if found is None:
            found = self._found[module, name] = self._find(module, name)
        return found

    def _find(self, module: str, name: str) -> object:
        key = (module, name)
        self._meet(*key)
        if key in self._words:
            return Word(self._words[key], f"{module}.{name}")
        found: object = next((kind for kind in makers.STANDINS if key == ("tibidi", kind.__name__)), None)
        if found is None:
            if key in self._types or not (plain.is_known(*key) or key in plain.CONSTANTS):
                return types.make_type(module, name, *([self._types[key]] if key in self._types else []))
            found = plain.find(module, name)
        if isinstance(found, type):
            return proxy_of(found)
        return Word(plain.maker(found), f"{module}.{name}") if callable(found) else found

    def _meet(self, module: str, name: str) -> None:
        """Learn the words of tables with the first name of one."""
        is_table = module.partition(".")[0] in {"numpy", "pandas"} or (module == "tibidi" and name in TABLE_WORDS)
        if is_table and not self._has_tables:
            self._has_tables = True
            found, words = of_tables()
            self._types.update(found)
            self._words.update(words)

    def call(self, function: Any, arguments: tuple[object, ...]) -> object:
        """Return the result of a call of a proxy, or of a function or method that is only described."""
        if type(function) is not TypeProxy:
            if isinstance(function, types.InertPartial) and isinstance(function.__dict__.get("func"), types.InertType):
                return types.completed(function, arguments)
            return self.find(*makers.home_of(function))(*arguments)
        try:
            made = _maker(function._real_)(*arguments)
            return harmless(made) if isinstance(made, type) else made
        except REFUSED as error:
            return refused(function.__name__, arguments, error)

    def _reference(self, module: object, name: object, layout: object, fields: object) -> object:
        """Return the class of that name; a class that is not plain has the given built-in base."""
        key = (plain.expect_text(module), plain.expect_text(name))
        self._meet(*key)
        if key not in self._found and not plain.is_known(*key) and key not in self._types:
            self._found[key] = make_reference(*key, layout, fields)
        return self.find(*key)


class Word:
    """A function that a pickle may call; a pickle cannot change it."""

    __slots__ = ("_make", "name")
    _make: Callable[..., object]
    name: str

    def __init__(self, make: Callable[..., object], name: str) -> None:
        object.__setattr__(self, "_make", make)
        object.__setattr__(self, "name", name)

    def __call__(self, *arguments: object) -> object:
        """Return what the maker makes, a stand-in if it refuses the arguments."""
        try:
            return harmless(self._make(*arguments))
        except REFUSED as error:
            return refused(self.name, arguments, error)

    def _frozen(self, *_: object) -> NoReturn:
        raise AttributeError(f"{self.name} cannot be changed")

    __setattr__ = __delattr__ = __setstate__ = _frozen

    def __repr__(self) -> str:
        return f"<inert {self.name}>"


def harmless(made: object) -> object:
    """Return what a maker made; the proxy of it, if it is a type."""
    return proxy_of(made) if isinstance(made, type) and type(made) not in {types.InertType, TypeProxy} else made


@cache
def _maker(kind: Any) -> Callable[..., object]:
    if kind in makers.TYPE_MAKERS:
        return makers.TYPE_MAKERS[kind]
    return partial(_raisable, kind) if issubclass(kind, BaseException) else plain.maker(kind)


def _made(cls: Any, function: Any, arguments: Any, content: Any = None, attributes: object = None) -> object:
    """Return the result of a function, an instance of `cls` if the function is unknown, or its content is known."""
    plain.expect(arguments, tuple)
    if type(content) is tuple and isinstance(cls, types.InertType) and layout_of(cls) is not object:
        return types.with_content(cls, content, {**types.text_keys(attributes), "__args__": arguments})
    if isinstance(cls, types.InertType) and issubclass(cls, BaseException):
        return _raisable(cls, *arguments)
    is_unknown = isinstance(function, types.InertType)
    if is_unknown and isinstance(cls, types.InertType) and layout_of(cls) is object:
        if len(arguments) == 2 and arguments[0] is cls and type(arguments[1]) is dict:  # makes it bare, and fills it
            made = cls()
            made.__setstate__(arguments[1])
            return made
        made = function(*arguments)
        return cls(*arguments) if type(made) is function else made
    return function(*arguments) if is_unknown or isinstance(function, (Word, TypeProxy, types.InertObject)) else Dummy()


def _reconstructor(cls: Any, base: object, state: object) -> object:
    """Make an instance of a subclass of a plain type, pickled by `copyreg.__reduce_ex__` with its value."""
    if not isinstance(cls, (types.InertType, TypeProxy)):
        raise TypeError("an instance of something that is not a class")
    return cls() if real(base) is object else cls(state)


def _raisable(cls: type[BaseException], *arguments: object) -> BaseException:
    """Return an exception with these arguments."""
    made = make_exception(cls)
    made.args = arguments
    return made
