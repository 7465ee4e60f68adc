"""Find the members of a dump front to back, by their local headers alone.

Whole and cut files are read in the same way, and there is one source of truth: the central directory, which could
contradict the headers, is not read. The file is not trusted: a member must start after the previous one, lie inside
the file and have a known name, and no name may occur twice.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from tibidi.dumpfile import format as fmt
from tibidi.errors import DamagedDump
from tibidi.process.hints import Any
from tibidi.process.records import NamedTuple

CHUNK_BYTES = 64 << 10

NAMES = frozenset({fmt.SUMMARY, fmt.TRACEBACK, fmt.INDEX, fmt.SIGNATURE, fmt.SEALED})


class Member(NamedTuple):
    """Where a member lies in the file.

    `start` and `packed` are the offset and length of its packed bytes; `whole` is False for the last member of a cut
    file, whose `size` and `crc` are not known.
    """

    name: str
    extra: bytes
    method: int
    start: int
    packed: int
    size: int
    crc: int
    whole: bool


def scan(file: Any, length: int) -> tuple[list[Member], bool]:
    """Return the members in `file`, which is `length` bytes long, and True if it is cut.

    A file is cut if its last member or the central directory is incomplete.
    """
    members: list[Member] = []
    names = set()
    offset = 0
    while len(members) <= fmt.MAX_MEMBERS:
        file.seek(offset)
        header = file.read(fmt.LOCAL.size)
        if header.startswith((fmt.CENTRAL_MAGIC, fmt.END_MAGIC)):
            return members, not is_ended(file, length)
        if len(header) < fmt.LOCAL.size or not header.startswith(fmt.LOCAL_MAGIC):
            return members, True
        member = _member(file, header, offset, length)
        if member is None or member.name in names:
            return members, True
        members.append(member)
        names.add(member.name)
        if not member.whole:
            return members, True
        offset = member.start + member.packed
    raise DamagedDump(f"more than {fmt.MAX_MEMBERS} members")


def _member(file: Any, header: bytes, offset: int, length: int) -> Member | None:
    """Read one local header; return None if it does not describe a member of a dump."""
    _, _, flags, method, _, _, crc, packed, size, name_length, extra_length = fmt.LOCAL.unpack(header)
    if extra_length > fmt.MAX_EXTRA_BYTES + fmt.EXTRA.size or method not in (fmt.STORED, fmt.DEFLATED):
        return None
    tail = file.read(name_length + extra_length)
    start = offset + fmt.LOCAL.size + name_length + extra_length
    name = tail[:name_length].decode("utf-8", "replace")
    if start > length or not is_known(name):
        return None
    whole = not flags & fmt.UNFINISHED and packed <= length - start
    if not whole:
        packed, size, crc = length - start, 0, 0
    return Member(name, tail[name_length:], method, start, packed, size, crc, whole)


def is_known(name: str) -> bool:
    """Return True if a member of a dump may have this name; without `re`, which would take longer than the rest."""
    folder, _, rest = name.partition("/")
    if folder == "sources":
        parts = rest.split("/")
        return parts[0] != "" and min(rest) >= " " and not {":", "\\"} & {*rest} and not {".", ".."} & {*parts}
    number = rest.removesuffix(".pkl")
    if folder == "values" and number != rest:
        return 4 <= len(number) <= 9 and number.isascii() and number.isdigit()
    return name in NAMES


def is_ended(file: Any, length: int) -> bool:
    """Return True if `file`, which is `length` bytes long, ends as a ZIP archive does."""
    file.seek(max(0, length - fmt.END.size))
    return bool(file.read(fmt.END.size).startswith(fmt.END_MAGIC))


def packed_chunks(file: Any, member: Member) -> Iterator[bytes]:
    """Yield the packed bytes of a member."""
    offset, left = member.start, member.packed
    while left:
        file.seek(offset)
        chunk = file.read(min(left, CHUNK_BYTES))
        if not chunk:
            return
        offset += len(chunk)
        left -= len(chunk)
        yield chunk


def chunks(file: Any, member: Member, limit: int = fmt.MAX_MEMBER_BYTES) -> Iterator[bytes]:
    """Yield the content of a member in chunks, of a cut member as far as it goes.

    Raises DamagedDump as soon as the content is longer than `limit` or than the header says or cannot be inflated, and
    at the end if its length or checksum is wrong: so the content must not be used before the end.
    """
    if member.size > limit:
        raise DamagedDump(f"{member.name} claims {member.size} bytes, at most {limit} are read")
    size = crc = 0
    for chunk in _unpacked(file, member):
        size += len(chunk)
        if size > (member.size if member.whole else limit):
            raise DamagedDump(f"{member.name} is longer than {'its header says' if member.whole else f'{limit} bytes'}")
        crc = zlib.crc32(chunk, crc)
        yield chunk
    if member.whole and (size, crc) != (member.size, member.crc):
        raise DamagedDump(f"{member.name} is damaged: its checksum is wrong")


def _unpacked(file: Any, member: Member) -> Iterator[bytes]:
    if member.method == fmt.STORED:
        yield from packed_chunks(file, member)
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for packed in packed_chunks(file, member):
            data = packed
            while data and not inflate.eof:
                yield inflate.decompress(data, CHUNK_BYTES)
                data = inflate.unconsumed_tail
        if not member.whole:
            return
        # The inflater may still hold output back after the end of its input.
        while not inflate.eof:
            rest = inflate.decompress(b"", CHUNK_BYTES)
            if not rest:
                return
            yield rest
    except zlib.error as error:
        raise DamagedDump(f"{member.name} is damaged: {error}") from None
