"""Read a dump: the summary, the sources, the raw pickles; never a value.

The file is opened once, so that the verified bytes are the bytes that are used.  Damaged or missing parts become
omissions; only a dump without a summary is an error.
"""

from __future__ import annotations

import io
import os
import stat
from functools import cached_property

from tibidi import TYPE_CHECKING, config
from tibidi.dumpfile import decode
from tibidi.dumpfile import format as fmt
from tibidi.dumpfile import members as zipped
from tibidi.dumpfile.headline import note_of
from tibidi.dumpfile.unpacking import MAX_BYTES
from tibidi.errors import DamagedDump, DumpNotFound, NotADump
from tibidi.model import DAMAGED, Index, Omission, Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from tibidi.dumpfile.members import Member

# The densest JSON takes about 25 times its size in memory.
MAX_TEXT_BYTES = 24 << 20  # of one member that is read as a whole
MAX_SOURCES_BYTES = 64 << 20  # of all sources
MAX_SIGNATURE_BYTES = 1 << 10
LARGE_BYTES = 4 << 20  # of a file
MAX_SOURCES = 2_000
MAX_NAME_CHARACTERS = 4_096


class Reader:
    """The dump at `path`, open; a context manager.

    Raises DumpNotFound, NotADump or NewerFormat, and DamagedDump if not even the summary can be read.  `cut` is True if
    the end of the file is missing; `damage` lists the parts found unreadable so far, `is_sealed` is True for a sealed
    dump, which is read as the one in it if TIBIDI_IDENTITY opens it.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self.damage: list[Omission] = []
        self._file = opened(self.path)
        try:
            self._members, self.cut = self._scan()
            self.is_sealed = fmt.SEALED in self._members
            if self.is_sealed and config.identity:
                self._unseal(config.identity)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @cached_property
    def summary(self) -> Summary:
        """The summary, with `complete` and `omissions` updated from the index."""
        summary = decode.summary_from_json(decode.loads(self.content(fmt.SUMMARY, MAX_TEXT_BYTES), fmt.SUMMARY))
        # Omissions that both passes met are in both lists.
        omissions = dict.fromkeys((*summary.omissions, *self.index.omissions))
        if self.cut:
            detail = f"the file ends within or after {list(self._members)[-1]}: everything after that is missing"
            omissions[Omission("values", DAMAGED, detail)] = None
        return summary._replace(complete=self.index.complete and not self.cut, omissions=tuple(omissions))

    @cached_property
    def index(self) -> Index:
        """The index; empty if it cannot be read."""
        if fmt.INDEX not in self._members:
            return Index()
        try:
            return decode.index_from_json(decode.loads(self.content(fmt.INDEX, MAX_TEXT_BYTES), fmt.INDEX))
        except DamagedDump as error:
            self._lose("values", error)
            return Index()

    @cached_property
    def sources(self) -> dict[str, str]:
        """The text of each file on a captured stack, by its name in the frames."""
        texts: dict[str, str] = {}
        room = MAX_SOURCES_BYTES
        for member in self._members.values():
            name = note_of(member.extra).get("file")
            if not member.name.startswith(fmt.SOURCES) or not isinstance(name, str):
                continue
            if len(texts) >= MAX_SOURCES or len(name) > MAX_NAME_CHARACTERS:
                where = f"sources[{name[:MAX_NAME_CHARACTERS]!r}]"
                self._lose(where, DamagedDump("too many sources, or its name is too long"))
                break
            try:
                content = self.content(member.name, room)
                room -= len(content)
                texts[name] = content.decode("utf-8", "surrogatepass")
            except (DamagedDump, UnicodeDecodeError) as error:
                self._lose(f"sources[{name!r}]", error)
        return texts

    def values(self, on_read: Callable[[int], None] | None = None) -> Iterator[tuple[str, BinaryIO, object]]:
        """Yield name and content of each pickle, in the order in which they have to be loaded.

        The third is the number of objects in all pickles before it, None in dumps of tibidi 1.0; a stranger may have
        written anything there.  `on_read` is called with the number of bytes after each read.
        """
        for member in self._members.values():
            if member.name.startswith(fmt.VALUES) and member.name != fmt.INDEX:
                content = io.BufferedReader(MemberFile(self._file, member, on_read), zipped.CHUNK_BYTES)
                yield member.name, content, note_of(member.extra).get("memo")

    @property
    def has_signature(self) -> bool:
        """True if somebody signed the file; `is_signed_by` says whether a key did."""
        return fmt.SIGNATURE in self._members

    def is_signed_by(self, key: bytes | None) -> bool:
        """Return True if there is a key, and the file is unchanged since it was signed with it.

        In that case all later reads are from the private copy that was checked, so that nobody can replace the content.
        """
        if key is None or self.cut or list(self._members)[-1] != fmt.SIGNATURE:
            return False
        from _operator import _compare_digest as compare_digest  # `hmac` loads OpenSSL, in 2 ms

        from tibidi.dumpfile.encode import sign

        copy = _private_copy(self._file)
        try:
            signature = b"".join(zipped.chunks(copy, self._members[fmt.SIGNATURE], MAX_SIGNATURE_BYTES))
        except DamagedDump:
            signature = b""
        signed = [_statement(copy, member) for member in self._members.values() if member.name != fmt.SIGNATURE]
        is_valid = compare_digest(sign(key, signed), signature)
        if copy is not self._file:
            (self._file if is_valid else copy).close()
        self._file = copy if is_valid else self._file
        return is_valid

    def _unseal(self, identity: str) -> None:
        """Go on with the dump that is sealed in this one, which is never written to a disk."""
        from tibidi.dumpfile.sealing import unseal

        plain = unseal(self.content(fmt.SEALED), identity)
        self._file.close()
        self._file = io.BytesIO(plain)
        self._members, self.cut = self._scan()

    def _scan(self) -> tuple[dict[str, Member], bool]:
        length = self._file.seek(0, io.SEEK_END)
        members, cut = zipped.scan(self._file, length)
        if not members:
            self._file.seek(0)
            start = self._file.read(fmt.LOCAL.size + len(fmt.SUMMARY))
            if start.startswith(fmt.LOCAL_MAGIC) and start.endswith(fmt.SUMMARY.encode()):
                raise DamagedDump(f"{self.path} ends within its summary")
            raise NotADump(f"not a dump: {self.path} starts with {start[:8]!r}")
        if members[0].name != fmt.SUMMARY:
            raise NotADump(f"not a dump: {self.path} is a ZIP archive that begins with {members[0].name}")
        if not members[0].whole:
            raise DamagedDump(f"{self.path} ends within its summary")
        return {member.name: member for member in members}, cut

    def members(self) -> Iterator[Member]:
        """Yield where each member is, in the order of the file."""
        yield from self._members.values()

    def whole(self) -> io.BytesIO:
        """Return the dump as a file in memory; of a sealed one that was opened, in plaintext."""
        return io.BytesIO(whole_of(self._file, self.path))

    def content(self, name: str, limit: int = fmt.MAX_MEMBER_BYTES) -> bytes:
        """Return the content of a member as a whole; raise DamagedDump if it is missing, damaged or too long."""
        if name not in self._members:
            raise DamagedDump(f"{name} is missing")
        limit = min(limit, MAX_TEXT_BYTES) if name.startswith(fmt.SOURCES) else limit
        return b"".join(zipped.chunks(self._file, self._members[name], limit))

    def _lose(self, path: str, error: Exception) -> None:
        self.damage.append(Omission(path, DAMAGED, str(error)))


def opened(path: str) -> BinaryIO:
    """Open a regular file; opening a pipe, for example, could block for ever."""
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise DumpNotFound(f"cannot open {path}: {error.strerror}") from None
    mode = os.fstat(number).st_mode
    if stat.S_ISREG(mode):
        return open(number, "rb")
    os.close(number)
    if stat.S_ISDIR(mode):
        raise NotADump(f"not a dump: {path} is a folder", f"list its dumps with: python -m tibidi list {path}")
    raise NotADump(f"not a dump: {path} is not a regular file")


def whole_of(file: BinaryIO, path: str) -> bytes:
    """Return the content of an open file; raise NotADump if it is larger than a dump."""
    size = file.seek(0, io.SEEK_END)
    if size > MAX_BYTES:
        raise NotADump(f"not a dump: {path} has more than {MAX_BYTES >> 20} MiB")
    file.seek(0)
    return file.read(size)  # so much memory is taken at once


def _private_copy(file: BinaryIO) -> BinaryIO:
    """Return a copy of a file that other processes cannot reach: in memory, or an unnamed file if large."""
    if isinstance(file, io.BytesIO):
        return file
    length = file.seek(0, io.SEEK_END)
    file.seek(0)
    if length <= LARGE_BYTES:
        return io.BytesIO(file.read(length))
    import shutil  # with tempfile 3 ms, and only large dumps need it
    import tempfile

    copy = tempfile.TemporaryFile()  # noqa: SIM115 - it replaces the file
    shutil.copyfileobj(file, copy, zipped.CHUNK_BYTES)
    return copy


def _statement(file: BinaryIO, member: Member) -> bytes:
    from tibidi.dumpfile.encode import statement
    from tibidi.process.digest import digest_for

    digest = digest_for(member.packed)
    for chunk in zipped.packed_chunks(file, member):
        digest.update(chunk)
    return statement(member.name.encode(), member.extra, (member.method, member.crc, member.size), digest.hexdigest())


class MemberFile(io.RawIOBase):
    """The content of one member as a file; `readinto` raises DamagedDump."""

    def __init__(self, file: BinaryIO, member: Member, on_read: Callable[[int], None] | None = None) -> None:
        super().__init__()
        self._on_read = on_read
        self._file = file
        self._member = member
        self.seek(0)

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True: `seek` can go back to the beginning."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go back to the beginning; no other position is supported."""
        if offset != 0 or whence != os.SEEK_SET:
            raise io.UnsupportedOperation("a member is read from its beginning")
        self._chunks = zipped.chunks(self._file, self._member)
        self._rest = b""
        return 0

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # mypy has Buffer, 3.12+
        """Read available bytes into `buffer`; return their number, 0 at the end."""
        self._rest = self._rest or next(filter(None, self._chunks), b"")
        length = min(len(buffer), len(self._rest))
        buffer[:length] = self._rest[:length]
        self._rest = self._rest[length:]
        if self._on_read is not None:
            self._on_read(length)
        return length
