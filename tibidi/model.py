"""The summary of a crash as plain data: captured, written, read and shown.

Rules: everything in these records is a builtin value, never a live object, frame, module or exception.  So a record
keeps no application object alive, and reading it runs no application code, as with `traceback.TracebackException`. They
are named tuples: creating a dataclass at import takes ten times as long.

`Summary` > `ExceptionRecord` | `ThreadRecord` | `TaskRecord` > `FrameRecord` > `Variable`

Frames are outermost first, as Python prints them; exceptions root cause first, the one that ended the program last.
"""

from __future__ import annotations

from types import MappingProxyType

from tibidi import TYPE_CHECKING
from tibidi.process.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tibidi.history import LogRecord, SwallowedException

# The defaults of mappings: read-only, as a NamedTuple shares its defaults.
NOTHING: Mapping[str, str] = MappingProxyType({})
NO_VARIABLES: Mapping[str, Variable] = MappingProxyType({})
NO_MEMBERS: Mapping[str, tuple[str, ...]] = MappingProxyType({})

MAX_SOURCE_CHARACTERS = 1 << 20  # of a larger file only the lines around those of the frames are captured

# What a dump is of.
CRASH = "crash"  # an exception that was not handled
EXIT = "exit"  # an exit with an error: SystemExit, or os._exit()
SNAPSHOT = "snapshot"  # a process that went on
NATIVE = "native"  # a signal such as SIGSEGV
KILLED = "killed"  # a signal that no process can catch

# Why an exception is in the summary.
RAISED = "raised"  # it ended the program, or was passed to dump_exception
CAUSE = "cause"  # __cause__ of its parent: "raise ... from ..."
CONTEXT = "context"  # __context__ of its parent: raised while handling it
MEMBER = "member"  # a member of its parent, an exception group
RELATIONS = (RAISED, CAUSE, CONTEXT, MEMBER)

# How the code of a frame keeps its variables.
FUNCTION = "function"  # fast locals
MODULE = "module"  # f_locals is f_globals
MAPPING = "mapping"  # a separate namespace: class bodies, exec() with two dicts
KINDS = (FUNCTION, MODULE, MAPPING)
# Flags of code (Include/code.h): it has the variables of a function, which are in no dictionary; *args; **kwargs.
CO_OPTIMIZED, CO_VARARGS, CO_VARKEYWORDS = 0x1, 0x4, 0x8


class Table(NamedTuple):
    """The beginning of a table or array for display: its title, and rows of cells, the column names first."""

    title: str
    rows: tuple[tuple[str, ...], ...]


class Variable(NamedTuple):
    """One variable for display: the name of its type and a bounded preview, of a table also its first rows."""

    type: str
    preview: str
    table: Table | None = None


class CodeRecord(NamedTuple):
    """The part of a code object that reviving needs, under CPython's names.

    `varnames` has the parameters only, in the order of `co_varnames`: positional, keyword-only, *args, **kwargs.
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

    Lines count from 1, columns are UTF-8 byte offsets from 0 as in `co_positions()`; unknown values are None (columns
    need Python 3.11).  `module` is `__name__` of the frame's globals.
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
    """One exception of the chain or tree; `parent` is the id of the exception it belongs to.

    `raise ... from None` sets `suppress_context`: Python does not print the context then, but the summary has it.
    `attributes` has what it holds besides its message: several `args`, fields of its type, and what was set on it.
    """

    id: int
    parent: int | None
    relation: str
    type: str
    message: str
    notes: tuple[str, ...] = ()
    suppress_context: bool = False
    frames: tuple[FrameRecord, ...] = ()
    attributes: Mapping[str, Variable] = NO_VARIABLES


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
    """The process that crashed; `tibidi.present.vitals` parses `vitals`, the raw texts of what it has used."""

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
    vitals: Mapping[str, str] = NOTHING


class FailedTest(NamedTuple):
    """The test that failed: its node id, the phase (setup, call, teardown, collect), and what belongs to it.

    `captured` has the last of what it wrote, by stream and phase: `stdout call`, `log setup`.
    """

    id: str
    phase: str = ""
    fixtures: Mapping[str, Variable] = NO_VARIABLES
    params: Mapping[str, Variable] = NO_VARIABLES
    captured: Mapping[str, str] = NOTHING


class Omission(NamedTuple):
    """Something that is missing from the dump: where, why, and what is known of it.

    `path` is a Python expression on the loaded dump, for example
    `exceptions[0].frames[2].locals['big'].rows[3]`; `reason` is one of the
    constants below; `detail` is for people.

    >>> [omission.path for omission in tibidi.load("traceback.pkl").omissions]
    []
    """

    path: str
    reason: str
    detail: str = ""

    @property
    def here(self) -> bool:
        """Return True if it is in the dump, and only could not be rebuilt on this machine."""
        return self.reason in {FAILED_HERE, MISSING_HERE}


# Reasons of omissions.
ILLEGAL = "illegal"  # a type that cannot be pickled, or rejected by config.islegal
FAILED = "failed"  # code of the object raised while it was pickled or previewed
TIMEOUT = "timeout"  # it did not finish in time
TOO_LARGE = "too large"  # it did not fit into the size of a dump
TOO_DEEP = "too deep"  # nested deeper than the interpreter can follow
LAZY = "lazy"  # reading it would have run a query or a request
REDACTED = "redacted"  # a secret
DAMAGED = "damaged"  # the file is damaged or cut there
SCRUBBED = "scrubbed"  # left out on request, before the dump was given away
SEALED = "sealed"  # encrypted
UNAVAILABLE = "unavailable"  # not found at the crash: a source file, for example
# These are never in a file: the dump has the value, but it could not be rebuilt where it is loaded.
FAILED_HERE = "failed here"  # code raised
MISSING_HERE = "missing here"  # a module, or a name in it, is not here or has moved

REDACTED_TEXT = "<redacted>"  # replaces a secret text


class Index(NamedTuple):
    """The result of pass two: `values/index.json` as an object.

    `members` maps the name of each pickle to the paths that it is for, `globals` the path of a frame to that of its
    globals.  It is written last; a file that was cut before is readable without: each pickle begins with its paths, and
    by default the globals of a frame are those of the module that it names.
    """

    complete: bool = False
    members: Mapping[str, tuple[str, ...]] = NO_MEMBERS
    globals: Mapping[str, str] = NOTHING
    omissions: tuple[Omission, ...] = ()


class Summary(NamedTuple):
    """Everything about a crash but the values: `summary.json` as an object.

    `kind` is one of the constants above.  Without an exception, `reason` says in `title: text` what happened, and the
    first thread is the one to look at.  `complete` is True if neither the deadline nor the size limit nor the death of
    the process cut the dump short; `omissions` lists every gap, also in a complete dump.  `fingerprints` has those by
    the rules of older versions, `scrubbed` what was left out on request; `log` and `swallowed` are in the order of
    time.
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
    kind: str = CRASH
    reason: str = ""
    fingerprints: Mapping[str, str] = NOTHING
    scrubbed: tuple[str, ...] = ()
    test: FailedTest | None = None
    log: tuple[LogRecord, ...] = ()
    swallowed: tuple[SwallowedException, ...] = ()

    def frames(self) -> list[FrameRecord]:
        """Return the frames of all stacks."""
        groups = (self.exceptions, self.threads, self.tasks)
        return [frame for group in groups for record in group for frame in record.frames]
