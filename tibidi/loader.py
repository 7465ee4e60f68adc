"""A file -> a `Dump`: `load()`, the only function that knows every stage of reading."""

from __future__ import annotations

import sys

from tibidi import TYPE_CHECKING, config
from tibidi.dump import Dump, DumpedException, DumpedFrame, DumpedTask, DumpedThread
from tibidi.dumpfile.reader import Reader
from tibidi.errors import DamagedDump
from tibidi.model import DAMAGED, MODULE, ExceptionRecord, FailedTest, FrameRecord, Omission, ProcessRecord, Variable
from tibidi.process.progress import Progress
from tibidi.process.texts import printable
from tibidi.reading.memo import LostMemo
from tibidi.reading.proxies import point_to_objects
from tibidi.reading.unpickler import ValuesReader
from tibidi.store.keys import read_key
from tibidi.store.location import find
from tibidi.words.standins import Dummy

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import ModuleType
    from typing import Any, BinaryIO


UNSIGNED = "is not signed with your key: it is opened live, and code that it names runs here"
LOST = "its value is not in the dump, this is its preview"
# The path of the globals of a module: `modules['shop']`.


def load(path: str | os.PathLike[str] | None = None, trust: bool | None = None) -> Dump:
    """Load a dump, with its values.

    `path` is a file, a name from `python -m tibidi list`, or None for the
    latest dump.  With `trust=True` the values are live: modules are imported,
    objects of the application are rebuilt, its code may run; use it only for
    files whose origin you know.  With `trust=False` they are inert: nothing
    that the file names is imported or called.  With None they are live if
    the file is signed with your own key, else inert.

    Raises DumpNotFound, NotADump, DamagedDump or NewerFormat, and TypeError
    if `trust` is anything else.

    >>> dump = tibidi.load("traceback.pkl")
    >>> dump.exceptions[-1].type, dump.exceptions[-1].frames[-1].locals["y"]
    ('builtins.ZeroDivisionError', 0)
    """
    if trust is not None and type(trust) is not bool:
        raise TypeError(f"trust is True, False or None, not {trust!r}")
    return open_dump(path, trust, lambda _: None)


def open_dump(
    path: str | os.PathLike[str] | None,
    trust: bool | None,
    before_live: Callable[[ProcessRecord], ModuleType | None],
    meanwhile: Callable[[], object] = bool,
) -> Dump:
    """Load a dump as `load` does; `before_live` is called with the process of the crash if the values will be live.

    If it returns a module, the classes and functions of `__main__` are those in it.  `meanwhile` is called while the
    process that tries inert values starts.
    """
    with Reader(find(path)) as reader:
        is_signed = trust is not False and reader.is_signed_by(read_key())
        if trust and not is_signed and not config.silent:
            sys.stderr.write(printable(f"tibidi: {reader.path} {UNSIGNED}") + "\n")
        live = is_signed if trust is None else trust
        main = before_live(reader.summary.process) if live else None
        loading = _Loading(reader, live=live, main=main)
        meanwhile()
        return loading.dump()


class _Loading:
    """Combines the summary and the values of one dump."""

    def __init__(self, reader: Reader, live: bool, main: ModuleType | None) -> None:
        self.reader = reader
        self.live = live
        self.sources: dict[str, str] = {}
        # This starts a process, which works meanwhile.
        self.values = ValuesReader(live=live, sources=self.sources, members=self._members, main=main)
        self.found: dict[str, object] = {}
        self.problems: list[Omission] = []
        self.prepared = ""

    def dump(self) -> Dump:
        self._read()
        summary, reader = self.reader.summary, self.reader
        exceptions = tuple(self._exception(n, record) for n, record in enumerate(summary.exceptions))
        point_to_objects(exceptions, self.values.namespaces.values())
        return Dump(
            summary,
            path=reader.path,
            live=self.live,
            exceptions=exceptions,
            threads=tuple(
                DumpedThread(record, self._frames(f"threads[{n}]", record.frames))
                for n, record in enumerate(summary.threads)
            ),
            tasks=tuple(DumpedTask(r, self._frames(f"tasks[{n}]", r.frames)) for n, r in enumerate(summary.tasks)),
            modules=self._modules(),
            omissions=(*summary.omissions, *reader.damage, *self.problems, *self.values.problems),
            sources=reader.sources,
            prepared=self.prepared,
            test=summary.test and summary.test._replace(**self._extras(summary.test)),
        )

    def _read(self) -> None:
        try:
            self.sources.update(self.reader.sources)
            if self.live:
                environment = self.reader.summary.process.environment
                if "DJANGO_SETTINGS_MODULE" in environment:
                    from tibidi.reading.frameworks import set_up  # few programs use it

                    self.prepared = set_up(environment, self.problems)
            self._load_values()
        finally:
            self.values.finish()

    def _load_values(self) -> None:
        """Load every pickle in turn; a damaged one is lost alone if the size of its memo is known."""
        with Progress("loading", silent=config.silent) as progress:
            for name, file, before in self.reader.values(progress.advance):
                try:
                    paths, value = self.values.load(file, before)
                except LostMemo as error:
                    self.problems.append(Omission("values", DAMAGED, f"{name} and all values after it: {error}"))
                    return
                except DamagedDump as error:
                    self._lose(name, error)
                    continue
                self.found.update(dict.fromkeys(paths, value))

    def _members(self) -> Iterator[BinaryIO]:
        """Yield the pickles from the first one on."""
        return (file for _, file, _ in self.reader.values())

    def _lose(self, name: str, error: DamagedDump) -> None:
        """List what is in a pickle that cannot be read."""
        reason = getattr(error, "reason", DAMAGED)
        detail = f"{name} cannot be read: {error}" + (f"; {error.hint}" if reason != DAMAGED else "")
        paths = self.reader.index.members.get(name) or ("values",)
        self.problems.extend(Omission(path, reason, detail) for path in paths)

    def _extras(self, test: FailedTest) -> dict[str, Any]:
        """Return the values of the fixtures and the parameters of a test."""
        extras: dict[str, Any] = {name: self.found.get(f"test.{name}") for name in ("fixtures", "params")}
        for name, values in extras.items():
            extras[name] = values if isinstance(values, dict) else {}
            _add_previews(extras[name], getattr(test, name))
        return extras

    def _exception(self, number: int, record: ExceptionRecord) -> DumpedException:
        path = f"exceptions[{number}]"
        value = self.found.get(f"{path}.exception")
        exception = value if isinstance(value, BaseException) else None
        return DumpedException(record, self._frames(path, record.frames), exception)

    def _frames(self, path: str, records: Iterable[FrameRecord]) -> list[DumpedFrame]:
        return [self._frame(f"{path}.frames[{number}]", record) for number, record in enumerate(records)]

    def _frame(self, path: str, record: FrameRecord) -> DumpedFrame:
        variables = self.found.get(f"{path}.locals")
        # Without an index the globals are those of the module that the frame names.
        key = self.reader.index.globals.get(path, f"modules[{record.module!r}]")
        namespace = self.values.namespaces.setdefault(key, {"__name__": record.module})
        values = variables if isinstance(variables, dict) else {}
        _add_previews(namespace if record.code.kind == MODULE else values, record.locals)
        return DumpedFrame(record, values, namespace)

    def _modules(self) -> dict[str, dict[str, object]]:
        """Return the globals of each module; called last, as a frame may add those of a lost module."""
        named = ((module_in(path), globals_) for path, globals_ in self.values.namespaces.items())
        return {name: globals_ for name, globals_ in named if name is not None}


def module_in(path: str) -> str | None:
    """Return the name in a path `modules['NAME']`, None for any other path; a pattern takes longer to compile."""
    start, quote, name, end = path[:8], path[8:9], path[9:-2], path[-2:]
    return name if start == "modules[" and quote in {"'", '"'} and end == f"{quote}]" and len(path) > 10 else None


def _add_previews(values: dict[str, object], variables: Mapping[str, Variable]) -> None:
    """Add the preview of each variable whose value is lost."""
    for name, variable in variables.items():
        if name not in values:
            values[name] = Dummy(variable.type, LOST, variable.preview)
