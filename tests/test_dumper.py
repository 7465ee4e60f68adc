"""tibidi.dumper: the names of members, and sources with unusual names."""

from __future__ import annotations

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
    from crashing import Crasher

LONG = "x" * 396
TEXT = "def fail(value):\n    return value / 0\n\nfail(5)\n"


@given(strategies.text() | strategies.text(alphabet="./\\~:a \udc80", min_size=390, max_size=420))
def test_any_file_has_a_name_that_readers_take(file: str) -> None:
    """Whatever the name of a file, the member with its source has a unique name that readers know."""
    taken: set[str] = set()
    names = [member_name(file, taken) for _ in range(2)]

    assert 2 == len(set(names))
    assert [] == [name for name in names if not KNOWN_NAME.fullmatch(name)]
    assert names == [name.encode().decode() for name in names]


@pytest.mark.parametrize(
    "file", ["", "/", "..", f"/{LONG}/a.py", f"/..{LONG}/.../a.py", f"/\xe9/.hidden/{LONG}", "a\udc80.py"]
)
def test_source_of_any_name(crash: Crasher, file: str) -> None:
    """A source with an unusual name is in the dump, and every member behind it is readable."""
    program = (
        "import linecache\n"
        f"file, text = {file!a}, {TEXT!r}\n"
        "linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)\n"
        "exec(compile(text, file, 'exec'), {})\n"
    )
    path = crash.run("-c", program).dump

    dump = tibidi.load(path, trust=True)
    assert 5 == dump.exceptions[-1][-1]["value"]
    assert TEXT == dump.sources[ascii_safe(file)]
    with zipfile.ZipFile(path) as archive:
        assert "values/index.json" in archive.namelist()
