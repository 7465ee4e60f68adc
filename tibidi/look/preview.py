"""Preview variables in one line each, within one budget of characters and time.

Secrets are shown as `<redacted>`, lazy values as not evaluated; both are
recorded with their path.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.look.notation import MORE
from tibidi.look.walker import Walker
from tibidi.model import REDACTED_TEXT
from tibidi.model import TIMEOUT
from tibidi.model import TOO_LARGE
from tibidi.model import Omission
from tibidi.model import Variable
from tibidi.process import time

if TYPE_CHECKING:
    from tibidi.redaction import Redactor

MAX_VARIABLE_CHARACTERS = 800
MAX_DUMP_CHARACTERS = 16_000_000


class Previewer:
    """Previews of many variables; `omissions` lists what was not shown on purpose."""

    def __init__(self, redactor: Redactor, deadline: float = float("inf")) -> None:
        self.omissions: list[Omission] = []
        self._redactor = redactor
        self._walker = Walker(redactor, self.omissions)
        self._deadline = deadline
        self._room = MAX_DUMP_CHARACTERS
        self._is_spent = False
        self._shown: dict[int, tuple[object, str]] = {}

    def show(self, value: object, path: str = "", characters: int = MAX_VARIABLE_CHARACTERS) -> str:
        """Show the value at `path` in about so many characters."""
        self._walker.start(path, characters)
        return self._walker.show(value)

    def variable(self, name: str, value: object, path: str, characters: int = MAX_VARIABLE_CHARACTERS) -> Variable:
        """Preview the variable at `path` in about so many characters."""
        type_of_value = self._walker.classes.of(type(value)).name
        if self._redactor.conceals(name, value):
            self._redactor.note(path, f"the name {name!r}")
            return Variable(type_of_value, REDACTED_TEXT)
        if self._is_spent or not self._has_budget():
            return Variable(type_of_value, MORE)
        known = self._shown.get(id(value))
        preview = self._preview(value, path, characters) if known is None else known[1]
        self._room -= len(preview)
        return Variable(type_of_value, preview)

    def _preview(self, value: object, path: str, characters: int) -> str:
        """Show a value; keep the preview, unless something in it is recorded with its path, which differs elsewhere."""
        found = len(self._redactor.found), len(self.omissions)
        preview = self.show(value, path, characters)
        if found == (len(self._redactor.found), len(self.omissions)):
            self._shown[id(value)] = value, preview  # kept alive, and so its id()
        return preview

    def _has_budget(self) -> bool:
        if self._room <= 0:
            self.omissions.append(Omission("previews", TOO_LARGE, f"more than {MAX_DUMP_CHARACTERS} characters"))
            self._is_spent = True
        elif time.monotonic() > self._deadline:
            self.omissions.append(Omission("previews", TIMEOUT, "the values are not shown from here on"))
            self._is_spent = True
        return not self._is_spent
