"""A dump that has been loaded: the story with its values in place.

It reads in two ways.  As objects: `dump.exceptions[-1][-1].locals`, where an
exception is a sequence of frames and a frame a mapping of its variables.  And
as the nested dictionaries of the original tibidi:
`dump['exceptions'][-1][-1]['x']`, `dump['timestamp']`, `dump['system']`.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from typing import overload

from tibidi.model import MODULE
from tibidi.reading.inert.repr import clean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from tibidi.model import ExceptionRecord
    from tibidi.model import FrameRecord
    from tibidi.model import Omission
    from tibidi.model import ProcessRecord
    from tibidi.model import Summary
    from tibidi.model import TaskRecord
    from tibidi.model import ThreadRecord


class DumpedFrame(Mapping[str, object]):
    """A frame as a mapping of its variables: its locals, else its globals.

    `locals` and `globals` are the dictionaries themselves; frames of one
    module share one dictionary of globals, and a frame at the level of a
    module has it for both.  `record` is what the story says of the frame.
    """

    def __init__(self, record: FrameRecord, variables: dict[str, object], namespace: dict[str, object]) -> None:
        self.record = record
        self.globals = namespace
        self.locals = namespace if record.code.kind == MODULE else variables

    @property
    def file(self) -> str:
        """The name of the source file as the code object had it."""
        return self.record.file

    @property
    def line(self) -> int:
        """The line that was being executed, from 1."""
        return self.record.line

    @property
    def name(self) -> str:
        """The name of the function, `<module>` at the level of a module."""
        return self.record.name

    @property
    def qualname(self) -> str:
        """The dotted name of the function within its module."""
        return self.record.qualname

    @property
    def module(self) -> str:
        """`__name__` of the module."""
        return self.record.module

    def __getitem__(self, name: str) -> object:
        return self.locals[name] if name in self.locals else self.globals[name]

    def __iter__(self) -> Iterator[str]:
        yield from self.locals
        if self.globals is not self.locals:
            yield from (name for name in self.globals if name not in self.locals)

    def __len__(self) -> int:
        return len(self.locals.keys() | self.globals.keys())

    def __repr__(self) -> str:
        return f"<frame {clean(self.qualname)}, {clean(self.file)}:{self.line}, {len(self.locals)} variables>"


class Stack(Sequence[DumpedFrame]):
    """Frames, outermost first."""

    def __init__(self, frames: Iterable[DumpedFrame]) -> None:
        self._frames = tuple(frames)

    @overload
    def __getitem__(self, index: int) -> DumpedFrame: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[DumpedFrame, ...]: ...

    def __getitem__(self, index: int | slice) -> DumpedFrame | tuple[DumpedFrame, ...]:
        return self._frames[index]

    def __len__(self) -> int:
        return len(self._frames)


class DumpedException(Stack):
    """An exception: the frames of its traceback and, as `exception`, the object itself."""

    def __init__(self, record: ExceptionRecord, frames: Iterable[DumpedFrame], exception: BaseException | None) -> None:
        super().__init__(frames)
        self.record = record
        self.exception = exception

    @property
    def id(self) -> int:
        """The number by which other exceptions of the dump name it as their `parent`."""
        return self.record.id

    @property
    def parent(self) -> int | None:
        """The `id` of the exception that it is cause, context or member of; None for the one raised last."""
        return self.record.parent

    @property
    def relation(self) -> str:
        """`raised`, or what it is of its parent: `cause`, `context` or `member`."""
        return self.record.relation

    @property
    def type(self) -> str:
        """The dotted name of its type."""
        return self.record.type

    @property
    def message(self) -> str:
        """What str() of it gave at the crash."""
        return self.record.message

    @property
    def notes(self) -> tuple[str, ...]:
        """Its `__notes__` (PEP 678)."""
        return self.record.notes

    def __repr__(self) -> str:
        return f"<{clean(self.type)}: {clean(self.message)}, {len(self)} frames>"


class DumpedThread(Stack):
    """The stack of one thread at the time of the crash."""

    def __init__(self, record: ThreadRecord, frames: Iterable[DumpedFrame]) -> None:
        super().__init__(frames)
        self.record = record
        self.name = record.name
        self.ident = record.ident
        self.crashed = record.crashed
        self.daemon = record.daemon

    def __repr__(self) -> str:
        return f"<thread {clean(self.name)}, {len(self)} frames>"


class DumpedTask(Stack):
    """The await chain of one asyncio task at the time of the crash."""

    def __init__(self, record: TaskRecord, frames: Iterable[DumpedFrame]) -> None:
        super().__init__(frames)
        self.record = record
        self.name = record.name
        self.state = record.state

    def __repr__(self) -> str:
        return f"<task {clean(self.name)}, {clean(self.state)}, {len(self)} frames>"


class Dump(Mapping[str, object]):
    """A whole dump, as `tibidi.load` returns it.

    `exceptions` has the root cause first and the exception that ended the
    program last; `omissions` says what is missing, where and why; `sources`
    maps file names to the text as it ran; `live` tells whether the values are
    the application's own objects or inert stand-ins.
    """

    def __init__(  # noqa: PLR0913 - its parts, all by keyword
        self,
        summary: Summary,
        *,
        path: str,
        live: bool,
        exceptions: Iterable[DumpedException],
        threads: Iterable[DumpedThread] = (),
        tasks: Iterable[DumpedTask] = (),
        omissions: Iterable[Omission] = (),
        sources: Mapping[str, str] | None = None,
    ) -> None:
        self.summary = summary
        self.path = path
        self.live = live
        self.exceptions = tuple(exceptions)
        self.threads = tuple(threads)
        self.tasks = tuple(tasks)
        self.omissions = tuple(omissions)
        self.sources = dict(sources or {})

    @property
    def process(self) -> ProcessRecord:
        """The process that crashed: arguments, versions, environment."""
        return self.summary.process

    def __getitem__(self, key: str) -> object:
        return self._classic()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._classic())

    def __len__(self) -> int:
        return len(self._classic())

    def __repr__(self) -> str:
        crash = self.exceptions[-1]
        kind = "live" if self.live else "inert"
        return f"<dump of {clean(crash.type)}: {clean(crash.message)}, {clean(self.summary.time)}, {kind}>"

    def _classic(self) -> dict[str, object]:
        """Return what the original tibidi's dictionary had, and our additions to it."""
        process = self.process
        return {
            "exceptions": self.exceptions,
            "timestamp": _moment(self.summary.time),
            "system": {
                "platform": process.platform,
                "hostname": process.hostname,
                "python": process.python,
                "implementation": process.implementation,
            },
            "threads": self.threads,
            "tasks": self.tasks,
            "omissions": self.omissions,
            "process": process,
        }


def _moment(text: str) -> datetime | None:
    """Return the time in `text`, which a stranger may have written."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
