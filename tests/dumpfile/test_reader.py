"""Whole dumps, cut dumps, and other files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from dumpfile import samples

from tibidi.dumpfile.reader import Reader
from tibidi.errors import DamagedDump, DumpNotFound, NewerFormat, NotADump

if TYPE_CHECKING:
    from pathlib import Path


def opened(tmp_path: Path, data: bytes) -> Reader:
    """Return a reader of a file with this content."""
    path = tmp_path / "dump.pkl"
    path.write_bytes(data)
    return Reader(path)


def test_a_dump_reads_back(tmp_path: Path) -> None:
    """Summary, sources, pickles and index come back as they were written."""
    with opened(tmp_path, samples.dump_bytes()) as reader:
        assert samples.summary().exceptions == reader.summary.exceptions
        assert samples.summary().process == reader.summary.process
        assert (True, False) == (reader.summary.complete, reader.cut)
        assert ["unavailable", "illegal"] == [omission.reason for omission in reader.summary.omissions]
        assert {samples.NAME: samples.TEXT} == reader.sources
        assert samples.PICKLES == {name: file.read() for name, file, _ in reader.values()}


@pytest.mark.parametrize("percent", range(1, 100))
def test_cut_dump_opens_as_far_as_it_goes(tmp_path: Path, percent: int) -> None:
    """Wherever a file is cut, it opens and reports the cut, or an error says why not."""
    data = samples.dump_bytes()
    cut = data[: len(data) * percent // 100]
    if len(cut) < data.index(b"traceback.txt") - 30:
        with pytest.raises((DamagedDump, NotADump)):
            opened(tmp_path, cut)
        return
    with opened(tmp_path, cut) as reader:
        assert samples.summary().exceptions == reader.summary.exceptions
        assert not reader.summary.complete
        assert "damaged" == reader.summary.omissions[-1].reason


def test_signature_covers_every_byte_of_every_member(tmp_path: Path) -> None:
    """The signature is valid for the right key and the unchanged file only, down to one byte."""
    data = samples.dump_bytes()
    with opened(tmp_path, data) as reader:
        assert reader.is_signed_by(samples.KEY)
        assert not reader.is_signed_by(b"j" * 32)
    for name in (b"divide.py\x00\x00", b"summary.json"):
        place = data.index(b"summary.json") + 40 if name == b"summary.json" else data.index(b"sources/srv") + 60
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        with opened(tmp_path, changed) as reader:
            assert not reader.is_signed_by(samples.KEY)


def test_unsigned_dump_is_signed_by_nobody(tmp_path: Path) -> None:
    """Without a signature no key fits."""
    with opened(tmp_path, samples.dump_bytes(None)) as reader:
        assert not reader.is_signed_by(samples.KEY)


def test_other_files_are_not_dumps(tmp_path: Path) -> None:
    """An empty file, a text, a pickle and a missing file each give an error in one line."""
    for data in (b"", b"hello", b"\x80\x05K\x01."):
        with pytest.raises(NotADump, match="not a dump"):
            opened(tmp_path, data)
    with pytest.raises(DumpNotFound, match="No such file"):
        Reader(tmp_path / "missing.pkl")


@pytest.mark.parametrize("length", [42, 100])
def test_beginning_of_a_dump(tmp_path: Path, length: int) -> None:
    """A file of which hardly more than the name of the summary arrived is a damaged dump, not another file."""
    with pytest.raises(DamagedDump, match="ends within its summary"):
        opened(tmp_path, samples.dump_bytes()[:length])


def test_newer_format_says_what_to_do(tmp_path: Path) -> None:
    """A dump of a later format is refused with the advice to upgrade."""
    from tibidi.dumpfile.decode import summary_from_json

    with pytest.raises(NewerFormat) as caught:
        summary_from_json({"format": 2})

    assert "upgrade" in caught.value.hint


def test_missing_fields_have_defaults() -> None:
    """A record of any kind may lack any of its fields."""
    from tibidi.dumpfile.decode import summary_from_json

    summary = summary_from_json({"exceptions": [{"frames": [{"locals": {"x": {"table": {}}}}]}], "log": [{}]})

    assert ("", ()) == summary.exceptions[0].frames[0].locals["x"].table
    assert "" == summary.log[0].text


@pytest.mark.parametrize(
    "data",
    [
        {"exceptions": {}},
        {"exceptions": [[]]},
        {"exceptions": [{"relation": "friend"}]},
        {"process": {"pid": "1"}},
        {"process": {"pid": True}},
        {"threads": [{"frames": [{"line": 1.5}]}]},
        {"tasks": [{"frames": [{"locals": {"x": 1}}]}]},
    ],
)
def test_summary_of_wrong_types_is_damaged(data: dict[str, object]) -> None:
    """A field of another type than in the model is an error, never passed on."""
    from tibidi.dumpfile.decode import summary_from_json

    with pytest.raises(DamagedDump):
        summary_from_json(data)
