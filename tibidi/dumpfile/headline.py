"""Read what crashed from the first few hundred bytes of a dump.

Listing a thousand dumps must not inflate a thousand summaries, and neither
must a crash, when it decides which older dumps to delete.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.dumpfile import format as fmt
from tibidi.errors import NotADump
from tibidi.process import io
from tibidi.process.records import NamedTuple

if TYPE_CHECKING:
    from typing import Any, BinaryIO

PEEK_BYTES = fmt.LOCAL.size + len(fmt.SUMMARY) + fmt.MAX_EXTRA_BYTES


class Headline(NamedTuple):
    """One line about a dump.

    `time` is ISO 8601 in UTC; `program` is the first word of the command line; `kind` is that of the summary, `file`,
    `line` and `name` are those of the innermost frame of the crash.  `cause` is the type of the exception that caused
    it, if another one did; `own_file`, `own_line` and `own_name` are those of the innermost frame of own code in the
    root cause, where there is one (dumps of tibidi 1.0 have none).  `test` is the node id of the test that failed, if
    it was one.
    """

    fingerprint: str = ""
    time: str = ""
    type: str = ""
    message: str = ""
    program: str = ""
    pid: int = 0
    file: str = ""
    line: int = 0
    name: str = ""
    cause: str = ""
    own_file: str = ""
    own_line: int = 0
    own_name: str = ""
    kind: str = "crash"
    test: str = ""


def peek(path: str) -> Headline:
    """Read the headline of the dump at `path`, which may still be incomplete.

    Raises OSError, or NotADump if it has none.
    """
    with io.open(path, "rb", buffering=0) as file:
        return headline_of(file, path)


def headline_of(file: BinaryIO, path: str) -> Headline:
    """Read the headline of an open dump; raise NotADump, which names `path`, if it has none."""
    start = file.read(PEEK_BYTES) or b""
    fields: Any = note(start)
    if "time" not in fields:
        raise NotADump(f"not a dump: {path} starts with {start[:8]!r}")
    # The file is not trusted: a field of another type than its default is ignored.
    defaults = Headline()._asdict()
    return Headline(**{name: fields[name] for name in defaults if type(fields.get(name)) is type(defaults[name])})


def peek_or_nothing(path: str) -> Headline:
    """Read the headline of the dump at `path`; an empty one if it cannot be read."""
    try:
        return peek(path)
    except (OSError, NotADump):
        return Headline()


def note(header: bytes) -> dict[str, object]:
    """Return the note in a whole local header, with name and extra field; {} if there is none."""
    if len(header) < fmt.LOCAL.size or not header.startswith(fmt.LOCAL_MAGIC):
        return {}
    *_, name_length, extra_length = fmt.LOCAL.unpack_from(header)
    start = fmt.LOCAL.size + name_length
    return note_of(header[start : start + extra_length])


def note_of(extra: bytes) -> dict[str, object]:
    """Return the note in an extra field: a JSON object; {} if there is none."""
    if len(extra) < fmt.EXTRA.size:
        return {}
    identifier, length = fmt.EXTRA.unpack_from(extra)
    if identifier != fmt.EXTRA_ID or length > len(extra) - fmt.EXTRA.size:
        return {}
    import json  # a crash only needs it where there are too many dumps

    try:
        value = json.loads(extra[fmt.EXTRA.size : fmt.EXTRA.size + length])
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
