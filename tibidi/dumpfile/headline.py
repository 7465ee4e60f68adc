"""What crashed, in a few hundred bytes at the very start of the file.

Listing a thousand dumps must not inflate a thousand stories, and a crash
must not either when it decides which older dumps may go.
"""

from __future__ import annotations

import json
import os

from tibidi import TYPE_CHECKING
from tibidi.dumpfile import format as fmt
from tibidi.errors import NotADump
from tibidi.process import io
from tibidi.process.records import NamedTuple

if TYPE_CHECKING:
    from typing import TypeVar

    from tibidi.model import Summary

    T = TypeVar("T")


MAX_MESSAGE_CHARACTERS = 200
PEEK_BYTES = fmt.LOCAL.size + len(fmt.SUMMARY) + fmt.MAX_EXTRA_BYTES


class Headline(NamedTuple):
    """One line about a dump.

    `time` is ISO 8601 in UTC; `program` is the first word of the command line;
    `file`, `line` and `name` say where the innermost frame of the crash stood.
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


def headline(summary: Summary) -> Headline:
    """Return the headline of a story."""
    crash = summary.exceptions[-1]
    frame = crash.frames[-1] if crash.frames else None
    return Headline(
        fingerprint=summary.fingerprint[:64],
        time=summary.time,
        type=crash.type[:MAX_MESSAGE_CHARACTERS],
        message=crash.message[:MAX_MESSAGE_CHARACTERS],
        program=summary.process.argv[0][-MAX_MESSAGE_CHARACTERS:] if summary.process.argv else "",
        pid=summary.process.pid,
        file=frame.file[-MAX_MESSAGE_CHARACTERS:] if frame else "",
        line=frame.line if frame else 0,
        name=frame.name[:MAX_MESSAGE_CHARACTERS] if frame else "",
    )


def peek(path: str) -> Headline:
    """Read the headline of the dump at `path`, also of one that is still being written.

    Raises OSError, or NotADump when there is none.
    """
    with io.open(path, "rb", buffering=0) as file:
        start = file.read(PEEK_BYTES) or b""
    return parse(start, path)


def is_ended(path: str) -> bool:
    """Tell whether the dump at `path` has its end: what follows everything else in an archive; raises OSError."""
    with io.open(path, "rb", buffering=0) as file:
        file.seek(-min(fmt.END.size, os.fstat(file.fileno()).st_size), os.SEEK_END)
        return (file.read(fmt.END.size) or b"").startswith(fmt.END_MAGIC)


def parse(start: bytes, path: str) -> Headline:
    """Read the headline from the first bytes of a dump; `path` is for the message of NotADump."""
    fields = note(start)
    if "time" not in fields:
        raise NotADump(f"not a dump: {path} starts with {start[:8]!r}")
    # A stranger may have written it: what is not of the default's type is not taken.
    defaults = Headline()._asdict()
    return Headline(*(_same_type(fields.get(name), default) for name, default in defaults.items()))


def _same_type(value: object, default: T) -> T:
    return value if type(value) is type(default) else default


def note(header: bytes) -> dict[str, object]:
    """Return what a local header (whole, with name and extra field) notes of its member, {} for nothing."""
    if len(header) < fmt.LOCAL.size or not header.startswith(fmt.LOCAL_MAGIC):
        return {}
    *_, name_length, extra_length = fmt.LOCAL.unpack_from(header)
    start = fmt.LOCAL.size + name_length
    return note_of(header[start : start + extra_length])


def note_of(extra: bytes) -> dict[str, object]:
    """Return the JSON in an extra field of ours, {} where there is none."""
    if len(extra) < fmt.EXTRA.size:
        return {}
    identifier, length = fmt.EXTRA.unpack_from(extra)
    if identifier != fmt.EXTRA_ID or length > len(extra) - fmt.EXTRA.size:
        return {}
    try:
        value = json.loads(extra[fmt.EXTRA.size : fmt.EXTRA.size + length])
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
