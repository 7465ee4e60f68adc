"""tibidi.present.info: the text of `tibidi info`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tibidi import model
from tibidi.dumpfile import encode
from tibidi.dumpfile import format as fmt
from tibidi.dumpfile.reader import Reader
from tibidi.dumpfile.writer import Archive
from tibidi.model import Index, Omission
from tibidi.present import info

if TYPE_CHECKING:
    from pathlib import Path

CRASH = model.ExceptionRecord(0, None, model.RAISED, "builtins.ValueError", "no price")
SUMMARY = model.Summary("1.0.0", "2026-11-22T21:50:00+00:00", model.ProcessRecord(), (CRASH,))
SINGLE = Omission("exceptions[0].frames[0].locals['x']", model.FAILED, "its __reduce__ raised")
LATE = Omission("threads[0].frames[0].locals", model.TIMEOUT, "not reached within the time that a dump has")
LARGE = Omission("modules['shop']", model.TOO_LARGE, "dict does not fit into what is left of the dump")
ALL = Omission("values", model.FAILED, "No space left on device")


def fields(path: Path, index: bytes, omissions: tuple[Omission, ...] | None = None) -> dict[str, str]:
    """Return what `info` prints of a dump with this index, by label."""
    with path.open("w+b", buffering=0) as file:
        archive = Archive(file)
        archive.add(fmt.SUMMARY, encode.dumps(encode.summary_to_json(SUMMARY)))
        archive.add(fmt.INDEX, index)
        archive.finish(None)
    with Reader(path) as reader:
        lines = list(info.lines(reader, trust="ours", mismatches=(), omissions=omissions))
    return {line[: info.LABEL_WIDTH].strip(): line[info.LABEL_WIDTH :] for line in lines}


def index(*omissions: Omission, complete: bool = False) -> bytes:
    """Return an index without values, with these omissions."""
    return encode.dumps(encode.index_to_json(Index(complete=complete, omissions=omissions)))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (index(SINGLE, LATE, complete=True), "complete"),
        (index(SINGLE, LATE), "not complete: the time limit of a dump was reached"),
        (index(SINGLE, LARGE), "not complete: the size limit of a dump was reached"),
        (index(LARGE, LATE), "not complete: the time limit or size limit of a dump was reached"),
        (index(LARGE, ALL), "not complete: the values could not be written: No space left on device"),
        (index(SINGLE), "not complete: the reason is not known"),
        (b"[]", "not complete: values/index.json holds list where an object belongs"),
    ],
)
def test_completeness(tmp_path: Path, content: bytes, expected: str) -> None:
    """The omissions of a dump tell why it is not complete."""
    _, _, told = fields(tmp_path / "dump.pkl", content)["written by"].partition("format 1, ")

    assert expected == told


def test_what_is_missing(tmp_path: Path) -> None:
    """Omissions are counted by their reason, including those that the reader or the caller found."""
    whole = fields(tmp_path / "dump.pkl", index(complete=True))
    damaged = fields(tmp_path / "dump.pkl", b"{")
    loaded = fields(tmp_path / "dump.pkl", index(LATE, complete=True), (LATE, SINGLE, SINGLE))

    assert ["nothing", "1 damaged", "1 timeout, 2 failed"] == [each["missing"] for each in (whole, damaged, loaded)]
