"""Dumps as they arrive: gzipped or zipped by a mail program, or on stdin; each is copied to a private file.

The copy is deleted when the process ends.
"""

from __future__ import annotations

import atexit
import os
import sys
import zlib

from tibidi.errors import NotADump
from tibidi.process.hints import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import zipfile

STDIN = "-"
GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
FIRST_MEMBER = b"summary.json"
NAME_OFFSET = 30  # of the name of the first member of a ZIP archive (APPNOTE.TXT, 4.3.7)
MAX_LEVELS = 3  # of gzip in gzip; there are files that unpack to themselves
MAX_BYTES = 1 << 30  # of an unpacked dump, or of one that is read as a whole; the default limit of a dump is 64 MiB
CHUNK_BYTES = 1 << 20
METHODS = (0, 8)  # stored and deflated; a few bytes can have LZMA ask for 4 GiB
MAX_FILES = 1000  # of an archive, that are looked at

copies: set[str] = set()  # the paths of the private files

# ValueError: names that are no UTF-8, numbers of other systems.
UNPACKING_ERRORS = (OSError, EOFError, ValueError, zlib.error, RuntimeError, NotImplementedError)


def unpacked(path: str, levels: int = MAX_LEVELS) -> str:
    """Return the path of a dump; of a file that holds a packed dump, or of stdin, that of a private copy.

    Raises NotADump for an empty file, an archive without a dump, and one that is damaged or too large.
    """
    if path == STDIN:
        return unpacked(_copy(sys.stdin.buffer, "stdin"), levels)
    try:
        with open(path, "rb", opener=_opener) as file:
            start = file.read(NAME_OFFSET + len(FIRST_MEMBER))
            is_regular = file.seekable()
    except OSError:  # the reader says what is wrong
        return path
    if is_regular and not start:
        raise NotADump(f"not a dump: {path} is empty", "copy it again: the transfer may have failed")
    try:
        if start.startswith(GZIP) and levels:
            import gzip  # this, `zipfile` and `tempfile` take 10 ms, and few dumps are packed

            with gzip.open(path) as file:
                return unpacked(_copy(file, path), levels - 1)
        if start.startswith(ZIP) and start[NAME_OFFSET:] != FIRST_MEMBER:
            return _from_zip(path)
    except UNPACKING_ERRORS as error:
        raise NotADump(f"not a dump: {path} cannot be unpacked: {error}") from None
    return path


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # opening a pipe could block for ever


def _from_zip(path: str) -> str:
    """Copy the dump in a ZIP archive, which must be its only one."""
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            names = [each for each in archive.infolist()[:MAX_FILES] if _is_dump(archive, each)]
            if len(names) != 1:
                names_shown = ", ".join(each.filename for each in names[:5])
                problem = f"it has {len(names)} dumps: {names_shown}" if names else "no file in it is a dump"
                raise NotADump(f"{path} is a ZIP archive, but {problem}", "unpack it, and name the dump")
            with archive.open(names[0]) as file:
                return _copy(file, path)
    except zipfile.BadZipFile as error:
        raise ValueError(error) from None


def _is_dump(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    if member.compress_type not in METHODS:
        return False
    with archive.open(member) as file:
        start = file.read(NAME_OFFSET + len(FIRST_MEMBER))
    return start.startswith(ZIP) and start[NAME_OFFSET:] == FIRST_MEMBER


def _copy(source: Any, name: str) -> str:
    import shutil
    import tempfile

    folder = tempfile.mkdtemp(prefix="tibidi-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = os.path.join(folder, "dump.pkl")
    copies.add(path)
    size = 0
    with open(path, "wb") as target:
        for chunk in iter(lambda: source.read(CHUNK_BYTES), b""):
            if not size and not chunk.startswith((ZIP, GZIP)):
                raise NotADump(f"not a dump: the content of {name} starts with {chunk[:8]!r}")
            size += len(chunk)
            if size > MAX_BYTES:
                raise NotADump(f"not a dump: {name} has more than {MAX_BYTES >> 20} MiB", "")
            target.write(chunk)
    if not size:
        raise NotADump(f"not a dump: {name} is empty")
    return path
