"""The archive as any zip tool sees it."""

from __future__ import annotations

import errno
import io
import os
import zipfile
from typing import TYPE_CHECKING

import pytest
from dumpfile import samples

from tibidi.dumpfile.writer import Archive

if TYPE_CHECKING:
    from typing_extensions import Buffer

NOISE = os.urandom(1 << 20)


def unzip(archive: Archive, file: io.BytesIO) -> dict[str, bytes]:
    """End the archive and return what the standard library reads from it."""
    archive.finish(None)
    with zipfile.ZipFile(file) as read:
        assert None is read.testzip()
        return {name: read.read(name) for name in read.namelist()}


def test_zip_tools_read_a_dump() -> None:
    """The standard library finds all members, most valuable first, with correct checksums."""
    with zipfile.ZipFile(io.BytesIO(samples.dump_bytes())) as read:
        names = read.namelist()
        assert None is read.testzip()

    assert ["summary.json", "traceback.txt", "sources/srv/divide.py", *samples.PICKLES] == names[:5]
    assert ["values/index.json", "signature"] == names[5:]


def test_noise_is_stored() -> None:
    """Incompressible data is stored between compressed data, and reads back the same."""
    file = io.BytesIO()
    archive = Archive(file)
    expected = b"abc" * 100_000 + NOISE + b"abc" * 100_000 + NOISE + b"z"
    with archive.open("values/0000.pkl") as stream:
        for part in (b"abc" * 100_000, NOISE, b"abc" * 100_000, memoryview(NOISE), b"z"):
            stream.write(part)

    assert 2 * len(NOISE) < archive.size < 2.01 * len(NOISE)
    assert {"values/0000.pkl": expected} == unzip(archive, file)


class Full(io.BytesIO):
    """A disk with room for a few bytes."""

    room = 200

    def write(self, data: Buffer, /) -> int:
        """Refuse data that does not fit, as the kernel does."""
        if self.tell() + len(memoryview(data)) > self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


def test_member_that_the_disk_refuses_at_its_end() -> None:
    """A small member is written when it is closed; if that fails, later members are readable."""
    file = Full()
    archive = Archive(file)
    archive.add("summary.json", b"{}")
    with pytest.raises(OSError, match="No space left"), archive.open("values/0000.pkl") as stream:
        stream.write(os.urandom(1000))
    archive.add("values/0001.pkl", b"small")
    file.room = 10_000

    assert {"summary.json": b"{}", "values/0001.pkl": b"small"} == unzip(archive, file)


def test_rollback_leaves_no_trace() -> None:
    """A member that is rolled back leaves no trace; the next one replaces it."""
    file = io.BytesIO()
    archive = Archive(file)
    archive.add("summary.json", b"{}")
    before = archive.size
    stream = archive.open("values/0000.pkl")
    stream.write(NOISE)
    stream.rollback()

    assert before == archive.size == len(file.getvalue())
    archive.add("values/0000.pkl", b"again")
    assert {"summary.json": b"{}", "values/0000.pkl": b"again"} == unzip(archive, file)


def test_exception_rolls_the_member_back() -> None:
    """An exception while a member is written costs that member only."""
    file = io.BytesIO()
    archive = Archive(file)
    archive.add("summary.json", b"{}")
    with pytest.raises(TypeError):
        archive.add("traceback.txt", NOISE.hex())  # type: ignore[arg-type]  # the fault

    assert {"summary.json": b"{}"} == unzip(archive, file)


def test_short_writes_lose_nothing() -> None:
    """If a raw file writes only part of the data, the rest is written next."""

    class Slow(io.BytesIO):
        def write(self, data: bytes) -> int:  # type: ignore[override]
            return super().write(bytes(data)[:1000])

    file = Slow()
    archive = Archive(file)
    archive.add("values/0000.pkl", NOISE)

    assert {"values/0000.pkl": NOISE} == unzip(archive, file)
