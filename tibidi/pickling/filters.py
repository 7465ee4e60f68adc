"""What must not get into a dump as it is: secrets, what the application forbids, what is too large.

A `Filter` is asked of every object of a root, by `Pickler.persistent_id`, and
answers with what is to be pickled in its stead, or None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from tibidi.model import ILLEGAL
from tibidi.model import REDACTED as SECRET
from tibidi.model import TOO_LARGE
from tibidi.pickling.anatomy import mro
from tibidi.pickling.anatomy import steady
from tibidi.pickling.anatomy import type_name
from tibidi.pickling.facts import preview
from tibidi.pickling.measure import measure
from tibidi.pickling.measure import summary
from tibidi.pickling.reducers import Substitution
from tibidi.pickling.shells import Shell
from tibidi.pickling.standins import Cut
from tibidi.pickling.standins import NotPickleable
from tibidi.pickling.standins import Redacted
from tibidi.pickling.standins import StandIn
from tibidi.redaction import REDACTED

if TYPE_CHECKING:
    from collections.abc import Callable

    from tibidi.pickling.reducers import Reducers
    from tibidi.redaction import Redactor

# Texts shorter than this hold no secret that is known by its looks or was worth learning.
SHORTEST_SECRET = 5
# Longer texts are no names, as far as the scan of a stream goes.
LONGEST_NAME = 48
MOST_INNOCENT = 50_000
# Types that only our own part of a pickle is made of.
OURS = frozenset({Shell, StandIn, NotPickleable, Redacted, Cut, type(None), type(NotImplemented), type(...)})


class Filter:
    """Replaces secrets, what `islegal` refuses, and what is larger than `max_bytes` while that is not 0.

    While `texts` is False, texts are not looked into, only names are.
    """

    def __init__(self, reducers: Reducers, redactor: Redactor, islegal: Callable[[object], bool] | None) -> None:
        self.texts = False
        self.max_bytes = 0
        self._reducers = reducers
        self._redactor = redactor
        self._islegal = islegal
        self._innocent: set[object] = set()
        self._looks: dict[type, Callable[[Any], object]] = {
            str: self._text,
            bytes: self._data,
            bytearray: self._data,
            dict: self._dict,
            tuple: self._pair,
        }

    def replacement(self, thing: object) -> object:
        """Return what is to be pickled instead of `thing`, None for itself."""
        if self._islegal is not None or self.max_bytes:
            instead = self._refused(thing)
            if instead is not None:
                return instead
        look = self._looks.get(type(thing))
        return None if look is None else look(thing)

    def _refused(self, thing: object) -> object:
        """Return a stand-in for what is forbidden or too large."""
        known = self._reducers.replaced.get(id(thing))
        if known is not None:
            return known[1]
        if self._islegal is not None and not self._allows(thing):
            return self._replace(thing, self._illegal(thing))
        if self.max_bytes and measure(thing) > self.max_bytes:
            return self._replace(thing, self._cut(thing))
        return None

    def _replace(self, thing: object, instead: object) -> object:
        self._reducers.replaced[id(thing)] = (thing, instead)
        return instead

    def _allows(self, thing: object) -> bool:
        """Ask the application; a question that raises is no refusal."""
        if type(thing) in OURS or self._reducers.is_ours(thing) or self._islegal is None:
            return True
        self._reducers.running = thing
        try:
            return bool(self._islegal(thing))
        except Exception:  # noqa: BLE001 - the application's code, asked of types it has never thought of
            return True
        finally:
            self._reducers.running = None

    def _illegal(self, thing: object) -> NotPickleable:
        self._note(thing, ILLEGAL, f"{type_name(type(thing))}: config.islegal refused it")
        return NotPickleable(type_name(type(thing)), "config.islegal refused it", preview(thing))

    def _cut(self, thing: object) -> Cut:
        facts = summary(thing, self._redactor.text)
        self._note(thing, TOO_LARGE, f"{type_name(type(thing))} of {measure(thing)} bytes")
        return Cut(type_name(type(thing)), "too large", facts)

    def _text(self, text: str) -> object:
        if text in self._innocent:
            return None
        if self.texts and len(text) >= SHORTEST_SECRET:
            cleaned, rule = self._redactor.scrub(text)
            if cleaned is not text:
                self._note(text, SECRET, rule)
                return self._replace(text, cleaned)
        return self._name(text)

    def _name(self, text: str) -> object:
        """Return a copy of the name of a secret, so that the memo never knows the name itself.

        Then it is spelt out wherever it is used, and seen there also by the
        scan of what is not filtered.
        """
        if len(text) > LONGEST_NAME or " " in text:
            return None
        if self._redactor.is_secret_name(text):
            return (text + " ")[:-1]
        if len(self._innocent) < MOST_INNOCENT and not self.texts:
            self._innocent.add(text)
        return None

    def _data(self, data: bytes | bytearray) -> object:
        if len(data) < SHORTEST_SECRET or not (self.texts or self._reducers.is_bytecode(data)):
            return None
        cleaned = self._redactor.data(bytes(data))
        if cleaned == data:
            return None
        if self._reducers.is_bytecode(data):
            return b""  # it is compiled again from the source, which is kept as it is
        self._note(data, SECRET, "looks like a secret, or is the value of one elsewhere")
        return self._replace(data, type(data)(cleaned))

    def _dict(self, mapping: dict[object, object]) -> object:
        known = self._reducers.replaced.get(id(mapping))
        if known is not None:
            return known[1]
        if self._reducers.is_seeded(mapping):
            return None
        items = steady(mapping.items())
        secret = [name for name, value in items if name not in self._innocent and self._redactor.conceals(name, value)]
        if not secret:
            return None
        copy = dict(items)
        for name in secret:
            copy[name] = self._concealed(mapping, name, copy[name])
        return self._replace(mapping, copy)

    def _pair(self, pair: tuple[object, ...]) -> object:
        """Treat a pair as an item of a mapping: a list of headers is written so."""
        if len(pair) != 2 or type(pair[0]) not in {str, bytes} or not self._redactor.conceals(*pair):
            return None
        known = self._reducers.replaced.get(id(pair))
        return known[1] if known else self._replace(pair, (pair[0], self._concealed(pair, 1, pair[1])))

    def _concealed(self, holder: object, name: object, value: object) -> object:
        rule = f"the name {name!r}" if isinstance(name, str) else "the name before it"
        self._note(holder, SECRET, rule, name)
        bases = mro(type(value))
        if str in bases:
            return REDACTED
        return REDACTED.encode() if bytes in bases else Redacted(type_name(type(value)))

    def _note(self, thing: object, reason: str, detail: str, key: object = None) -> None:
        self._reducers.substitutions.append(Substitution(thing, reason, detail, key))
