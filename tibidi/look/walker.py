"""Show one value in one line, without running any application code.

Strategy
--------
How the instances of a class are shown is decided once a class and kept in a
table: builtin containers are walked, known standard types are shown by the
interpreter, all others by the content of the builtin type that they derive
from or by their attributes.  Depth, items and characters are bounded; what is
left out shows as `…`, with the number of items that follow.
"""

from __future__ import annotations

import gc
import sys
from types import MappingProxyType

from tibidi import TYPE_CHECKING
from tibidi.look import notation
from tibidi.look.anatomy import first
from tibidi.look.anatomy import is_native
from tibidi.look.anatomy import type_name
from tibidi.look.classes import Classes
from tibidi.look.notation import MORE
from tibidi.look.notation import joined
from tibidi.look.notation import step_text
from tibidi.model import LAZY
from tibidi.model import REDACTED_TEXT
from tibidi.model import Omission
from tibidi.process.interpreter import has_handler_raised
from tibidi.process.texts import ascii_safe

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from typing import Any

    from tibidi.look.classes import ClassFacts
    from tibidi.look.notation import Step
    from tibidi.redaction import Redactor

    Show = Callable[[Any], str]

MAX_DEPTH = 4
MAX_ITEMS = 12  # of the outermost container
MAX_NESTED_ITEMS = 6
MAX_TEXT_CHARACTERS = 300
MIN_TEXT_CHARACTERS = 8
MAX_REMEMBERED_CHARACTERS = 60  # a text that is likely to occur several times
# Redacted before it is cut: a secret is recognized only if it is seen whole.
SCRUBBED_CHARACTERS = 10_000

VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))
# The bases of arrays and tables.
ARRAYS = frozenset({
    "numpy.generic", "numpy.ndarray", "pandas.DataFrame", "pandas.Series", "pandas.core.frame.DataFrame",
    "pandas.core.series.Series",
})  # fmt: skip


class Walker:
    """Shows values; `omissions` lists those that were left out on purpose."""

    def __init__(self, redactor: Redactor, omissions: list[Omission]) -> None:
        self.omissions = omissions
        self.redactor = redactor
        self.classes = Classes()
        self._left = 0
        self._path = ""
        self._steps: list[Step] = []
        self._within: set[int] = set()
        self._texts: dict[str, str] = {}
        self._table: dict[int, Show] = {**notation.numbers(), **self._builtins()}
        self._table.update((key, self._cleaning(show)) for key, show in notation.texts().items())

    def start(self, path: str, characters: int) -> None:
        """Start with the variable at `path`, to be shown in about so many characters."""
        self._path = path
        self._left = characters
        self._steps.clear()
        self._within.clear()

    def show(self, value: object) -> str:
        """Show a value in one line."""
        show = self._table.get(id(type(value)))
        before, depth = self._left, len(self._steps)
        try:
            shown = (show or self._decide(type(value)))(value)
        except Exception as error:  # a type in C whose repr raises costs one preview
            if has_handler_raised(error):
                raise
            del self._steps[depth:]
            shown = f"<{type_name(type(value))}, which cannot be shown: {type_name(type(error))}>"
        self._left = before - len(shown)
        return shown

    def _cleaning(self, show: Show) -> Show:
        return lambda value: self._cleaned(show(value))

    def _builtins(self) -> dict[int, Show]:
        return {
            id(str): self._str,
            id(bytes): self._bytes,
            id(bytearray): self._bytearray,
            id(list): self._list,
            id(tuple): self._tuple,
            id(set): self._set,
            id(frozenset): self._frozenset,
            id(dict): self._dict,
            id(MappingProxyType): self._proxy,
            **{id(view): self._view for view in VIEWS},
            id(type): notation.of_class,
        }

    def _str(self, text: str) -> str:
        if len(text) > MAX_REMEMBERED_CHARACTERS:
            return self._quoted(text[:SCRUBBED_CHARACTERS], len(text))
        shown = self._texts.get(text)
        if shown is None:
            found = len(self.redactor.found)
            shown = self._quoted(text, len(text))
            if found == len(self.redactor.found):
                self._texts[text] = shown
        return shown

    def _quoted(self, text: str, length: int) -> str:
        return self._cut(self._cleaned(text), length - len(text))

    def _bytes(self, data: bytes | bytearray) -> str:
        return self._data(bytes(data[:SCRUBBED_CHARACTERS]), len(data))

    def _bytearray(self, data: bytearray) -> str:
        return f"bytearray({self._bytes(data)})"

    def _data(self, data: bytes, length: int) -> str:
        cleaned = self.redactor.data(data)
        if cleaned is not data:
            self.redactor.note(self._place(), "looks like a secret, or is the value of one elsewhere")
        return self._cut(cleaned, length - len(data))

    def _cleaned(self, text: str) -> str:
        cleaned, rule = self.redactor.scrub(text)
        if rule:
            self.redactor.note(self._place(), rule)
        return cleaned

    def _cut(self, text: str | bytes, more: int) -> str:
        """Show the beginning of a text, after which `more` characters were left out already."""
        limit = max(min(MAX_TEXT_CHARACTERS, self._left), MIN_TEXT_CHARACTERS)
        more += max(len(text) - limit, 0)
        shown = ascii_safe(repr(text[:limit]))
        return f"{shown}{MORE} +{more}" if more else shown

    def _list(self, items: list[object]) -> str:
        return self._sequence("[", items, list.__len__(items), "]")

    def _tuple(self, items: tuple[object, ...]) -> str:
        end = ",)" if len(items) == 1 else ")"
        if self.redactor.conceals_last(items):
            self.redactor.note(f"{self._place()}[{len(items) - 1}]", "the name before it")
            return f"({', '.join(map(self.show, items[:-1]))}, {REDACTED_TEXT})"
        return self._sequence("(", items, len(items), end)

    def _set(self, items: set[object]) -> str:
        return self._sequence("{", items, set.__len__(items), "}") if set.__len__(items) else "set()"

    def _frozenset(self, items: frozenset[object]) -> str:
        return f"frozenset({self._sequence('{', items, len(items), '}') if items else ''})"

    def _sequence(self, start: str, items: Iterable[object], length: int, end: str) -> str:
        if not self._enter(items):
            return f"{start}...{end}"
        shown: list[str] = []
        if len(self._steps) < MAX_DEPTH:
            for number, item in enumerate(first(items, self._limit())):
                if self._left <= 0:
                    break
                self._steps.append(number)
                shown.append(self.show(item))
                self._steps.pop()
        self._within.discard(id(items))
        return start + joined(shown, length) + end

    def _dict(self, mapping: dict[object, object]) -> str:
        if not self._enter(mapping):
            return "{...}"
        length = dict.__len__(mapping)
        pairs = first(dict.items(mapping), self._limit()) if len(self._steps) < MAX_DEPTH else []
        shown = []
        for key, value in pairs:
            if self._left <= 0:
                break
            shown.append(f"{self.show(key)}: {self._entry(key, value, (key,))}")
        self._within.discard(id(mapping))
        return "{" + joined(shown, length) + "}"

    def _proxy(self, proxy: MappingProxyType[object, object]) -> str:
        """Show the mapping of a proxy, which forwards everything to it: it may be of an application class."""
        (mapping,) = gc.get_referents(proxy)
        return f"mappingproxy({self.show(mapping)})"

    def _view(self, view: Any) -> str:
        return f"{type(view).__name__}({self._sequence('[', view, len(view), ']')})"

    def _entry(self, key: object, value: object, step: Step) -> str:
        """Show a value under its name, unless that is the name of a secret."""
        self._steps.append(step)
        if self.redactor.conceals(key, value):
            self.redactor.note(self._place(), f"the name {key!r}" if type(key) is str else "its name")
            shown = REDACTED_TEXT
        else:
            shown = self.show(value)
        self._steps.pop()
        return shown

    def _enter(self, container: object) -> bool:
        """Return True if a container is not within itself."""
        if id(container) in self._within:
            return False
        self._within.add(id(container))
        return True

    def _limit(self) -> int:
        return MAX_NESTED_ITEMS if self._steps else MAX_ITEMS

    def _decide(self, cls: type) -> Show:
        """Choose how instances of any other class are shown, for all that follow."""
        facts = self.classes.of(cls)  # which keeps the class alive, and so its id()
        show = self._show_for(facts)
        if facts.is_lazy:
            evaluated = show

            def show(value: object) -> str:
                return self._lazy(value, facts) if facts.is_unevaluated(value) else evaluated(value)

        self._table[id(cls)] = show
        return show

    def _show_for(self, facts: ClassFacts) -> Show:
        short = facts.name.rpartition(".")[2]
        if not ARRAYS.isdisjoint(facts.names):
            from tibidi.look.arrays import summary  # only where there is an array

            return lambda value: summary(value, facts.names, self.show)
        if "enum.Enum" in facts.names:
            return lambda value: self._enumerated(value, facts, short)
        if facts.kind is not None:
            return lambda value: self._derived(value, facts, short)
        if "collections.deque" in facts.names:
            deque = sys.modules["collections"].deque
            return lambda value: f"{short}({self._sequence('[', deque.__iter__(value), deque.__len__(value), ']')})"
        number = notation.number_or_time(facts.names)
        if number is not None:
            return lambda value: f"{short}({number(value)})"
        if type(facts.cls) is type and (is_native(facts.cls) or "_socket.socket" in facts.names):
            from tibidi.look.resources import describe  # few crashes need it

            return lambda value: self._described(describe(value)) or self._instance(value, facts, short)
        return lambda value: self._instance(value, facts, short)

    def _described(self, description: str) -> str:
        if not description or description.startswith("<"):
            return description
        return f"<{self.redactor.text(description)}>"

    def _instance(self, value: object, facts: ClassFacts, short: str) -> str:
        attributes = self._attributes(value, facts)
        if facts.fields is not None:
            return f"{short}({attributes})"
        return f"<{short} {attributes}>" if attributes else f"<{facts.name} object>"

    def _attributes(self, value: object, facts: ClassFacts) -> str:
        if not self._enter(value):
            return "..."
        limit = self._limit()
        pairs = facts.attributes(value, limit + 1)
        shown = []
        for name, attribute in pairs[:limit] if len(self._steps) < MAX_DEPTH else []:
            if self._left <= 0:
                break
            shown.append(f"{name}={self._entry(name, attribute, '.' + name)}")
        self._within.discard(id(value))
        if len(shown) < len(pairs):
            shown.append(MORE)
        return ", ".join(shown)

    def _derived(self, value: Any, facts: ClassFacts, short: str) -> str:
        """Show an instance of a subclass of a builtin type by the content of that type."""
        base: Any = facts.kind
        if base is type:
            return notation.of_class(value)
        if base is BaseException:
            arguments = vars(BaseException)["args"].__get__(value)
            return short + (self._tuple(arguments) if len(arguments) != 1 else f"({self.show(arguments[0])})")
        if base in {int, float, complex}:
            return f"{short}({notation.integer(value) if base is int else base.__repr__(value)})"
        if base in {bytes, bytearray}:
            cut = bytes(base.__getitem__(value, slice(SCRUBBED_CHARACTERS)))
            return f"{short}({self._data(cut, base.__len__(value))})"
        if base is str:
            return f"{short}({self._quoted(str.__getitem__(value, slice(SCRUBBED_CHARACTERS)), str.__len__(value))})"
        if base is tuple and facts.fields is not None and len(facts.fields) == tuple.__len__(value):
            entries = zip(facts.fields, tuple.__iter__(value))
            shown = [f"{name}={self._entry(name, each, '.' + name)}" for name, each in entries]
            return f"{short}({', '.join(shown)})"
        if base is dict:
            return f"{short}({self._dict(value)})"
        return f"{short}({self._sequence('[', base.__iter__(value), base.__len__(value), ']')})"

    def _enumerated(self, value: object, facts: ClassFacts, short: str) -> str:
        attributes = dict(facts.attributes(value, MAX_ITEMS))
        name = attributes.get("_name_")
        shown = self._entry(name, attributes.get("_value_"), "_value_")
        return f"<{short}.{name if type(name) is str else '?'}: {shown}>"

    def _lazy(self, value: object, facts: ClassFacts) -> str:
        self.omissions.append(Omission(self._place(), LAZY, f"{facts.name}: not evaluated"))
        subject = dict(facts.attributes(value, MAX_ITEMS)).get("model")
        of = f" of {type_name(subject)}" if issubclass(type(subject), type) else ""  # type: ignore[arg-type]  # a class
        return f"<{facts.name.rpartition('.')[2]}{of}, not evaluated>"

    def _place(self) -> str:
        """Return the path of the value that is being shown."""
        return self._path + "".join(map(step_text, self._steps))
