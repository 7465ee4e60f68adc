"""Write values and load them back, through a real archive, in this process."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from tibidi.dumpfile import members as zipped
from tibidi.dumpfile.writer import Archive
from tibidi.look.frames import EXCEPTION, GLOBALS, LOCALS, Root
from tibidi.reading.unpickler import ValuesReader
from tibidi.redaction import Redactor
from tibidi.writing.values import write_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from tibidi.model import Omission


class Loaded(NamedTuple):
    """The loaded values."""

    values: dict[str, Any]
    omissions: list[Omission]
    complete: bool
    size: int
    reader: ValuesReader

    @property
    def locals(self) -> dict[str, Any]:
        """The variables of the only frame, or of the first."""
        return self.values["exceptions[0].frames[0].locals"]

    def reasons(self) -> dict[str, str]:
        """The reason of each omission by its path."""
        return {omission.path: omission.reason for omission in self.omissions}


class RoundTrip:
    """Write frames (dictionaries of locals), exceptions and globals, and load them."""

    def __init__(self) -> None:
        self.seconds = 20.0
        self.max_bytes = 64 << 20
        self.redactor = Redactor()
        self.islegal: Callable[[object], bool] | None = None
        self.sources: dict[str, str] = {}
        self.live = True

    def __call__(self, *frames: dict[str, Any], exception: BaseException | None = None, **modules: Any) -> Loaded:
        """Write and load."""
        return self._load(*self.write(*frames, exception=exception, **modules))

    def write(
        self, *frames: dict[str, Any], exception: BaseException | None = None, **modules: Any
    ) -> tuple[io.BytesIO, Any]:
        """Return the archive, and the outcome of writing it."""
        roots = [Root((f"exceptions[0].frames[{n}].locals",), LOCALS, frame) for n, frame in enumerate(frames)]
        if exception is not None:
            roots.append(Root(("exceptions[0].exception",), EXCEPTION, exception))
        roots.extend(Root((f"modules[{name!r}]",), GLOBALS, namespace) for name, namespace in modules.items())
        file = io.BytesIO()
        archive = Archive(file)
        outcome = write_values(
            roots,
            archive,
            deadline=time.monotonic() + self.seconds,
            max_bytes=self.max_bytes,
            redactor=self.redactor,
            islegal=self.islegal,
            debug=True,
        )
        archive.finish(None)
        members, _ = zipped.scan(file, len(file.getvalue()))
        assert [member.name for member in members] == [name for name, _ in outcome.members]
        return file, outcome

    def _load(self, file: io.BytesIO, outcome: Any) -> Loaded:
        reader = ValuesReader(live=self.live, sources=self.sources)
        size = len(file.getvalue())
        return Loaded(self.read(file, reader), outcome.omissions, outcome.complete, size, reader)

    def read(self, file: io.BytesIO, reader: ValuesReader) -> dict[str, Any]:
        """Return the values of an archive by path."""
        members, _ = zipped.scan(file, len(file.getvalue()))
        values: dict[str, Any] = {}
        for member in members:
            paths, value = reader.load(io.BytesIO(b"".join(zipped.chunks(file, member))))
            values.update(dict.fromkeys(paths, value))
        reader.finish()
        return values
