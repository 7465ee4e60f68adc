"""The text of source files, wherever it is to be had."""

from __future__ import annotations

import linecache
import zipfile
from typing import TYPE_CHECKING

import pytest

from tibidi.capture.sources import decode, sources, text_of
from tibidi.capture.stacks import survey
from tibidi.model import MAX_SOURCE_CHARACTERS

if TYPE_CHECKING:
    from pathlib import Path


def texts(error: BaseException) -> dict[str, str]:
    """Return the sources of what stands in a traceback."""
    return {name: text for name, text, _ in sources(survey(error)) if text}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("x = 'ä'\n".encode(), "x = 'ä'\n"),
        (b"\xef\xbb\xbfx = 1\r\n", "x = 1\n"),
        ("# -*- coding: latin-1 -*-\nx = 'ä'\n".encode("latin-1"), "# -*- coding: latin-1 -*-\nx = 'ä'\n"),
        ("#!/bin/sh\n# vim: set fileencoding=cp1252 :\n€".encode("cp1252"), None),
        (b"x = '\xff'\n", "x = '\\xff'\n"),
        (b"# coding: no-such-encoding\nx = 1\n", "# coding: no-such-encoding\nx = 1\n"),
        (b"# coding: rot13\nx = 1\n", "# coding: rot13\nx = 1\n"),
        (b"x = 1\r\ny = 2\r\n", "x = 1\ny = 2\n"),
    ],
)
def test_decode(data: bytes, text: str | None) -> None:
    """The declared encoding counts (PEP 263); what it does not fit is read all the same."""
    decoded = decode(data)

    assert (text if text is not None else decoded) == decoded
    assert text is not None or decoded.endswith("€")


def test_every_file_of_the_stack() -> None:
    """Each file is there once, this one for example."""
    with pytest.raises(ValueError, match="here") as info:
        raise ValueError("here")
    found = texts(info.value)

    assert "test_every_file_of_the_stack" in found[__file__]


def test_text_that_was_registered() -> None:
    """The code of a cell or a doctest is in linecache, and taken from there."""
    linecache.cache["<cell 1>"] = (5, None, ["x = 1\n"], "<cell 1>")
    linecache.cache["<lazy 1>"] = (lambda: pytest.fail("a loader was asked"),)
    try:
        assert "x = 1\n" == text_of("<cell 1>", {})
        assert text_of("<lazy 1>", {}) is None
    finally:
        del linecache.cache["<cell 1>"], linecache.cache["<lazy 1>"]


def test_no_text() -> None:
    """Without a source there is None, for a folder and an odd name as well."""
    assert text_of("<made up>", {}) is None
    assert text_of("/", {}) is None
    assert text_of("a\0b", {}) is None
    assert text_of("/no/such/file.py", {"__loader__": object()}) is None


def test_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module in a zip archive has its text from there."""
    with zipfile.ZipFile(tmp_path / "lib.zip", "w") as archive:
        archive.writestr("zipped_module.py", "def crash():\n    raise ValueError\n")
    monkeypatch.syspath_prepend(str(tmp_path / "lib.zip"))
    import zipped_module  # type: ignore[import-not-found]  # it was made just now

    try:
        zipped_module.crash()
    except ValueError as error:
        found = texts(error)

    assert "def crash():\n    raise ValueError\n" == found[zipped_module.__file__]


def test_large_file(tmp_path: Path) -> None:
    """Of a very large file the lines around the frames are kept, with their numbers."""
    path = tmp_path / "large.py"
    path.write_text("x = 1  # padding\n" * 100_000 + "raise ValueError\n", encoding="utf-8")
    try:
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), {})
    except ValueError as error:
        text = texts(error)[str(path)]

    assert MAX_SOURCE_CHARACTERS > len(text)
    assert "raise ValueError" == text.splitlines()[100_000]
    assert "" == text.splitlines()[0]
