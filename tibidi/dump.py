"""A loaded dump: the summary with the values in place.

It has two interfaces.  As objects, under the names of `summary.json`: `dump.exceptions[-1].frames[-1].locals['x']`, so
that the path of an omission is Python.  And as the nested dictionaries of the original tibidi:
`dump['exceptions'][-1][-1]['x']`, `dump['timestamp']`, `dump['system']`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from tibidi.culprit import subjects
from tibidi.history import swallowed
from tibidi.model import MODULE, ExceptionRecord, FailedTest, FrameRecord, Omission, Summary, TaskRecord, ThreadRecord
from tibidi.present.phrases import count
from tibidi.process.hints import Any, overload
from tibidi.reading.inert.repr import clean


class Named(Mapping[str, Any]):
    """A mapping that compares by identity: comparing values could run an `__eq__` of the application."""

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)


class DumpedFrame(Named):
    """A frame as a mapping of its variables: its locals, else its globals.

    `locals` and `globals` are the dictionaries themselves: frames of one module share its globals, which are also the
    `locals` of a module-level frame.  `line` counts from 1, columns are UTF-8 byte offsets from 0; None is unknown.
    `record` is the frame in the summary.  Frames compare and hash by identity.

    >>> frame = tibidi.load("traceback.pkl").exceptions[-1].frames[-1]
    >>> frame.name, frame.line, frame["x"]
    ('divide', 7, 5)
    """

    def __init__(self, record: FrameRecord, variables: dict[str, Any], namespace: dict[str, Any]) -> None:
        self.record = record
        self.file = record.file
        self.module = record.module
        self.name = record.name
        self.qualname = record.qualname
        self.line = record.line
        self.end_line = record.end_line
        self.column = record.column
        self.end_column = record.end_column
        self.first_line = record.first_line
        self.code = record.code
        self.globals = namespace
        self.locals = namespace if record.code.kind == MODULE else variables

    def __getitem__(self, name: str) -> Any:
        return self.locals[name] if name in self.locals else self.globals[name]

    def __iter__(self) -> Iterator[str]:
        # exec() adds __builtins__ to the globals of whatever runs in them.
        return (name for name in {**self.locals, **self.globals} if name != "__builtins__")

    def _repr_html_(self) -> str:
        from tibidi.present import notebook  # `html` takes a millisecond

        return notebook.variables(self.record)

    def __repr__(self) -> str:
        size = count(len(self.locals), "variable")
        return f"<frame {clean(self.qualname)}, {clean(self.file)}:{self.line}, {size}>"


class Stack(Sequence[DumpedFrame]):
    """A sequence of `frames`, outermost first; the other fields of its `record` are attributes, too."""

    frames: tuple[DumpedFrame, ...]

    def __init__(self, record: ExceptionRecord | ThreadRecord | TaskRecord, frames: Iterable[DumpedFrame]) -> None:
        vars(self).update(record._asdict(), record=record, frames=tuple(frames))

    @overload
    def __getitem__(self, index: int) -> DumpedFrame: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[DumpedFrame, ...]: ...

    def __getitem__(self, index: int | slice) -> DumpedFrame | tuple[DumpedFrame, ...]:
        return self.frames[index]

    def __len__(self) -> int:
        return len(self.frames)


class DumpedException(Stack):
    """An exception: the frames of its traceback and, as `exception`, the object itself.

    `type` is its dotted name, `message` what `str()` returned at the crash,
    `notes` its `__notes__` (PEP 678).  `parent` is the `id` of the exception
    that it belongs to, `relation` how: raised, cause, context or member.
    `exception` is None if the object could not be loaded.

    >>> error = tibidi.load("traceback.pkl").exceptions[-1]
    >>> error.message, error.relation, len(error.frames), error.exception
    ('division by zero', 'raised', 2, ZeroDivisionError('division by zero'))
    """

    record: ExceptionRecord
    id: int
    parent: int | None
    relation: str
    type: str
    message: str
    notes: tuple[str, ...]
    suppress_context: bool

    def __init__(self, record: ExceptionRecord, frames: Iterable[DumpedFrame], exception: BaseException | None) -> None:
        super().__init__(record, frames)
        self.exception = exception

    def _repr_html_(self) -> str:
        from tibidi.present import notebook

        return notebook.exception(self.record)

    def __repr__(self) -> str:
        return f"<{clean(self.type)}: {clean(self.message)}, {count(len(self), 'frame')}>"


class DumpedThread(Stack):
    """The stack of one thread at the time of the crash."""

    record: ThreadRecord
    name: str
    ident: int
    crashed: bool
    daemon: bool

    def __repr__(self) -> str:
        return f"<thread {clean(self.name)}, {count(len(self), 'frame')}>"


class DumpedTask(Stack):
    """The await chain of one asyncio task at the time of the crash."""

    record: TaskRecord
    name: str
    state: str

    def __repr__(self) -> str:
        return f"<task {clean(self.name)}, {clean(self.state)}, {count(len(self), 'frame')}>"


class Dump(Named):
    """A whole dump, as `tibidi.load` returns it.

    `exceptions` has the root cause first and the exception that ended the
    program last; `modules` maps the name of each module to its globals;
    `omissions` lists what is missing, where and why; `sources` maps file
    names to the text as it ran.  `kind` is crash, exit, snapshot, native or
    killed; the last three have no exception, and `reason` says what happened.
    `test` is the test that failed, if it was one, with the
    values of its fixtures and parameters.  `prepared` says what was set
    up before live values were loaded, as Django is.  `live` is True if the values are objects of
    the application, False if they are inert.  Dumps compare and hash by identity.

    >>> dump = tibidi.load("traceback.pkl")
    >>> [exception.type for exception in dump.exceptions], dump.modules["__main__"]["x"]
    (['builtins.ZeroDivisionError'], 5)
    """

    summary: Summary
    path: str
    live: bool
    exceptions: tuple[DumpedException, ...]
    threads: tuple[DumpedThread, ...] = ()
    tasks: tuple[DumpedTask, ...] = ()
    modules: Mapping[str, dict[str, Any]] = MappingProxyType({})
    omissions: tuple[Omission, ...] = ()
    sources: Mapping[str, str] = MappingProxyType({})
    prepared: str = ""
    test: FailedTest | None = None

    def __init__(self, summary: Summary, **parts: Any) -> None:
        vars(self).update(parts, summary=summary)
        self.format = self.summary.format
        self.tibidi = self.summary.tibidi
        self.time = self.summary.time
        self.complete = self.summary.complete
        self.fingerprint = self.summary.fingerprint
        self.fingerprints = self.summary.fingerprints
        self.scrubbed = self.summary.scrubbed
        self.kind = self.summary.kind
        self.reason = self.summary.reason
        self.process = self.summary.process
        self.log = self.summary.log
        self.swallowed = swallowed(self.summary)

    def __getitem__(self, key: str) -> Any:
        return self._classic()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._classic())

    def __repr__(self) -> str:
        crash = self.subjects[-1]
        kind = "live" if self.live else "inert"
        return f"<dump of {clean(crash.type)}: {clean(crash.message)}, {clean(self.time)}, {kind}>"

    @property
    def subjects(self) -> tuple[DumpedException, ...]:
        """The exceptions; of a dump without any, one that stands for what happened, in the first thread."""
        first = self.threads[0].frames if self.threads else ()
        return self.exceptions or tuple(DumpedException(each, first, None) for each in subjects(self.summary))

    def revive(self) -> BaseException:
        """Return the exception that ended the program, with its chain and real tracebacks of revived frames.

        For whatever works on exceptions: `pdb.post_mortem(dump.revive().__traceback__)`,
        `raise`, IPython's `%debug`, rich, sentry_sdk.  Each call makes new frames; the
        values in them are those of this dump.  The source as it ran is put into `linecache`.

        >>> error = tibidi.load("traceback.pkl").revive()
        >>> error.__traceback__.tb_next.tb_frame.f_locals["y"]
        0
        """
        from tibidi.revive.revived import RevivedDump  # this module is below it; a method is easier to find

        return RevivedDump(self).exceptions[-1].exception

    def _repr_html_(self) -> str | None:
        from tibidi.present import notebook

        return notebook.page(self.summary, self.sources)

    def _classic(self) -> dict[str, Any]:
        """Return the dictionary of the original tibidi, with some keys added."""
        process = self.process
        return {
            "exceptions": self.exceptions,
            "timestamp": _datetime(self.time),
            "system": {name: getattr(process, name) for name in ("platform", "hostname", "python", "implementation")},
            "threads": self.threads,
            "tasks": self.tasks,
            "omissions": self.omissions,
            "process": process,
        }


def _datetime(text: str) -> Any:
    """Return the time in `text`, None if it is not ISO 8601: the file may be a stranger's."""
    from datetime import datetime  # 1 ms, and not before the first prompt

    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
