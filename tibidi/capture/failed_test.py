"""A failed test: what a dump says of it besides the crash."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.capture.runners import fold
from tibidi.model import FailedTest, Variable
from tibidi.process import os

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tibidi.look.frames import LiveCrash
    from tibidi.look.preview import Previewer
    from tibidi.redaction import Redactor

MAX_CAPTURED_CHARACTERS = 100_000  # of each stream, the last ones
FIXTURES = "test.fixtures"
PARAMS = "test.params"


class LiveTest:
    """A test that fails: its node id, the phase, the file that it is in, what it was given, and what was captured."""

    def __init__(self, id: str, phase: str = "", file: str = "") -> None:
        self.id = id
        self.phase = phase
        self.file = file
        self.fixtures: dict[str, object] = {}
        self.params: dict[str, object] = {}
        self.captured: Mapping[str, str] = {}

    def claim(self, crash: LiveCrash) -> None:
        """Make `crash` the failure of this test."""
        crash.extras.update({FIXTURES: self.fixtures, PARAMS: self.params})
        fold(crash, self.file)

    def name(self, redactor: Redactor) -> str:
        """Return the node id as the name of a file; parameters that are secret are redacted there and in the dump."""
        for name, value in self.params.items():
            if redactor.conceals(name, value):
                redactor.learn(value)
        file, _, test = redactor.text(self.id.removeprefix("__main__.")).partition("::")
        return "-".join(filter(None, (os.path.basename(file), test.replace("/", "_"))))

    def record(self, previewer: Previewer, text: Callable[[str], str]) -> FailedTest:
        """Return the test as plain data; `text` redacts a text."""

        def shown(path: str, values: Mapping[str, object]) -> dict[str, Variable]:
            return {name: previewer.variable(name, value, f"{path}[{name!r}]") for name, value in values.items()}

        captured = {name: text(all[-MAX_CAPTURED_CHARACTERS:]) for name, all in self.captured.items() if all}
        given = shown(FIXTURES, self.fixtures), shown(PARAMS, self.params)
        return FailedTest(text(self.id), self.phase, *given, captured)
