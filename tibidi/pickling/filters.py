"""What must not get into a dump as it is: secrets, what the application forbids, what is too large.

A `Filter` is asked of every object of a root, by `Pickler.persistent_id`, and
answers with what is to be pickled in its stead, or None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
# Types that only our own part of a pickle is made of.
OURS = frozenset({Shell, StandIn, NotPickleable, Redacted, Cut, type(None), type(NotImplemented), type(...)})


class Filter:
    """Replaces secrets, what `islegal` refuses, and what is larger than `max_bytes` while that is not 0."""

    def __init__(self, reducers: Reducers, redactor: Redactor, islegal: Callable[[object], bool] | None) -> None:
        self._reducers = reducers
        self._redactor = redactor
        self._islegal = islegal
        self.max_bytes = 0
        self._looks: dict[type, Callable[[object], object]] = {
            str: self._text,
            bytes: self._data,
            bytearray: self._data,
            dict: self._dict,
            tuple: self._pair,
        }

    def replacement(self, thing: object) -> object:
        """Return what is to be pickled instead of `thing`, None for itself."""
        known = self._reducers.replaced.get(id(thing))
        if known is not None:
            return known[1]
        if self._islegal is not None and not self._allows(thing):
            return self._replace(thing, self._illegal(thing))
        if self.max_bytes and measure(thing) > self.max_bytes:
            return self._replace(thing, self._cut(thing))
        look = self._looks.get(type(thing))
        instead = None if look is None else look(thing)
        return None if instead is None else self._replace(thing, instead)

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

    def _text(self, text: object) -> object:
        if type(text) is not str or len(text) < SHORTEST_SECRET:
            return None
        cleaned, rule = self._redactor.scrub(text)
        if cleaned is text:
            return None
        self._note(text, SECRET, rule)
        return cleaned

    def _data(self, data: object) -> object:
        if not isinstance(data, (bytes, bytearray)) or len(data) < SHORTEST_SECRET:
            return None
        cleaned = self._redactor.data(bytes(data))
        if cleaned == data:
            return None
        if self._reducers.is_bytecode(data):
            return b""  # it is compiled again from the source, which is kept as it is
        self._note(data, SECRET, "looks like a secret, or is the value of one elsewhere")
        return type(data)(cleaned)

    def _dict(self, mapping: object) -> object:
        if type(mapping) is not dict or self._reducers.is_seeded(mapping):
            return None
        secret = [name for name, value in steady(mapping.items()) if self._redactor.conceals(name, value)]
        if not secret:
            return None
        copy = dict(steady(mapping.items()))
        for name in secret:
            copy[name] = self._concealed(mapping, name, copy[name])
        return copy

    def _pair(self, pair: object) -> object:
        """Treat a pair as an item of a mapping: a list of headers is written so."""
        if type(pair) is not tuple or len(pair) != 2 or not self._redactor.conceals(*pair):
            return None
        return pair[0], self._concealed(pair, 1, pair[1])

    def _concealed(self, holder: object, name: object, value: object) -> object:
        rule = f"the name {name!r}" if isinstance(name, str) else "the name before it"
        self._note(holder, SECRET, rule, name)
        bases = mro(type(value))
        if str in bases:
            return REDACTED
        return REDACTED.encode() if bytes in bases else Redacted(type_name(type(value)))

    def _note(self, thing: object, reason: str, detail: str, key: object = None) -> None:
        self._reducers.substitutions.append(Substitution(thing, reason, detail, key))
