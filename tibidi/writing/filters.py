"""What must not get into a dump as it is: secrets, what the application forbids, what is too large.

A `Filter` is asked of every object of a root, by `Pickler.persistent_id`, and
answers with what is to be pickled in its stead, or None.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import exact_type
from tibidi.look.anatomy import is_a
from tibidi.look.anatomy import mro
from tibidi.look.anatomy import snapshot
from tibidi.look.anatomy import type_name
from tibidi.look.classes import Classes
from tibidi.model import ILLEGAL
from tibidi.model import REDACTED
from tibidi.model import REDACTED_TEXT
from tibidi.model import TIMEOUT
from tibidi.model import TOO_LARGE
from tibidi.process.records import NamedTuple
from tibidi.words import vocabulary as words
from tibidi.words.standins import Cut
from tibidi.words.standins import NotPickleable
from tibidi.words.standins import Redacted
from tibidi.words.standins import StandIn
from tibidi.writing.ledger import Substitution
from tibidi.writing.ledger import described
from tibidi.writing.picklers import Keep
from tibidi.writing.shells import Shell

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from typing import Any

    from tibidi.redaction import Redactor
    from tibidi.writing.ledger import Ledger
    from tibidi.writing.reducers import Reducers

# Texts shorter than this hold no secret that is known by its looks or was worth learning.
SHORTEST_SECRET = 5
# Longer texts are no names, as far as the scan of a stream goes.
LONGEST_NAME = 48
MOST_INNOCENT = 50_000
# Where in what a reducer returns there are the items of a mapping.
PAIRS = 4
# Types that only our own part of a pickle is made of.
OURS = frozenset({Shell, StandIn, NotPickleable, Redacted, Cut, type(None), type(NotImplemented), type(...)})


class Rules(NamedTuple):
    """What is filtered beside the names of secrets: texts, and what is larger than `max_bytes` where that is not 0.

    That is so as it `is_late`, or else as there is no room.  What `is_steady` is
    pickled from copies of its containers.
    """

    texts: bool = False
    max_bytes: int = 0
    is_late: bool = False
    is_steady: bool = False


class Filter:
    """Replaces secrets, what `islegal` refuses, and what the rules of the day say."""

    def __init__(
        self,
        reducers: Reducers,
        ledger: Ledger,
        redactor: Redactor,
        islegal: Callable[[object], bool] | None,
    ) -> None:
        self.is_always_on = islegal is not None
        self._rules = Rules()
        self._is_bytecode = reducers.is_bytecode
        self._reduce_all = reducers.reduce
        self._seeded = reducers.seeded
        self._ledger = ledger
        self._redactor = redactor
        self._islegal = islegal
        self._innocent: set[object] = set()
        self._classes = Classes()
        self._measure: Any = None  # the module, if a rule needs it

    def by(self, rules: Rules) -> Keep:
        """Return what a pickler asks to keep to `rules`.

        It asks of every single object, most of which are of types that are
        not looked at.
        """
        self._rules = rules
        looks: dict[type, Callable[[Any], object]] = {dict: self._dict, tuple: self._row}
        if rules.texts:
            looks.update({str: self._text, bytes: self._data, bytearray: self._data})
        else:
            looks.update({str: self._name, bytes: self._bytecode})
        look_for = looks.get

        def replacement(thing: object) -> object:
            look = look_for(type(thing) if type(type(thing)) is type else object)
            return None if look is None else look(thing)

        def strict_replacement(thing: object) -> object:
            refused = self._refused(thing)
            return replacement(thing) if refused is None else refused

        if rules.max_bytes:
            from tibidi.look import measure  # only where there is no room

            self._measure = measure
        is_strict = self._islegal is not None or rules.max_bytes > 0
        keep = Keep(strict_replacement if is_strict else replacement, self._reduce)
        if not rules.is_steady:
            return keep
        from tibidi.writing.motion import still  # only where a thread changes what is written

        return still(keep, self._ledger, self._seeded)

    def _refused(self, thing: object) -> object:
        """Return a stand-in for what is forbidden or too large."""
        known = self._ledger.replaced.get(id(thing))
        if known is not None:
            return known[1]
        if self._islegal is not None and not self._allows(thing):
            return self._replace(thing, self._illegal(thing))
        if self._rules.max_bytes and self._measure.measure(thing) > self._rules.max_bytes:
            return self._replace(thing, self._cut(thing))
        return None

    def _replace(self, thing: object, instead: object) -> object:
        self._ledger.replaced[id(thing)] = (thing, instead)
        return instead

    def _allows(self, thing: object) -> bool:
        """Ask the application; a question that raises is no refusal."""
        if exact_type(thing) in OURS or is_word(thing) or self._islegal is None or self._ledger.has_hung(self._islegal):
            return True
        self._ledger.running = self._islegal
        try:
            return bool(self._islegal(thing))
        except Exception:  # noqa: BLE001 - the application's code, asked of types it has never thought of
            return True
        finally:
            self._ledger.running = None

    def _illegal(self, thing: object) -> NotPickleable:
        self._note(thing, ILLEGAL, f"{type_name(type(thing))}: config.islegal refused it")
        return NotPickleable(type_name(type(thing)), "config.islegal refused it", described(thing))

    def _cut(self, thing: object) -> Cut:
        name, facts = type_name(type(thing)), self._measure.summary(thing, self._redactor.text)
        if self._rules.is_late:
            self._note(thing, TIMEOUT, f"{name} of {self._measure.measure(thing)} bytes: what is larger took too long")
            return Cut(name, "no time left", facts)
        self._note(thing, TOO_LARGE, f"{name} of {self._measure.measure(thing)} bytes")
        return Cut(name, "too large", facts)

    def _text(self, text: str) -> object:
        if len(text) >= SHORTEST_SECRET:
            cleaned, rule = self._redactor.scrub(text)
            if cleaned is not text:
                self._note(text, REDACTED, rule)
                return self._replace(text, cleaned)
        return self._name(text)

    def _name(self, text: str) -> object:
        """Return a copy of the name of a secret, so that the memo never knows the name itself.

        Then it is spelt out wherever it is used, and seen there also by the
        scan of what is not filtered.
        """
        if text in self._innocent or len(text) > LONGEST_NAME or " " in text:
            return None
        return (text + " ")[:-1] if self._is_name(text) else None

    def _is_name(self, name: object) -> bool:
        """Tell the name of a secret; remember that others are none."""
        if type(name) is not str or self._redactor.is_secret_name(name):
            return type(name) is str
        if len(self._innocent) < MOST_INNOCENT:
            self._innocent.add(name)
        return False

    def _data(self, data: bytes | bytearray) -> object:
        if self._is_bytecode(data):
            return self._bytecode(data)
        cleaned = self._redactor.data(bytes(data))
        if cleaned == data:
            return None
        self._note(data, REDACTED, "looks like a secret, or is the value of one elsewhere")
        return self._replace(data, type(data)(cleaned))

    def _bytecode(self, data: bytes | bytearray) -> object:
        """Leave bytecode out that holds a secret: it is compiled again from the source, which is kept as it is."""
        if self._is_bytecode(data) and self._redactor.data(bytes(data)) != data:
            return b""
        return None

    def _dict(self, mapping: dict[object, object]) -> object:
        known = self._ledger.replaced.get(id(mapping))
        if known is not None:
            return known[1]
        if id(mapping) in self._seeded:
            return None
        if not self._redactor.has_hook and self._innocent.issuperset(mapping):
            return None
        items = snapshot(mapping.items())
        secret = [name for name, value in items if self._redactor.conceals(name, value)]
        if not secret:
            self._innocent.update(name for name, _ in items if type(name) is str and not self._is_name(name))
            return None
        copy = dict(items)
        for name in secret:
            copy[name] = self._concealed(mapping, name, copy[name])
        return self._replace(mapping, copy)

    def _row(self, row: tuple[object, ...]) -> object:
        """Treat a row of a list of headers as an item of a mapping."""
        if not row or exact_type(row[0]) not in {str, bytes} or not self._redactor.conceals_last(row):
            return None
        known = self._ledger.replaced.get(id(row))
        return known[1] if known else self._replace(row, (*row[:-1], self._concealed(row, len(row) - 1, row[-1])))

    def _reduce(self, thing: object) -> Any:
        """Take a thing apart, and replace the secrets that have a name only there."""
        reduced = self._reduce_all(thing)
        if type(reduced) is not tuple:
            return reduced
        if reduced[0] is words._member:
            return self._member(thing, reduced)
        if reduced[0] is words._function:
            return self._function(thing, reduced)
        names = self._classes.of(type(thing)).fields
        if names and any(map(self._redactor.is_secret_name, names)):
            if reduced[0] is words._made:
                *makers, arguments = reduced[1]
                made = words._made, (*makers, self._part(thing, names, arguments))
                return (*made, *(self._part(thing, names, part) for part in reduced[2:]))
            return tuple(self._part(thing, names, part) for part in reduced)
        if len(reduced) > PAIRS and reduced[PAIRS] is not None:
            return (*reduced[:PAIRS], self._pairs(thing, reduced[PAIRS]), *reduced[PAIRS + 1 :])
        return reduced

    def _member(self, member: object, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
        """Replace the value of a member of an enumeration that has the name of a secret."""
        cls, name, value = reduced[1]
        if not self._redactor.conceals(name, value):
            return reduced
        return (reduced[0], (cls, name, self._concealed(member, name, value)), *reduced[2:])

    def _function(self, function: Any, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
        """Replace defaults of parameters that have names of secrets."""
        attributes, *more = reduced[2]
        defaults = attributes.get("__defaults__")
        if not defaults:
            return reduced
        code = function.__code__
        names = code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount]
        clean = tuple(
            self._concealed(function, name, value) if self._redactor.conceals(name, value) else value
            for name, value in zip(names, defaults)
        )
        return (*reduced[:2], ({**attributes, "__defaults__": clean}, *more), *reduced[3:])

    def _part(self, thing: object, names: tuple[str, ...], part: object) -> object:
        """Replace secrets in what follows the fields of a class: values of a named tuple, state of a dataclass."""
        if exact_type(part) not in {tuple, list} or len(part) - len(names) not in {0, 1}:  # type: ignore[arg-type]  # just asked
            return part
        values: list[object] = list(part)  # type: ignore[call-overload]  # likewise
        for at, name in enumerate(names, len(values) - len(names)):
            if self._redactor.conceals(name, values[at]):
                values[at] = self._concealed(thing, name, values[at])
        return type(part)(values)  # type: ignore[call-arg]  # likewise

    def _pairs(self, thing: object, pairs: Iterable[tuple[object, object]]) -> Iterator[tuple[object, object]]:
        for name, value in pairs:
            yield name, self._concealed(thing, name, value) if self._redactor.conceals(name, value) else value

    def _concealed(self, holder: object, name: object, value: object) -> object:
        rule = f"the name {name!r}" if is_a(name, str) else "the name before it"
        self._note(holder, REDACTED, rule, name)
        bases = mro(type(value))
        if str in bases:
            return REDACTED_TEXT
        return REDACTED_TEXT.encode() if bytes in bases else Redacted(type_name(type(value)))

    def _note(self, thing: object, reason: str, detail: str, key: object = None) -> None:
        self._ledger.substitutions.append(Substitution(thing, reason, detail, key))


def is_word(thing: object) -> bool:
    """Tell whether `thing` is a word of our vocabulary, which the application never sees."""
    return exact_type(thing) is words.Word or (exact_type(thing) is type and thing.__module__ == "tibidi")
