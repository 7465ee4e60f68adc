"""Answer the names, calls, states and items of a pickle, without importing or calling anything that they name.

Plain data types (`plain`) become real values, words of the format (`makers`)
what they describe, and all else inert objects (`types`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections import defaultdict
from collections import deque
from functools import partial
from itertools import chain
from types import SimpleNamespace
from typing import TYPE_CHECKING
from typing import Any

from tibidi.errors import DamagedDump
from tibidi.reading.inert import plain
from tibidi.reading.inert import tables
from tibidi.reading.inert.annotations import ANNOTATION_WORDS
from tibidi.reading.inert.arrays import ARRAY_WORDS
from tibidi.reading.inert.arrays import array_state
from tibidi.reading.inert.arrays import dtype_state
from tibidi.reading.inert.classes import make_reference
from tibidi.reading.inert.exceptions import make_exception
from tibidi.reading.inert.layouts import ATOMS
from tibidi.reading.inert.layouts import layout_of
from tibidi.reading.inert.makers import STANDINS
from tibidi.reading.inert.makers import TYPE_MAKERS
from tibidi.reading.inert.makers import WORDS
from tibidi.reading.inert.makers import home_of
from tibidi.reading.inert.makers import make_code
from tibidi.reading.inert.ndarray import InertArray
from tibidi.reading.inert.ndarray import InertDtype
from tibidi.reading.inert.repr import clean
from tibidi.reading.inert.screen import KEYS_PER_CHECK
from tibidi.reading.inert.states import absorb
from tibidi.reading.inert.states import held
from tibidi.reading.inert.types import InertCall
from tibidi.reading.inert.types import InertMapping
from tibidi.reading.inert.types import InertObject
from tibidi.reading.inert.types import InertPartial
from tibidi.reading.inert.types import InertSequence
from tibidi.reading.inert.types import InertType
from tibidi.reading.inert.types import InertValue
from tibidi.reading.inert.types import make_type
from tibidi.reading.inert.types import text_keys
from tibidi.reading.inert.zones import TIMES
from tibidi.reading.inert.zones import zoned
from tibidi.words.standins import Dummy
from tibidi.words.standins import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from tibidi.reading.inert.screen import Budget

# Types of libraries that print in a way of their own.
KNOWN_TYPES: dict[tuple[str, str], type[InertCall]] = {("functools", "partial"): InertPartial, **tables.TYPES}
# Raised by makers for untrusted arguments; the result is a stand-in.
REFUSED = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError)


class InertBuilder:
    """Answers by exact types, so that no untrusted code runs."""

    def __init__(
        self, namespace: Callable[[str], dict[str, object]], sources: Mapping[str, str], budget: Budget
    ) -> None:
        self._names: dict[tuple[str, str], object] = {}
        self._words: dict[tuple[str, str], Callable[..., object]] = {
            **WORDS,
            **ANNOTATION_WORDS,
            **ARRAY_WORDS,
            **tables.WORDS,
            ("copyreg", "_reconstructor"): self._reconstructor,
            ("tibidi", "_code"): partial(make_code, sources),
            ("tibidi", "_keys"): self._keys,
            ("tibidi", "_made"): self._made,
            ("tibidi", "_reference"): self._reference,
            ("tibidi", "_namespace"): lambda key: namespace(plain.expect_text(key)),
        }
        self._budget = budget

    def named(self, module: str, name: str) -> object:
        """Return the meaning of a name: a plain type, a word of the format, or an inert class."""
        found = self._names.get((module, name))
        if found is None:
            found = self._names[module, name] = self._find(module, name)
        return found

    def _find(self, module: str, name: str) -> object:
        word = self._words.get((module, name))
        if word is not None:
            return Word(word, f"{module}.{name}")
        for kind in STANDINS:
            if (module, name) == ("tibidi", kind.__name__):
                return kind
        known = KNOWN_TYPES.get((module, name))
        if known is not None:
            return make_type(module, name, known)
        try:
            found = plain.find(module, name)
        except LookupError:
            return make_type(module, name)
        return found if isinstance(found, type) or not callable(found) else Word(plain.maker(found), f"{module}.{name}")

    def call(self, function: object, arguments: object) -> object:
        """Return the result of a call."""
        if type(arguments) is not tuple:
            return Dummy(clean(type(function).__name__), "called without arguments")
        try:
            if isinstance(function, InertObject):
                function = self.named(*home_of(function))
            if isinstance(function, InertType):
                return self.create(function, arguments)
            return self._maker(function)(*arguments)
        except REFUSED as error:
            return refused(function, arguments, error)

    def _maker(self, function: object) -> Callable[..., object]:
        if type(function) is Word:
            return function.make
        if not isinstance(function, type):
            raise TypeError("a call of something that is not a type")
        if function in TYPE_MAKERS:
            return TYPE_MAKERS[function]
        if issubclass(function, BaseException):
            return partial(raisable, function)
        return zoned(plain.maker(function)) if function in TIMES else plain.maker(function)

    def create(self, cls: object, arguments: object, keywords: object = None) -> object:
        """Return a new instance, without its attributes, which come as a state."""
        if type(arguments) is not tuple or not isinstance(cls, InertType):
            return self.call(cls, arguments) if type(arguments) is tuple else refused(cls, (), TypeError("no tuple"))
        layout = layout_of(cls)
        try:
            made = self._instance(cls, layout, arguments)
            self._give_value(cls, made, arguments)
        except REFUSED as error:
            return refused(cls, arguments, error)
        if layout is object and arguments:
            made.__dict__["_args_"] = arguments
        if layout is object and type(keywords) is dict:
            made.__dict__.update(text_keys(keywords))
        return made

    def _instance(self, cls: Any, layout: Any, arguments: tuple[object, ...]) -> Any:
        first = arguments[0] if arguments else None
        if layout in ATOMS:
            return layout.__new__(cls, plain.expect(first, *ATOMS)) if arguments else layout.__new__(cls)
        if layout is tuple:
            is_whole = len(arguments) == 1 and type(first) in {list, tuple} and not cls._inert_fields_
            items: Any = first if is_whole else arguments
            return tuple.__new__(cls, items)
        if layout is frozenset:
            return frozenset.__new__(cls, self.frozenset(plain.expect(first, list, tuple)) if arguments else ())
        made = layout.__new__(cls)
        if layout is deque and len(arguments) == 2:
            deque.__init__(made, (), plain.expect(arguments[1], int))
        if layout is set and arguments:
            self.add(made, plain.expect(first, list, tuple))
        if issubclass(layout, dict) and arguments:
            self._fill(made, layout, first)
        if isinstance(made, BaseException):
            made.args = arguments
        return made

    def _give_value(self, cls: Any, made: Any, arguments: tuple[object, ...]) -> None:
        """Give an instance of a class built on a plain type its value, if the arguments are those of the type."""
        if cls._inert_plain_ is None:
            return
        try:
            made.__dict__["_value_"] = self._maker(cls._inert_plain_)(*arguments)
        except REFUSED:  # other arguments, which are shown instead
            pass

    def _fill(self, made: Any, layout: Any, first: object) -> None:
        """Give a dictionary its arguments: the items of a Counter, the factory of a defaultdict."""
        if isinstance(first, dict):
            self.update(made, list(first.keys()), list(first.values()))
        elif layout is defaultdict and (first is None or callable(first)):
            defaultdict.__init__(made, first)
        elif first is None or isinstance(first, (type, InertObject)):
            made.__dict__["default_factory"] = first

    def build(self, made: object, state: object) -> object:
        """Give an object its state; return it, or the finished object."""
        try:
            return self._build(made, state)
        except REFUSED as error:
            return made if not isinstance(made, InertArray) else refused(made, (state,), error)

    def _build(self, made: object, state: object) -> object:
        if type(made) is InertArray:
            return array_state(made, state)
        if type(made) is InertDtype:
            return dtype_state(made, state)
        elif plain.is_uuid(made) and isinstance(state, dict):
            plain.fill_uuid(made, state.get("int"))
        elif isinstance(made, (InertObject, StandIn, SimpleNamespace, BaseException)):
            if isinstance(made, InertValue) and plain.is_uuid(made.__dict__.get("_value_")) and type(state) is dict:
                plain.fill_uuid(made.__dict__["_value_"], state.get("int"))
                state = {name: value for name, value in state.items() if name != "int"}
            absorb(made, state)
        return made

    def extend(self, target: object, items: list[object]) -> None:
        """Append items to a list or a similar object."""
        if isinstance(target, (list, deque)):
            target.extend(items)
        elif type(target) is bytearray:
            raise DamagedDump("not a pickle of tibidi: items of a bytearray")
        elif isinstance(target, InertCall):
            holder = held(target, InertSequence, [])
            if type(holder) is list:
                holder.extend(items)

    def update(self, target: object, keys: list[object], values: list[object]) -> None:
        """Put items into a dictionary or a similar object."""
        if isinstance(target, InertCall) and not isinstance(target, dict):
            target = held(target, InertMapping, {})
        if not isinstance(target, dict):
            return
        pairs = zip(chain.from_iterable(self.batches(keys)), values)
        if type(target) is dict:
            target.update(pairs)
            return
        for key, value in pairs:
            target[key] = value

    def add(self, target: object, items: list[object]) -> None:
        """Put items into a set."""
        if isinstance(target, set):
            set.update(target, chain.from_iterable(self.batches(items)))

    def frozenset(self, items: list[object]) -> frozenset[object]:
        """Return a set of items."""
        return frozenset(chain.from_iterable(self.batches(items)))

    def batches(self, keys: Sequence[object]) -> Iterator[list[object]]:
        """Yield keys that can be hashed quickly, with a stand-in for each that cannot, in batches.

        As colliding keys take quadratic time, the time is checked before each batch.
        """
        for start in range(0, len(keys), KEYS_PER_CHECK):
            yield self._checked(keys[start : start + KEYS_PER_CHECK])

    def _checked(self, keys: Sequence[object]) -> list[object]:
        if self._budget.check_keys(keys):
            try:
                set(keys)
            except TypeError:  # a list within a tuple
                pass
            else:
                return list(keys)
        return [key if self._is_hashable(key) else Dummy(type(key).__name__, "not a key") for key in keys]

    def _is_hashable(self, key: object) -> bool:
        try:
            return self._budget.check_keys([key]) and hash(key) is not None
        except TypeError:
            return False

    def _keys(self, content: object, ordered: object = False) -> object:
        """Return a view of these keys."""
        keys: list[object] = plain.expect(content, list, tuple)
        found: dict[object, object] = OrderedDict() if ordered is True else {}
        self.update(found, keys, keys)
        return found.keys()

    def _reference(self, module: object, name: object, layout: object, fields: object) -> object:
        """Return the class of that name; a class that is not plain has the given built-in base."""
        key = (plain.expect_text(module), plain.expect_text(name))
        if key not in self._names and not plain.is_known(*key) and key not in KNOWN_TYPES:
            self._names[key] = make_reference(*key, layout, fields)
        return self.named(*key)

    def _made(self, cls: object, function: object, arguments: object) -> object:
        """Return the result of a function, an instance of `cls` if the function is unknown."""
        made = self.call(function, arguments)
        is_unknown = isinstance(function, InertType) and type(made) is function
        is_plain = isinstance(cls, InertType) and layout_of(cls) is object
        return self.create(cls, arguments) if is_unknown and is_plain else made

    def _reconstructor(self, cls: object, base: object, state: object) -> object:
        """Make an instance of a subclass of a plain type, pickled by `copyreg.__reduce_ex__` with its value."""
        return self.create(cls, () if base is object else (state,))


class Word:
    """A function that a pickle may call; it does not leave the machine."""

    __slots__ = ("make", "name")

    def __init__(self, make: Callable[..., object], name: str) -> None:
        self.make = make
        self.name = name

    def __repr__(self) -> str:
        return f"<inert {self.name}>"


def raisable(cls: type[BaseException], *arguments: object) -> BaseException:
    """Return an exception with these arguments."""
    made = make_exception(cls)
    made.args = arguments
    return made


def refused(what: object, arguments: tuple[object, ...], error: Exception) -> Dummy:
    """Return a stand-in for an object that could not be made."""
    if isinstance(what, InertType):
        name = what._inert_name_
    elif isinstance(what, Word):
        name = what.name
    else:
        name = what.__name__ if isinstance(what, type) else type(what).__name__
    return Dummy(clean(name), clean(f"{type(error).__name__}: {error}"), arguments)
