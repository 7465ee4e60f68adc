"""Packed dumps are unpacked, as far as that ends."""

from __future__ import annotations

import gzip
import io
import sys
import time
import zipfile
from pathlib import Path

import pytest
from dumpfile import samples

from tibidi.dumpfile.unpacking import unpacked
from tibidi.errors import NotADump
from tibidi.loader import load

DUMPS = Path(__file__).parent.parent / "dumps" / "v1"


def test_packed_for_ever(tmp_path: Path) -> None:
    """Packed again and again, as a file that unpacks to itself is, it is no dump; nor with a name of no encoding."""
    data = b"x"
    for _ in range(50):
        data = gzip.compress(data)
    path = tmp_path / "x.pkl"
    path.write_bytes(data)
    with pytest.raises(NotADump):
        load(path, trust=False)

    broken = bytearray(samples.dump_bytes(None))
    broken[35] ^= 0x80
    path.write_bytes(broken)
    with pytest.raises(NotADump):
        load(path, trust=False)


@pytest.mark.parametrize("is_packed", [True, False])
def test_stdin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_packed: bool) -> None:
    """A dump on stdin may be packed as well."""
    data = next(DUMPS.glob("*.pkl")).read_bytes()
    (tmp_path / "stdin").write_bytes(gzip.compress(data) if is_packed else data)
    with (tmp_path / "stdin").open("rb") as file:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(file))
        path = unpacked("-")

    assert data == Path(path).read_bytes()


def test_packed_but_no_dump(tmp_path: Path) -> None:
    """What is packed in a file is not copied unless it begins as a dump does; the message names the file."""
    path = tmp_path / "bomb.pkl"
    path.write_bytes(gzip.compress(bytes(100_000_000), 1))
    before = time.process_time()
    with pytest.raises(NotADump, match=r"the content of \S+bomb\.pkl starts with b'\\x00"):
        load(path, trust=False)

    assert time.process_time() - before < 1


def test_archive_of_many_files(tmp_path: Path) -> None:
    """Of an archive with very many files, only the first are looked at."""
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}.txt", b"")
    before = time.process_time()
    with pytest.raises(NotADump, match="no file in it is a dump"):
        load(path, trust=False)

    assert time.process_time() - before < 3
