"""Read the pickles of one dump in turn, calling and importing nothing that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from tibidi.errors import DamagedDump
from tibidi.process.temporary import gc_paused
from tibidi.reading.inert.builder import InertBuilder
from tibidi.reading.inert.machine import Machine
from tibidi.reading.inert.screen import FEW_MENTIONS
from tibidi.reading.inert.screen import HINT
from tibidi.reading.inert.screen import MAX_MEMBER_BYTES
from tibidi.reading.inert.screen import Budget
from tibidi.reading.inert.screen import Sizes
from tibidi.reading.inert.types import InertMapping
from tibidi.reading.inert.types import InertSequence
from tibidi.reading.inert.types import make_type

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from typing import Protocol

    class Readable(Protocol):
        """What is read from."""

        def read(self, size: int, /) -> bytes:
            """Return at most `size` bytes, fewer only at the end."""


class InertUnpickler:
    """Reads the pickles of one dump, one with each `load()`, from a file that goes from one to the next.

    `namespace` gives the dictionary of globals for a key, `sources` the texts
    of the files that functions came from.
    """

    def __init__(
        self,
        file: Readable,
        *,
        namespace: Callable[[str], dict[str, object]],
        sources: Mapping[str, str] | None = None,
        budget: Budget | None = None,
    ) -> None:
        self._file = file
        self._budget = budget or Budget()
        self._builder = InertBuilder(namespace, sources or {}, self._budget)
        self._memo: list[object] = []
        self._mentions = 0
        self._sizes = Sizes()

    def load(self) -> Any:
        """Return the value of the pickle that the file is at.

        Raises DamagedDump when it is none of ours or takes too much; the memo
        is then of no use for the pickles behind it.
        """
        data = self._file.read(MAX_MEMBER_BYTES + 1)
        if len(data) > MAX_MEMBER_BYTES:
            raise DamagedDump(f"more than {MAX_MEMBER_BYTES >> 20} MiB in one pickle", HINT)
        self._budget.charge(len(data))
        try:
            machine = Machine(data, self._memo, self._builder, self._budget)
            with gc_paused():
                value = machine.run()
            self._mentions += machine.mentions
            return value if self._mentions < FEW_MENTIONS else printable_in_time(value, self._sizes)
        finally:
            self._budget.release(len(data))


def printable_in_time(loaded: object, sizes: Sizes) -> object:
    """Return what was loaded, (paths, variables), with what would take for ever to print as things that don't."""
    variables = loaded[1] if type(loaded) is tuple and len(loaded) == 2 else None
    if isinstance(variables, BaseException) and sizes.is_endless(variables.args):
        variables.args = ()
    if type(variables) is dict:
        for name, value in variables.items():
            if sizes.is_endless(value):
                kind = InertMapping if isinstance(value, dict) else InertSequence
                shown = object.__new__(make_type("builtins", type(value).__name__, kind))
                shown.__dict__["_items_"] = value
                variables[name] = shown
    return loaded
