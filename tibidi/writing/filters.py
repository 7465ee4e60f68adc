"""Replace what must not get into a dump: secrets, objects that `islegal` refuses, objects that are too large.

`Pickler.persistent_id` calls a `Filter` for every object of a piece; it
returns the replacement, or None.  Loaded for the first piece that needs it.
"""

from __future__ import annotations

from collections import OrderedDict

from tibidi import TYPE_CHECKING
from tibidi.look.anatomy import error_text, exact_type, is_a, snapshot, type_name
from tibidi.look.classes import Classes
from tibidi.look.instances import HIDING
from tibidi.model import ILLEGAL, REDACTED, TIMEOUT, TOO_LARGE
from tibidi.process.records import NamedTuple
from tibidi.process.temporary import Abandoned
from tibidi.words import vocabulary as words
from tibidi.words.standins import Cut, NotPickleable, Redacted, StandIn
from tibidi.writing.calls import call
from tibidi.writing.namespaces import Placeholder
from tibidi.writing.pickle_state import FilterHooks, PickleState
from tibidi.writing.unnamed import stand_in_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from tibidi.redaction import Redactor
    from tibidi.writing.reducers import Reducers

# Shorter texts contain no secret that matches a pattern or was learnt.
SHORTEST_SECRET = 5
# The scan of a pickle takes no longer text for a name.
LONGEST_NAME = 48
LONGEST_CLEAN = 200
MOST_HARMLESS = 50_000
SHORTEST_ROW = 2
SHORTEST_STATE = 3  # parts of a reduce value with a state
# Where a reduce value has the items of a mapping.
PAIRS = 4
# Its cells are redacted before: there must be as many as rows.
INDEX = "pandas.Index"
# Types that only our part of a pickle contains.
OURS = frozenset({Placeholder, StandIn, NotPickleable, Redacted, Cut, type(None), type(NotImplemented), type(...)})


class Rules(NamedTuple):
    """What to filter besides the names of secrets: `texts`, and objects larger than `max_bytes` unless that is 0.

    The reason to cut them is lack of time if `is_late`, else lack of space.
    With `snapshots`, containers are pickled from copies, which is for the caller to do.
    """

    texts: bool = False
    max_bytes: int = 0
    is_late: bool = False
    snapshots: bool = False


class Filter:
    """Replaces secrets, objects that `islegal` refuses, and what the current rules say."""

    def __init__(
        self, reducers: Reducers, state: PickleState, redactor: Redactor, islegal: Callable[[object], bool] | None
    ) -> None:
        self._rules = Rules()
        self._reducers = reducers
        self._is_bytecode = reducers.is_bytecode
        self._reduce_all = reducers.reduce
        self._seeded = reducers.seeded
        self._state = state
        self._note = state.note
        self._redactor = redactor
        self._islegal = islegal
        self._own: object = None  # the arguments of a word, which come next and are no row of the application
        self._spared: dict[int, object] = {}  # our own objects, kept alive for their ids
        self._harmless: set[object] = set()  # names that are not secret
        self._clean: set[str] = set()  # texts without a secret that are no names of secrets either
        self._secret_cells: dict[int, tuple[object, str]] = {}  # kept alive for their ids
        self._secret_fields: dict[int, tuple[str, ...]] = {}
        self._hiding: dict[int, bool] = {}  # by the id of a class
        self._classes = Classes()
        if islegal is not None or redactor.hook:
            reducers.hide_warnings()
        self._measure: Any = None  # the module, if a rule needs it

    def hooks(self, rules: Rules) -> FilterHooks:
        """Return the callbacks for a pickler that follows `rules`.

        They are called for every single object, most of which have types that no rule is about.
        """
        self._rules = rules
        checks: dict[type, Callable[[Any], object]] = {dict: self._dict, tuple: self._row, list: self._row}
        passed = self._clean if rules.texts else self._harmless  # most texts occur several times
        if rules.texts:
            checks.update({str: self._text, bytes: self._data, bytearray: self._data})
        else:
            checks.update({str: self._name, bytes: self._bytecode})
        check_for = checks.get

        def replacement(thing: object) -> object:
            cls = type(thing)
            if cls is str and thing in passed:
                return None
            check = check_for(cls if type(cls) is type else object)
            return None if check is None else check(thing)

        def strict_replacement(thing: object) -> object:
            refused = self._refused(thing)
            return replacement(thing) if refused is None else refused

        if rules.max_bytes:
            from tibidi.look import measure  # only for lack of space or time

            self._measure = measure
        is_strict = self._islegal is not None or rules.max_bytes > 0
        return FilterHooks(strict_replacement if is_strict else replacement, self._reduce)

    def look_ahead(self, value: object) -> None:
        """Look at the texts of a large value together."""
        from tibidi.writing.lookahead import clean_texts

        for text in clean_texts(value, self._redactor.suspects_value):
            if self._name(text) is None:
                self._clean.add(text)

    def spare(self, *things: object) -> None:
        """Never ask `islegal` about these: one that refuses all things would refuse the parts of each stand-in."""
        self._spared.update((id(thing), thing) for thing in things)

    def _refused(self, thing: object) -> object:
        """Return a stand-in for an object that is forbidden or too large."""
        known = self._state.replaced.get(id(thing))
        if known is not None:
            return known[1]
        refusal = self._refusal(thing, self._islegal) if self._islegal is not None else ""
        if refusal:
            return self._replace(thing, self._illegal(thing, refusal))
        if self._rules.max_bytes and self._measure.measure(thing) > self._rules.max_bytes:
            return self._replace(thing, self._cut(thing))
        return None

    def _replace(self, thing: object, instead: object) -> object:
        self._state.replaced[id(thing)] = (thing, instead)
        return instead

    def _refusal(self, thing: object, islegal: Callable[[object], bool]) -> str:
        """Ask the application, and return why a thing must not be written, or "": in doubt, it must not."""
        if exact_type(thing) in OURS or is_word(thing) or id(thing) in self._spared:
            return ""
        if self._state.has_hung(islegal):
            return "config.islegal did not finish in time"
        try:
            return "" if call(self._state, islegal, islegal, thing) else "config.islegal refused it"
        except (Abandoned, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - application code, asked of types it has never thought of
            return f"config.islegal raised {self._redactor.text(error_text(error))}"

    def _illegal(self, thing: object, refusal: str) -> NotPickleable:
        self._note(thing, ILLEGAL, f"{type_name(type(thing))}: {refusal}")
        from tibidi.look.resources import essence  # few dumps need it

        known = str(essence(thing).get("", ""))
        stand_in = NotPickleable(type_name(type(thing)), refusal, known)
        self.spare((), vars(stand_in), *vars(stand_in), *vars(stand_in).values())
        return stand_in

    def _cut(self, thing: object) -> Cut:
        name, facts = type_name(type(thing)), self._measure.summary(thing, self._redactor.text)
        if self._rules.is_late:
            self._note(thing, TIMEOUT, f"{name} of {self._measure.measure(thing)} bytes: what is larger took too long")
            return Cut(name, "no time left", facts)
        self._note(thing, TOO_LARGE, f"{name} of {self._measure.measure(thing)} bytes")
        return Cut(name, "too large", facts)

    def _text(self, text: str) -> object:
        if len(text) >= SHORTEST_SECRET:
            learnt = self._redactor.learnt
            cleaned, rule = self._redactor.scrub(text)
            if cleaned is not text:
                if learnt != self._redactor.learnt:
                    self._clean.clear()  # the secret may be in a text that was clean before
                self._note(text, REDACTED, rule)
                return self._replace(text, cleaned)
        instead = self._name(text)
        if instead is None and len(text) <= LONGEST_CLEAN and len(self._clean) < MOST_HARMLESS:
            self._clean.add(text)
        return instead

    def _name(self, text: str) -> object:
        """Return a copy of the name of a secret, so that the name itself never enters the memo.

        Then it is written in full wherever it is used, and the scan of an unfiltered member sees it there.
        """
        if text in self._harmless or len(text) > LONGEST_NAME or " " in text:
            return None
        return (text + " ")[:-1] if self._is_secret_name(text) else None

    def _is_secret_name(self, name: object) -> bool:
        """Return True for the name of a secret; remember the other names."""
        if type(name) is not str:
            return False
        if self._redactor.is_secret_name(name):
            return True
        if len(self._harmless) < MOST_HARMLESS:
            self._harmless.add(name)
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
        """Leave out bytecode that contains a secret: it is compiled again from the captured source."""
        if self._is_bytecode(data) and self._redactor.data(bytes(data)) != data:
            return b""
        return None

    def _dict(self, mapping: dict[object, object]) -> object:
        known = self._state.replaced.get(id(mapping))
        if known is not None:
            return known[1]
        if id(mapping) in self._seeded:
            return None
        labelled = self._redactor.labelled(mapping)
        if not labelled and self._is_harmless(mapping):
            return None
        items = snapshot(mapping.items())
        secret = [name for name, value in items if self._is_secret(name, value, labelled)]
        if not secret:
            self._harmless.update(name for name, _ in items if type(name) is str and not self._is_secret_name(name))
            return None
        copy = dict(items)
        for name in secret:
            copy[name] = self._redacted(mapping, name, copy[name])
        return self._replace(mapping, copy)

    def _is_secret(self, name: object, value: object, labelled: tuple[str, ...]) -> bool:
        """Return True for the value of a secret, by its name or by those beside it."""
        return (type(name) is str and name in labelled) or self._redactor.conceals(name, value)

    def _row(self, row: tuple[object, ...] | list[object]) -> object:
        """Replace the secret in a pair or in a row of headers, as in a mapping, and those in the words of a command."""
        if len(row) < SHORTEST_ROW or not issubclass(exact_type(row[0]), (str, bytes)) or row is self._own:
            return None
        known = self._state.replaced.get(id(row))
        if known is not None:
            return known[1]
        secret = self._redactor.secret_items(row)
        if not secret:
            return None
        items: list[object] = list(row)
        for at, instead in secret.items():
            self._note(row, REDACTED, "the name before it", at)
            items[at] = instead.encode() if is_a(items[at], bytes) else instead
        return self._replace(row, items if type(row) is list else tuple(items))

    def _reduce(self, thing: object) -> Any:
        """Reduce an object, and replace the secrets that have their names in the reduce value only."""
        # As large JSON often consists of.
        if type(thing) is OrderedDict and self._is_harmless(thing) and not self._redactor.labelled(thing):
            return self._reduce_all(thing)
        reduced = self._hidden(thing) if self._hides(type(thing)) else self._reduce_all(thing)
        self._own = reduced[1] if type(reduced) is tuple and is_word(reduced[0]) else None
        if type(reduced) is not tuple:
            if self._islegal is not None:  # a global: its two names must be texts
                self.spare(reduced, *(getattr(thing, each, None) for each in ("__module__", "__qualname__")))
            return reduced
        if type(reduced[0]) is words.Word and reduced[0] in SPECIAL:
            return SPECIAL[reduced[0]](self, thing, reduced)
        names = self._fields(type(thing))
        if names:
            return self._parts(thing, names, reduced)
        if len(reduced) > PAIRS and reduced[PAIRS] is not None:
            return (*reduced[:PAIRS], self._pairs(thing, reduced[PAIRS]), *reduced[PAIRS + 1 :])
        return reduced

    def _hides(self, cls: type) -> bool:
        found = self._hiding.get(id(cls))
        if found is None:
            found = self._hiding[id(cls)] = not HIDING.isdisjoint(self._classes.of(cls).names)  # keeps it alive
        return found

    def _hidden(self, thing: object) -> Any:
        name = type_name(type(thing))
        self._note(thing, REDACTED, f"the type {name}")
        return Redacted, (name,)

    def _parts(self, thing: object, names: tuple[str, ...], reduced: tuple[Any, ...]) -> tuple[Any, ...]:
        if reduced[0] is not words._made:
            return tuple(self._part(thing, names, part) for part in reduced)
        *makers, arguments = reduced[1]
        made = words._made, (*makers, self._part(thing, names, arguments))
        return (*made, *(self._part(thing, names, part) for part in reduced[2:]))

    def _fields(self, cls: type) -> tuple[str, ...]:
        """Return the names of the fields of a class if there are names of secrets among them."""
        found = self._secret_fields.get(id(cls))
        if found is None:
            names = self._classes.of(cls).fields or ()  # keeps the class alive, and so its id
            found = self._secret_fields[id(cls)] = names if any(map(self._redactor.is_secret_name, names)) else ()
        return found

    def _is_harmless(self, mapping: Iterable[object]) -> bool:
        """Return True for a mapping whose keys are known to be no names of secrets."""
        return not self._redactor.hook and self._harmless.issuperset(mapping)

    def _member(self, member: object, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
        """Replace the value of an enumeration member with the name of a secret."""
        cls, name, value = reduced[1]
        if not self._redactor.conceals(name, value):
            return reduced
        return (reduced[0], (cls, name, self._redacted(member, name, value)), *reduced[2:])

    def _table(self, table: object, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
        """Replace the columns of a table that have the name of a secret."""
        kind, facts, *more = reduced[1]
        cells = facts.get("cells")
        if type(cells) is list and cells and type(cells[0]) is tuple:
            columns = [(name, self._concealed(table, name, column)) for name, column in cells]
            facts = {**facts, "cells": columns}
        elif "cells" in facts and kind != INDEX:
            facts = {**facts, "cells": self._concealed(table, facts.get("name"), cells)}
        return words._table, (kind, facts, *more)

    def _concealed(self, table: object, name: object, column: object) -> object:
        return self._redacted(table, name, column) if self._is_secret_name(name) else column

    def _function(self, function: Any, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
        """Replace the defaults of parameters with names of secrets; remember the cells with such names."""
        attributes, *more = reduced[2]
        cells = function.__closure__ or ()
        for name, cell in zip(function.__code__.co_freevars, cells):
            if self._redactor.hook or self._is_secret_name(name):
                self._secret_cells[id(cell)] = cell, name
        defaults = attributes.get("__defaults__")
        if not defaults:
            return reduced
        code = function.__code__
        names = code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount]
        clean = tuple(
            self._redacted(function, name, value) if self._redactor.conceals(name, value) else value
            for name, value in zip(names, defaults)
        )
        return (*reduced[:2], ({**attributes, "__defaults__": clean}, *more), *reduced[3:])

    def _cell(self, cell: Any, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
        """Replace the content of a cell with the name of a secret."""
        _, name = self._secret_cells.get(id(cell), (cell, None))
        if name is None or len(reduced) < SHORTEST_STATE or not self._redactor.conceals(name, cell.cell_contents):
            return reduced
        return (*reduced[:2], (self._redacted(cell, name, cell.cell_contents),), *reduced[3:])

    def _part(self, thing: object, names: tuple[str, ...], part: object) -> object:
        """Replace secrets in values in the order of fields: of a named tuple, or the state of a dataclass."""
        if exact_type(part) not in {tuple, list} or len(part) - len(names) not in {0, 1}:  # type: ignore[arg-type]  # just checked
            return part
        values: list[object] = list(part)  # type: ignore[call-overload]  # likewise
        first = len(values) - len(names)
        labelled = self._redactor.labelled(dict(zip(names, values[first:])))
        for at, name in enumerate(names, first):
            if self._is_secret(name, values[at], labelled):
                values[at] = self._redacted(thing, name, values[at])
        return type(part)(values)  # type: ignore[call-arg]  # likewise

    def _pairs(self, thing: object, pairs: Iterable[tuple[object, object]]) -> Iterator[tuple[object, object]]:
        labelled = self._redactor.labelled(thing) if is_a(thing, dict) else ()
        for name, value in pairs:
            if type(name) is str and name not in self._harmless:
                self._is_secret_name(name)
            yield name, self._redacted(thing, name, value) if self._is_secret(name, value, labelled) else value

    def _redacted(self, holder: object, name: object, value: object) -> object:
        rule = f"the name {name!r}" if is_a(name, str) else "the name before it"
        self._note(holder, REDACTED, rule, name)
        return stand_in_for(value)


def is_word(thing: object) -> bool:
    """Return True for a word of our vocabulary, which the application never sees."""
    return exact_type(thing) is words.Word or (exact_type(thing) is type and thing.__module__ == "tibidi")


# What replaces secrets in a reduce value with that word.
SPECIAL: dict[object, Callable[[Filter, Any, Any], Any]] = {
    words._function: Filter._function,
    words._same: Filter._cell,
    words._member: Filter._member,
    words._table: Filter._table,
}
