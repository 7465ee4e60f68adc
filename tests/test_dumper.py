"""Writing a dump: names within it, and what is left when a part of it fails."""

from __future__ import annotations

import linecache
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies

import tibidi
from tibidi.dumper import member_name
from tibidi.dumpfile.members import KNOWN_NAME
from tibidi.process.texts import ascii_safe

if TYPE_CHECKING:
    from pathlib import Path

LONG = "x" * 396


@given(strategies.text() | strategies.text(alphabet="./\\~:a \udc80", min_size=390, max_size=420))
def test_any_file_has_a_name_that_readers_take(file: str) -> None:
    """Whatever a file is called, the member of its source has a name of its own, which is known as one of ours."""
    taken: set[str] = set()
    names = [member_name(file, taken) for _ in range(2)]

    assert 2 == len(set(names))
    assert [] == [name for name in names if not KNOWN_NAME.fullmatch(name)]
    assert names == [name.encode().decode() for name in names]


@pytest.mark.parametrize(
    "file", ["", "/", "..", f"/{LONG}/a.py", f"/..{LONG}/.../a.py", f"/é/.hidden/{LONG}", "a\udc80.py"]
)
def test_source_of_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    """A source with an unusual name is in the dump, or said to be missing, and all behind it is readable."""
    text = "def fail(value):\n    return value / 0\n"
    monkeypatch.setitem(linecache.cache, file, (len(text), None, text.splitlines(keepends=True), file))
    namespace: dict[str, object] = {}
    exec(compile(text, file, "exec"), namespace)
    try:
        namespace["fail"](5)  # type: ignore[operator]  # what was just defined
    except ZeroDivisionError as error:
        path = tibidi.dump_exception(error, tmp_path / "dump.pkl")

    dump = tibidi.load(path, trust=True)
    assert 5 == dump.exceptions[-1][-1]["value"]
    assert text == dump.sources[ascii_safe(file)]
    with zipfile.ZipFile(path) as archive:
        assert "values/index.json" in archive.namelist()
