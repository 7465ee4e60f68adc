"""Read the pickles of one dump in turn; nothing that they name is called or imported."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from tibidi.errors import DamagedDump
from tibidi.process.temporary import gc_paused
from tibidi.reading.inert import screen
from tibidi.reading.inert import types
from tibidi.reading.inert.builder import InertBuilder
from tibidi.reading.inert.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from typing import BinaryIO

    from tibidi.reading.unpickler import MemberFile


class InertUnpickler:
    """Reads the pickles of one dump, one with each `load()`.

    `namespace` returns the dictionary of globals for a key; `sources` has the
    texts of the source files.
    """

    def __init__(
        self,
        file: BinaryIO | MemberFile,
        *,
        namespace: Callable[[str], dict[str, object]],
        sources: Mapping[str, str] | None = None,
        budget: screen.Budget | None = None,
    ) -> None:
        self._file = file
        self._budget = budget or screen.Budget()
        self._builder = InertBuilder(namespace, sources or {}, self._budget)
        self._memo: list[object] = []
        self._mentions = 0
        self._sizes = screen.Sizes()

    def load(self) -> Any:
        """Return the value of the next pickle.

        Raises DamagedDump if it is not a pickle of tibidi, or exceeds a limit;
        the pickles behind it can then not be read, as the memo is incomplete.
        """
        data = self._file.read(screen.MAX_MEMBER_BYTES + 1)
        if len(data) > screen.MAX_MEMBER_BYTES:
            raise DamagedDump(f"more than {screen.MAX_MEMBER_BYTES >> 20} MiB in one pickle", screen.HINT)
        self._budget.charge(len(data))
        try:
            machine = Machine(data, self._memo, self._builder, self._budget)
            with gc_paused():
                value = machine.run()
            self._mentions += machine.mentions
            return value if self._mentions < screen.FEW_MENTIONS else printable_in_time(value, self._sizes)
        finally:
            self._budget.release(len(data))


def printable_in_time(loaded: object, sizes: screen.Sizes) -> object:
    """Return (paths, variables) with values that would take forever to print replaced by objects that print in part."""
    variables = loaded[1] if type(loaded) is tuple and len(loaded) == 2 else None
    if isinstance(variables, BaseException) and sizes.is_endless(variables.args):
        variables.args = ()
    if type(variables) is dict:
        for name, value in variables.items():
            if sizes.is_endless(value):
                kind = types.InertMapping if isinstance(value, dict) else types.InertSequence
                variables[name] = types.instance(types.make_type("builtins", type(value).__name__, kind), _items_=value)
    return loaded
