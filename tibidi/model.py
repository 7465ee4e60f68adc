"""The story of a crash as plain data: what is captured, written, read and shown.

Rules
-----
Everything in these records is a builtin value, never a live object, frame,
module or exception, so that keeping a record keeps nothing of the
application alive and looking at one runs no code of it.  The idea is that of
`traceback.TracebackException`: capture into an intermediary form, so that
no references are held, and let any number of readers work on that.

They are named tuples, as making a dataclass at import costs ten times as much
(the dump of a small program would take a fifth longer).

`Summary` > `ExceptionRecord` | `ThreadRecord` | `TaskRecord` > `FrameRecord` > `Variable`

Frames are outermost first, as Python prints them.  Exceptions are root cause
first; the one that ended the program is the last.
"""

from __future__ import annotations

from types import MappingProxyType

from tibidi import TYPE_CHECKING
from tibidi.process.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

# The default of every mapping: a NamedTuple shares its defaults, so they must not change.
NOTHING: Mapping[str, str] = MappingProxyType({})
NO_VARIABLES: Mapping[str, Variable] = MappingProxyType({})

MAX_SOURCE_CHARACTERS = 1 << 20  # of a larger file only the lines around those of the frames are captured

# How an exception came to be in the story.
RAISED = "raised"  # it ended the program (or was handed to dump_exception)
CAUSE = "cause"  # __cause__ of its parent: "raise ... from ..."
CONTEXT = "context"  # __context__ of its parent: raised while handling it
MEMBER = "member"  # a member of its parent, an exception group
RELATIONS = (RAISED, CAUSE, CONTEXT, MEMBER)

# How the code of a frame keeps its variables.
FUNCTION = "function"  # fast locals
MODULE = "module"  # f_locals is f_globals
MAPPING = "mapping"  # a namespace of its own: class bodies, exec() with two dicts
KINDS = (FUNCTION, MODULE, MAPPING)


class Variable(NamedTuple):
    """One variable as a person sees it: its type's name and a bounded preview."""

    type: str
    preview: str


class CodeRecord(NamedTuple):
    """What reviving needs to know of a code object, named as CPython names it.

    `varnames` are the names of the parameters only, in the order of
    `co_varnames`: positional, keyword-only, *args, **kwargs.
    """

    kind: str = FUNCTION
    varnames: tuple[str, ...] = ()
    argcount: int = 0
    posonlyargcount: int = 0
    kwonlyargcount: int = 0
    flags: int = 0
    freevars: tuple[str, ...] = ()
    cellvars: tuple[str, ...] = ()


class FrameRecord(NamedTuple):
    """One frame of a stack.

    Lines count from 1, columns are UTF-8 byte offsets from 0 as in
    `co_positions()`; what is not known is None (columns need Python 3.11).
    `module` is `__name__` of the frame's globals.
    """

    file: str
    module: str
    name: str
    qualname: str
    line: int
    end_line: int | None = None
    column: int | None = None
    end_column: int | None = None
    first_line: int = 1
    code: CodeRecord = CodeRecord()
    locals: Mapping[str, Variable] = NO_VARIABLES


class ExceptionRecord(NamedTuple):
    """One exception of the chain or tree; `parent` is the id of the one it belongs to.

    `suppress_context` is what `raise ... from None` sets: Python prints no
    context then, and neither do we, but it is in the story all the same.
    """

    id: int
    parent: int | None
    relation: str
    type: str
    message: str
    notes: tuple[str, ...] = ()
    suppress_context: bool = False
    frames: tuple[FrameRecord, ...] = ()


class ThreadRecord(NamedTuple):
    """One thread at the time of the crash, frames outermost first."""

    name: str
    ident: int
    crashed: bool
    daemon: bool
    frames: tuple[FrameRecord, ...] = ()


class TaskRecord(NamedTuple):
    """One asyncio task; its frames are the await chain, outermost coroutine first."""

    name: str
    state: str
    frames: tuple[FrameRecord, ...] = ()


class ProcessRecord(NamedTuple):
    """The process that crashed."""

    pid: int = 0
    ppid: int = 0
    argv: tuple[str, ...] = ()
    executable: str = ""
    cwd: str = ""
    python: str = ""
    implementation: str = ""
    platform: str = ""
    hostname: str = ""
    packages: Mapping[str, str] = NOTHING
    environment: Mapping[str, str] = NOTHING


class Omission(NamedTuple):
    """Something that is not in the dump: where, why, and what is known of it.

    `path` reads like Python from the root of the loaded dump, for example
    `exceptions[0].frames[2].locals['big'].rows[3]`; `reason` is one of the
    constants below; `detail` is for people.
    """

    path: str
    reason: str
    detail: str = ""


# Reasons of omissions.
ILLEGAL = "illegal"  # a type that cannot be pickled, or that config.islegal refused
FAILED = "failed"  # code of the object raised while it was pickled or previewed
TIMEOUT = "timeout"  # it did not finish in time
TOO_LARGE = "too large"  # it did not fit into the size of a dump
TOO_DEEP = "too deep"  # nested deeper than the interpreter can follow
LAZY = "lazy"  # looking at it would have run a query or a request
REDACTED = "redacted"  # a secret
DAMAGED = "damaged"  # it was in the file, which is damaged or cut here
UNAVAILABLE = "unavailable"  # it could not be had: a source file at the crash, a module at the loading
REASONS = (ILLEGAL, FAILED, TIMEOUT, TOO_LARGE, TOO_DEEP, LAZY, REDACTED, DAMAGED, UNAVAILABLE)


REDACTED_TEXT = "<redacted>"  # what stands in the place of a secret text


class Summary(NamedTuple):
    """The whole story: `summary.json` as an object.

    `complete` says that the dump was written to its end: neither the deadline
    nor the size limit nor the death of the process cut it short.  `omissions`
    lists every single gap, also those of a complete dump.
    """

    tibidi: str
    time: str
    process: ProcessRecord
    exceptions: tuple[ExceptionRecord, ...] = ()
    threads: tuple[ThreadRecord, ...] = ()
    tasks: tuple[TaskRecord, ...] = ()
    omissions: tuple[Omission, ...] = ()
    fingerprint: str = ""
    complete: bool = False
    format: int = 1
