"""Packed dumps are unpacked, as far as that ends."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from dumpfile import samples

from tibidi.errors import NotADump
from tibidi.loader import load

if TYPE_CHECKING:
    from pathlib import Path


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
