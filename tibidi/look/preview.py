"""Preview variables in one line each, without running any application code.

Strategy
--------
How the instances of a class are shown is decided once per class and kept in a table: builtin containers are walked,
known standard types are shown by the interpreter (`notation`), all others by the content of the builtin type that
they derive from or by their attributes (`instances`).  Depth, items and characters are bounded; what is left out
shows as `…`, with the number of items that follow.

Secrets are shown as `<redacted>`, lazy values as not evaluated; both are recorded with their path.
"""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING
from tibidi.look import notation
from tibidi.look.anatomy import first, type_name
from tibidi.look.classes import Classes
from tibidi.look.notation import MORE, SCRUBBED_CHARACTERS, joined, step_text
from tibidi.model import FAILED, REDACTED_TEXT, TIMEOUT, TOO_LARGE, Omission, Table, Variable
from tibidi.process import time
from tibidi.process.texts import ascii_safe

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from tibidi.look.instances import Instances
    from tibidi.look.notation import Show, Step
    from tibidi.redaction import Redactor

MAX_VARIABLE_CHARACTERS = 800
MAX_DUMP_CHARACTERS = 16_000_000
MAX_DEPTH = 4
MAX_ITEMS = 12  # of the outermost container
MAX_NESTED_ITEMS = 6
MAX_TEXT_CHARACTERS = 300
MIN_TEXT_CHARACTERS = 8
TABLES = frozenset({"numpy.ndarray", "pandas.DataFrame", "pandas.core.frame.DataFrame"})
MAX_REMEMBERED_CHARACTERS = 60  # a text that is likely to occur several times


class Previewer:
    """Previews of many variables; `omissions` lists what was not shown on purpose."""

    def __init__(self, redactor: Redactor, deadline: float = float("inf")) -> None:
        self.omissions: list[Omission] = []
        self._redactor = redactor
        self._walker = Walker(redactor, self.omissions)
        self._deadline = deadline
        self._room = MAX_DUMP_CHARACTERS
        self._is_spent = False
        self._shown: dict[int, tuple[object, str, Table | None]] = {}

    def hide(self, reason: str) -> None:
        """Show no values from now on."""
        self.omissions.append(Omission("previews", FAILED, reason))
        self._is_spent = True

    def close(self) -> None:
        """Forget the values and classes, in tables that otherwise live until a garbage collection."""
        self._shown.clear()
        self._walker.close()

    def show(self, value: object, path: str = "", characters: int = MAX_VARIABLE_CHARACTERS) -> str:
        """Show the value at `path` in about so many characters."""
        if self._is_spent:
            return MORE
        self._walker.start(path, characters)
        return self._walker.show(value)

    def variable(self, name: str, value: object, path: str, characters: int = MAX_VARIABLE_CHARACTERS) -> Variable:
        """Preview the variable at `path` in about so many characters."""
        try:
            return self._variable(name, value, path, characters)
        except Exception as error:  # noqa: BLE001 - whatever a value is, it costs its own preview at most
            return Variable("?", f"<cannot be shown: {type_name(type(error))}>")

    def _variable(self, name: str, value: object, path: str, characters: int) -> Variable:
        type_of_value = self._walker.classes.of(type(value)).name
        if self._redactor.conceals(name, value):
            self._redactor.note(path, f"the name {name!r}")
            return Variable(type_of_value, REDACTED_TEXT)
        if self._is_spent or not self._has_budget():
            return Variable(type_of_value, MORE)
        number, known = self._walker.numbers.get(id(type(value))), self._shown.get(id(value))
        if number is not None:
            preview, table = number(value), None
        elif known is not None:
            _, preview, table = known
        else:
            _, preview, table = self._preview(value, type_of_value, path, characters)
        self._room -= len(preview)
        return Variable._make((type_of_value, preview, table))

    def _preview(
        self, value: object, type_of_value: str, path: str, characters: int
    ) -> tuple[object, str, Table | None]:
        """Show a value; keep the preview, unless something in it is recorded with its path, which differs elsewhere."""
        found = len(self._redactor.found), len(self.omissions)
        self._walker.start(path, characters)
        preview, table = self._walker.show(value), None
        if type_of_value in TABLES:
            from tibidi.look.arrays import table_of  # only where there is a table

            self._walker.start(path, characters)
            table = table_of(value, self._walker)
        shown = value, preview, table
        if found == (len(self._redactor.found), len(self.omissions)):
            self._shown[id(value)] = shown  # kept alive, and so its id()
        return shown

    def _has_budget(self) -> bool:
        if self._room <= 0:
            self.omissions.append(Omission("previews", TOO_LARGE, f"more than {MAX_DUMP_CHARACTERS} characters"))
            self._is_spent = True
        elif time.monotonic() > self._deadline:
            self.omissions.append(Omission("previews", TIMEOUT, "the values are not shown from here on"))
            self._is_spent = True
        return not self._is_spent


class Walker:
    """Shows values; `omissions` lists those that were left out on purpose."""

    def __init__(self, redactor: Redactor, omissions: list[Omission]) -> None:
        self.omissions = omissions
        self.redactor = redactor
        self.classes = Classes()
        self.left = 0
        self._path = ""
        self.steps: list[Step] = []
        self.within: set[int] = set()
        self._texts: dict[str, str] = {}
        self._instances: Instances | None = None
        self.numbers = notation.numbers()
        self._table: dict[int, Show] = {**self.numbers, **self._builtins()}
        self._table.update((key, self._cleaning(show)) for key, show in notation.texts().items())

    def close(self) -> None:
        """Break the reference cycles with the methods in the table."""
        self._table.clear()
        self._instances = None

    def start(self, path: str, characters: int) -> None:
        """Start with the variable at `path`, to be shown in about so many characters."""
        self._path = path
        self.left = characters
        self.steps.clear()
        self.within.clear()

    def show(self, value: object) -> str:
        """Show a value in one line."""
        number = self.numbers.get(id(type(value)))
        if number is not None:
            shown = number(value)
            self.left -= len(shown)
            return shown
        show = self._table.get(id(type(value)))
        before, depth = self.left, len(self.steps)
        try:
            shown = (show or self._decide(type(value)))(value)
        except Exception as error:  # noqa: BLE001 - a type in C whose repr raises costs one preview
            del self.steps[depth:]
            shown = f"<{type_name(type(value))}, which cannot be shown: {type_name(type(error))}>"
        self.left = before - len(shown)
        return shown

    def _decide(self, cls: type) -> Show:
        """Return how to show instances of a class, from now on; `classes` keeps it alive, and so its id()."""
        if self._instances is None:
            from tibidi.look.instances import Instances  # not for builtin values

            self._instances = Instances(self)
        show = self._table[id(cls)] = self._instances.show_for(cls)
        return show

    def _cleaning(self, show: Show) -> Show:
        return lambda value: self._cleaned(show(value))

    def _builtins(self) -> dict[int, Show]:
        return {
            id(str): self._str,
            id(bytes): self._bytes,
            id(bytearray): lambda data: f"bytearray({self._bytes(data)})",
            id(list): self._list,
            id(tuple): self.row,
            id(dict): self.mapping,
            id(type): notation.of_class,
        }

    def _str(self, text: str) -> str:
        if text is REDACTED_TEXT:
            return text
        if len(text) > MAX_REMEMBERED_CHARACTERS:
            return self.quoted(text[:SCRUBBED_CHARACTERS], len(text))
        shown = self._texts.get(text)
        if shown is None:
            found = len(self.redactor.found)
            shown = self.quoted(text, len(text))
            if found == len(self.redactor.found):
                self._texts[text] = shown
        return shown

    def quoted(self, text: str, length: int) -> str:
        """Show a text of `length` characters, of which `text` is the beginning."""
        return self._cut(self._cleaned(text), length - len(text))

    def _bytes(self, data: bytes | bytearray) -> str:
        return self.data(bytes(data[:SCRUBBED_CHARACTERS]), len(data))

    def data(self, data: bytes, length: int) -> str:
        """Show bytes, of which `data` is the beginning."""
        cleaned = self.redactor.data(data)
        if cleaned is not data:
            self.redactor.note(self.place(), "looks like a secret, or is the value of one elsewhere")
        return self._cut(cleaned, length - len(data))

    def _cleaned(self, text: str) -> str:
        cleaned, rule = self.redactor.scrub(text)
        if rule:
            self.redactor.note(self.place(), rule)
        return cleaned

    def _cut(self, text: str | bytes, more: int) -> str:
        """Show the beginning of a text, after which `more` characters were left out already."""
        limit = max(min(MAX_TEXT_CHARACTERS, self.left), MIN_TEXT_CHARACTERS)
        more += max(len(text) - limit, 0)
        shown = ascii_safe(repr(text[:limit]))
        return f"{shown}{MORE} +{more}" if more else shown

    def row(self, items: tuple[object, ...]) -> str:
        """Show a tuple, which may be a row of a list of headers."""
        return self.sequence("(", self._concealed(items), len(items), ",)" if len(items) == 1 else ")")

    def _list(self, items: list[object]) -> str:
        return self.sequence("[", self._concealed(items), list.__len__(items), "]")

    def _concealed(self, items: Any) -> Any:
        """Return a row or the words of a command with secrets replaced; the same object if there are none."""
        secret = self.redactor.secret_items(items)
        for at in secret:
            self.redactor.note(f"{self.place()}[{at}]", "the name before it")
        return [secret.get(at, item) for at, item in enumerate(items)] if secret else items

    def sequence(self, start: str, items: Iterable[object], length: int, end: str) -> str:
        """Show the items of a container between `start` and `end`."""
        if not self.enter(items):
            return f"{start}...{end}"
        shown: list[str] = []
        if len(self.steps) < MAX_DEPTH:
            for number, item in enumerate(first(items, self.limit())):
                if self.left <= 0:
                    break
                self.steps.append(number)
                shown.append(self.show(item))
                self.steps.pop()
        self.within.discard(id(items))
        return start + joined(shown, length) + end

    def mapping(self, mapping: Any, kind: Any = dict) -> str:
        """Show a dictionary; not what every namespace of `exec` has as `__builtins__`."""
        if mapping is vars(sys.modules["builtins"]) or not self.enter(mapping):
            return "{...}"
        length = kind.__len__(mapping)
        pairs = first(kind.items(mapping), self.limit()) if len(self.steps) < MAX_DEPTH else []
        shown = []
        labelled = self.redactor.labelled(mapping if kind is dict else {k: v for k, v in pairs if type(k) is str})
        for key, value in pairs:
            if self.left <= 0:
                break
            if labelled and type(key) is str and key in labelled:
                self.redactor.note(f"{self.place()}[{key!r}]", "the name beside it")
                value = REDACTED_TEXT
            name = self._texts.get(key) if type(key) is str else None  # most occur several times
            if name is None:
                name = self.show(key)
            else:
                self.left -= len(name)
            shown.append(f"{name}: {self.entry(key, value, (key,))}")
        self.within.discard(id(mapping))
        return "{" + joined(shown, length) + "}"

    def entry(self, key: object, value: object, step: Step) -> str:
        """Show a value under its name, unless that is the name of a secret."""
        is_secret = self.redactor.conceals(key, value)
        if not is_secret and id(type(value)) in self.numbers:
            return self.show(value)
        self.steps.append(step)
        if is_secret:
            self.redactor.note(self.place(), f"the name {key!r}" if type(key) is str else "its name")
            shown = REDACTED_TEXT
        else:
            shown = self.show(value)
        self.steps.pop()
        return shown

    def enter(self, container: object) -> bool:
        """Return True if a container is not within itself."""
        if id(container) in self.within:
            return False
        self.within.add(id(container))
        return True

    def limit(self) -> int:
        """Return how many items of a container to show."""
        return MAX_NESTED_ITEMS if self.steps else MAX_ITEMS

    def place(self) -> str:
        """Return the path of the value that is being shown."""
        return self._path + "".join(map(step_text, self.steps))
