"""The culprit of a crash: the exception that caused it, and the innermost frame of the application's own code.

Own code is what is not installed: not below the library of an interpreter, a `site-packages` folder or the folder of
the executable.  The working directory and the folder of the program are own even there, up to another `site-packages`
below them (that of a `.venv`), and so is what TIBIDI_OWN names.  Only names are compared, as the files are elsewhere.

A context is a cause only if its handler raised the next exception itself: `except KeyError: return compute(key)`
handles a KeyError that has nothing to do with a crash in `compute`.
"""

from __future__ import annotations

import re

from tibidi import TYPE_CHECKING, config
from tibidi.look.anatomy import STANDARD_MODULES
from tibidi.model import CAUSE, CONTEXT, MEMBER, RAISED, ExceptionRecord, FrameRecord, ProcessRecord, Summary
from tibidi.process.records import NamedTuple
from tibidi.process.texts import unix_path

if TYPE_CHECKING:
    from collections.abc import Sequence


# Where packages are installed and the standard library is: on Unix, in an archive, on Windows.
INSTALLED = r"(?i)/(?:(?:site|dist)-packages|lib(?:64)?/(?:python|pypy)[\d.]+t?|python\d\d+(?:\.zip|/lib))/"

# What pools and clusters chain to an exception, or make of it, in place of the frames that stayed in the worker.
REMOTE = ("RemoteTraceback", "RemoteError", "RayTaskError")


class Culprit(NamedTuple):
    """The index of the root cause, and that of its innermost own frame, else innermost frame; None without frames."""

    exception: int
    frame: int | None


def culprit(exceptions: Sequence[ExceptionRecord], process: ProcessRecord) -> Culprit:
    """Return the culprit of a crash; there is at least one exception."""
    index = root_cause(exceptions)
    frames = exceptions[index].frames
    return Culprit(index, OwnCode(process).innermost(frames) if frames else None)


def subjects(summary: Summary) -> tuple[ExceptionRecord, ...]:
    """Return the exceptions; of a dump without any, one that stands for what happened, in the first thread."""
    if summary.exceptions:
        return summary.exceptions
    title, _, text = (summary.reason or summary.kind).partition(": ")
    frames = summary.threads[0].frames if summary.threads else ()
    return (ExceptionRecord(0, None, RAISED, title, text, frames=frames),)


def cause_and_frame(summary: Summary) -> tuple[ExceptionRecord, FrameRecord | None]:
    """Return the root cause of a crash, and the frame of the culprit in it."""
    exceptions = subjects(summary)
    found = culprit(exceptions, summary.process)
    cause = exceptions[found.exception]
    return cause, None if found.frame is None else cause.frames[found.frame]


def root_cause(exceptions: Sequence[ExceptionRecord]) -> int:
    """Return the index of the exception that caused the last one; in a group, the first member is followed."""
    related = {(record.parent, record.relation): n for n, record in reversed(list(enumerate(exceptions)))}
    index = len(exceptions) - 1
    for _ in exceptions:  # a forged dump may have a loop
        record = exceptions[index]
        member, cause, context = (related.get((record.id, relation)) for relation in (MEMBER, CAUSE, CONTEXT))
        if cause is not None and is_remote(exceptions[cause]):
            cause = None  # the text of a traceback
        if context is not None and not _is_raised_in_handler(record, exceptions[context]):
            context = None
        index = next((found for found in (member, cause, context) if found is not None), index)
    return index


def is_remote(record: ExceptionRecord) -> bool:
    """Return True for what stands for the frames of another process."""
    return any(name in record.type for name in REMOTE)


def _is_raised_in_handler(record: ExceptionRecord, context: ExceptionRecord) -> bool:
    if record.suppress_context or not (record.frames and context.frames):
        return False
    raised, handler = record.frames[-1], context.frames[0]
    return (raised.file, raised.first_line, raised.name) == (handler.file, handler.first_line, handler.name)


class OwnCode:
    """What is the application's own code, and what is installed."""

    def __init__(self, process: ProcessRecord) -> None:
        self._packages = process.packages
        executables = unix_path(process.executable).rpartition("/")[0]
        self._executables = executables and f"{executables}/"
        folders = [process.cwd, *(unix_path(program).rpartition("/")[0] for program in process.argv[:1])]
        self._roots = [root for root in map(_folder, folders) if not _is_installed(root, "$")]

    def has(self, frame: FrameRecord) -> bool:
        """Return True if a frame runs own code."""
        file, package = unix_path(frame.file), frame.module.partition(".")[0]
        if any(f"{frame.module}.".startswith(f"{name}.") or file.startswith(_folder(name)) for name in config.own):
            return True
        if not file.startswith("/") and file[1:2] != ":":  # not a file, or one of Cython or of a frozen program
            return package not in STANDARD_MODULES and package.lower().replace("_", "-") not in self._packages
        if self._executables and file.startswith(self._executables):  # a script that an installer wrote
            return False
        return not _is_installed(file[len(next(filter(file.startswith, self._roots), "/")) - 1 :])

    def innermost(self, frames: Sequence[FrameRecord]) -> int:
        """Return the index of the innermost own frame, else of the innermost one; -1 without frames."""
        return next((n for n in range(len(frames) - 1, -1, -1) if self.has(frames[n])), len(frames) - 1)


def _is_installed(path: str, end: str = "") -> bool:
    """Return True if a part of a path, with "$" its last part, is a folder of installed code; most need no `re`."""
    return ("-packages/" in path.lower() or "/py" in path.lower()) and bool(re.search(INSTALLED + end, path))


def _folder(path: str) -> str:
    """Return the prefix of the names of all files in a folder."""
    return unix_path(path).rstrip("/") + "/"
