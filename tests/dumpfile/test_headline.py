"""tibidi.dumpfile.headline: what crashed, from the first bytes of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dumpfile import samples

from tibidi.dumpfile import encode
from tibidi.dumpfile.headline import Headline, peek, peek_or_nothing

if TYPE_CHECKING:
    from pathlib import Path


def test_reads_what_was_written(tmp_path: Path) -> None:
    """The first bytes of a file, of which the rest is not written yet, hold every field of the headline."""
    path = tmp_path / "dump.pkl.partial"
    path.write_bytes(samples.dump_bytes()[:700])

    assert Headline(**encode.headline(samples.summary())) == peek(str(path))  # type: ignore[arg-type]  # any fields
    assert "f00d" == peek_or_nothing(str(path)).fingerprint


def test_fingerprint_of_no_dump(tmp_path: Path) -> None:
    """A file that is no dump, or not there, has no fingerprint."""
    path = tmp_path / "other.pkl"
    path.write_bytes(b"PK\x03\x04")

    assert ["", ""] == [peek_or_nothing(str(each)).fingerprint for each in (path, tmp_path / "missing.pkl")]
