"""Show instances of classes that have no notation of their own, and builtin containers that fewer crashes have.

A lazy object is shown as not evaluated; an instance of a subclass of a builtin type by the content of that type; a
file, socket, lock or generator by what is known of it; any other object by its attributes.
"""

from __future__ import annotations

import gc
import sys
from types import MappingProxyType, MemberDescriptorType

from tibidi import TYPE_CHECKING
from tibidi.look import notation
from tibidi.look.anatomy import DICTS, STANDARD_MODULES, exact_type, is_native, mro, namespace, type_name
from tibidi.look.notation import MORE, SCRUBBED_CHARACTERS, joined
from tibidi.look.preview import MAX_DEPTH, Walker
from tibidi.model import LAZY, REDACTED_TEXT, Omission
from tibidi.process import arguments_of, io

if TYPE_CHECKING:
    import re
    from collections.abc import Callable
    from typing import Any

    from tibidi.look.classes import ClassFacts
    from tibidi.look.notation import Show

MAX_ATTRIBUTES = 12  # that are searched for the name of a member of an enumeration, or the model of a query
MAX_FACTS = 6
VIEWS = (id(type({}.keys())), id(type({}.values())), id(type({}.items())))
# The bases of arrays and tables.
ARRAYS = frozenset({
    "numpy.dtype", "numpy.generic", "numpy.ndarray", "pandas.DataFrame", "pandas.Series", "pandas.core.frame.DataFrame",
    "pandas.core.series.Series",
})  # fmt: skip
TABLE_LIBRARIES = frozenset({"pandas", "polars", "pyarrow"})
# The bases of times and of numbers that are shown as those are.
NUMBERS = frozenset({"datetime.date", "datetime.time", "datetime.timedelta", "decimal.Decimal"})
# The bases of elements of XML and of multi-dictionaries, which have a key several times.
ELEMENTS = frozenset({
    "lxml.etree._Element", "multidict._multidict.CIMultiDict", "multidict._multidict.CIMultiDictProxy",
    "multidict._multidict.MultiDict", "multidict._multidict.MultiDictProxy", "xml.etree.ElementTree.Element",
})  # fmt: skip
HINTS = frozenset({"types.GenericAlias", "types.UnionType"})
# Types that exist to hide their value, where no attribute has the name of a secret or the value may be of any type.
HIDING = frozenset({
    "azure.core.credentials.AzureKeyCredential", "azure.core.credentials.AzureSasCredential",
    "pydantic.types._SecretBase", "pydantic.v1.types.SecretField", "starlette.datastructures.Secret",
})  # fmt: skip

# How to read what these hold, by C code alone.
READERS: dict[str, Callable[[Any], Any]] = {
    "_io.BytesIO": io.BytesIO.getvalue,
    "_io.StringIO": io.StringIO.getvalue,
    "memoryview": memoryview,
}


class Instances:
    """Shows instances for a walker."""

    def __init__(self, walker: Walker) -> None:
        self._walker = walker

    def show_for(self, cls: type) -> Show:
        """Return how to show instances of a class."""
        if cls is set:
            return lambda items: self._braces(items) if items else "set()"
        if cls is frozenset:
            return lambda items: f"frozenset({self._braces(items) if items else ''})"
        if cls is slice:
            return lambda it: f"slice({', '.join(map(self._walker.show, (it.start, it.stop, it.step)))})"
        if cls is MappingProxyType:
            return self._proxy
        if id(cls) in VIEWS:
            return lambda view: self._sequence(view, cls, cls.__name__)
        facts = self._walker.classes.of(cls)
        show = self._show_for(facts) if HIDING.isdisjoint(facts.names) else lambda value: self._hidden(facts)
        if facts.is_lazy:
            evaluated = show

            def show(value: object) -> str:
                return self._lazy(value, facts) if facts.is_unevaluated(value) else evaluated(value)

        return show

    def _show_for(self, facts: ClassFacts) -> Show:
        short = facts.name.rpartition(".")[2]
        of_library = self._of_library(facts)
        if of_library is not None:
            return of_library
        if "enum.Enum" in facts.names:
            return lambda value: self._enumerated(value, facts, short)
        if facts.kind is not None:
            return lambda value: self._derived(value, facts, short)
        standard = self._of_standard(facts.names, short)
        if standard is not None:
            return standard
        if is_native(facts.cls) or any(name.partition(".")[0] in STANDARD_MODULES for name in facts.names - {"object"}):
            from tibidi.look import resources  # few crashes need it

            if resources.reader_of(facts.cls) is not None:
                return lambda value: (
                    self._described(value, resources.essence(value), short) or self._instance(value, facts, short)
                )
        return lambda value: self._instance(value, facts, short)

    def _of_library(self, facts: ClassFacts) -> Show | None:
        """Return how to show an array, a table, or a type as annotations have it; None for anything else."""
        if not ARRAYS.isdisjoint(facts.names):
            from tibidi.look import arrays  # only where there is one

            return lambda value: arrays.summary(value, facts.names, self._walker)
        if facts.name.partition(".")[0] in TABLE_LIBRARIES:
            from tibidi.look import tables

            return tables.show_for(facts, self._walker)
        if facts.name in HINTS or facts.name.startswith("typing."):
            from tibidi.look import hints

            return hints.show_for(facts, self._walker)
        base = next((base for base in mro(facts.cls) if type_name(base) in ELEMENTS), None)
        if base is not None:
            from tibidi.look import elements

            return elements.show_for(facts, base, self._walker)
        return None

    def _of_standard(self, names: frozenset[str], short: str) -> Show | None:
        """Return how to show what derives from these types of the standard library, None for anything else."""
        if "collections.deque" in names:
            return lambda value: self._sequence(value, sys.modules["collections"].deque, short)
        if "array.array" in names:
            return lambda value: self._array(value, short)
        if "re.Pattern" in names:
            return self._pattern
        read = next((READERS[name] for name in names if name in READERS), None)
        if read is not None:
            return lambda value: self._held(read, value, short)
        if names.isdisjoint(NUMBERS):
            return None
        from tibidi.look import times  # few crashes have one

        show = times.number_or_time(names, short)
        return lambda value: self._walker.redactor.text(show(value))

    def _braces(self, items: set[object]) -> str:
        return self._walker.sequence("{", items, len(items), "}")

    def _proxy(self, proxy: MappingProxyType[object, object]) -> str:
        """Show the mapping of a proxy, which forwards everything to it: it may be of an application class."""
        (mapping,) = gc.get_referents(proxy)
        return f"mappingproxy({self._walker.show(mapping)})"

    def _hidden(self, facts: ClassFacts) -> str:
        self._walker.redactor.note(self._walker.place(), f"the type {facts.name}")
        return REDACTED_TEXT

    def _described(self, value: object, known: dict[str, object], short: str) -> str:
        """Show the essence of what cannot leave its process, in the words of its stand-in."""
        if "" in known:
            text = str(known[""])
            return text if text.startswith("<") else f"<{self._walker.redactor.text(text)}>"
        known = {**known, **dict.fromkeys(self._walker.redactor.labelled(known), REDACTED_TEXT)}
        facts = [each for each in known.items() if each[0] != "[]"]
        return f"<{short} {self._named(value, facts, MAX_FACTS)}>" if facts else ""

    def _instance(self, value: object, facts: ClassFacts, short: str) -> str:
        attributes = self._attributes(value, facts)
        if facts.fields is not None:
            return f"{short}({attributes})"
        return f"<{short} {attributes}>" if attributes else f"<{facts.name} object>"

    def _attributes(self, value: object, facts: ClassFacts) -> str:
        """Show the attributes of an instance."""
        limit = self._walker.limit()
        pairs = sorted(facts.attributes(value, limit + 1), key=lambda pair: pair[0].startswith("_"))
        return self._named(value, pairs, limit)

    def _named(self, value: object, pairs: list[tuple[str, object]], limit: int, length: int | None = None) -> str:
        """Show what a thing has under names, within the limits of `Walker.sequence`; `length` is given if it counts."""
        walker = self._walker
        if not walker.enter(value):
            return "..."
        shown: list[str] = []
        for name, each in pairs[:limit] if len(walker.steps) < MAX_DEPTH else ():
            if walker.left <= 0:
                break
            shown.append(f"{name.rstrip('()[]')}={walker.entry(name, each, '.' + name)}")
        walker.within.discard(id(value))
        if length is None:
            return ", ".join(shown + [MORE] * (len(shown) < len(pairs)))
        return joined(shown, length)

    def _derived(self, value: Any, facts: ClassFacts, short: str) -> str:
        """Show an instance of a subclass of a builtin type by the content of that type."""
        base: Any = facts.kind
        if base is type:
            return notation.of_class(value)
        if base is BaseException:
            arguments = arguments_of(value)
            is_one = len(arguments) == 1  # which reads better without the comma of a tuple
            return short + (self._walker.sequence("(", arguments, 1, ")") if is_one else self._walker.row(arguments))
        if base in {int, float, complex}:
            return f"{short}({notation.integer(value) if base is int else base.__repr__(value)})"
        if base in {bytes, bytearray}:
            data = bytes(base.__getitem__(value, slice(SCRUBBED_CHARACTERS)))
            return f"{short}({self._walker.data(data, base.__len__(value))})"
        if base is str:
            text = str.__getitem__(value, slice(SCRUBBED_CHARACTERS))
            return f"{short}({self._walker.quoted(text, str.__len__(value))})"
        if base is tuple and "n_sequence_fields" in namespace(facts.cls):  # a struct sequence, such as os.stat_result
            own = namespace(facts.cls).items()
            pairs = [(name, each.__get__(value)) for name, each in own if type(each) is MemberDescriptorType]
            return f"{short}({self._named(value, pairs, self._walker.limit(), len(pairs))})"
        if base is tuple and facts.fields is not None and len(facts.fields) == tuple.__len__(value):
            pairs = list(zip(facts.fields, tuple.__iter__(value)))
            return f"{short}({self._named(value, pairs, self._walker.limit(), len(pairs))})"
        shown = self._walker.mapping(value, base) if base in DICTS else self._items(value, base)
        more = "" if base.__len__(value) else self._public(value, facts)  # where the class may keep its items
        return f"{short}({shown}{more})"

    def _public(self, value: object, facts: ClassFacts) -> str:
        found = list(facts.dictionary(value).items())
        pairs = [each for each in found if type(each[0]) is str and (not each[0].startswith("_") or each[0] == "_data")]
        return f", {self._named(value, pairs, self._walker.limit())}" if pairs else ""

    def _sequence(self, value: object, base: Any, short: str) -> str:
        return f"{short}({self._items(value, base)})"

    def _items(self, value: object, base: Any) -> str:
        return self._walker.sequence("[", base.__iter__(value), base.__len__(value), "]")

    def _held(self, read: Callable[[Any], Any], value: object, short: str) -> str:
        """Show a file in memory or a view of memory by what it holds."""
        try:
            content = read(value)
        except ValueError:  # it is closed, or released
            return f"<{short}, closed>"
        if getattr(content, "ndim", 1) != 1:
            return f"<{short} of shape {content.shape}>"
        start = content[:SCRUBBED_CHARACTERS]
        shown = self._walker.quoted(start, len(content)) if type(content) is str else self._view(start, len(content))
        return f"{short}({shown})"

    def _view(self, start: Any, length: int) -> str:
        """Show the beginning of bytes or of a view of memory, whose items may be numbers."""
        if getattr(start, "itemsize", 1) == 1:
            return self._walker.data(bytes(start), length)
        return self._walker.sequence("[", start, length, "]")

    def _array(self, value: object, short: str) -> str:
        array = sys.modules["array"].array
        items = self._walker.sequence("[", array.__iter__(value), array.__len__(value), "]")
        return f"{short}({vars(array)['typecode'].__get__(value)!r}, {items})"

    def _pattern(self, pattern: re.Pattern[Any]) -> str:
        """Show a pattern; its repr calls that of its text (Modules/_sre.c, pattern_repr), which may be a subclass."""
        text, rule = self._walker.redactor.scrub(repr(pattern) if exact_type(pattern.pattern) in {str, bytes} else "")
        if rule:
            self._walker.redactor.note(self._walker.place(), rule)
        return text or f"re.compile({self._walker.show(pattern.pattern)})"

    def _enumerated(self, value: object, facts: ClassFacts, short: str) -> str:
        attributes = dict(facts.attributes(value, MAX_ATTRIBUTES))
        name = attributes.get("_name_")
        shown = "..."
        if self._walker.enter(value):
            shown = self._walker.entry(name, attributes.get("_value_"), "_value_")
            self._walker.within.discard(id(value))
        return f"<{short}{f'.{name}' if type(name) is str else ''}: {shown}>"  # no member of a flag is set, or several

    def _lazy(self, value: object, facts: ClassFacts) -> str:
        self._walker.omissions.append(Omission(self._walker.place(), LAZY, f"{facts.name}: not evaluated"))
        subject = dict(facts.attributes(value, MAX_ATTRIBUTES)).get("model")
        of = f" of {type_name(subject)}" if issubclass(type(subject), type) else ""  # type: ignore[arg-type]  # a class
        return f"<{facts.name.rpartition('.')[2]}{of}, not evaluated>"
