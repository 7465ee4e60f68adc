"""The captured text is what debuggers find, whatever is on the disk."""

from __future__ import annotations

import linecache
import os
import subprocess
import sys
import tempfile
import types
from pathlib import Path

import pytest

from tibidi.revive import sources


@pytest.fixture(autouse=True)
def _fresh_linecache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linecache, "cache", {})


def test_captured_text_wins(tmp_path: Path) -> None:
    """The captured text is shown though a different file has the name, also after linecache.checkcache()."""
    file = tmp_path / "app.py"
    file.write_text("different\n")
    sources.add_to_linecache({str(file): "first\nsecond\n"}, [])
    linecache.checkcache()

    assert "second\n" == linecache.getline(str(file), 2)


def test_loader_of_the_dump_is_not_asked() -> None:
    """For files that are in neither place nothing is shown; `__loader__` of the frame's globals is not asked."""
    sources.add_to_linecache({}, ["/gone/app.py"])

    class Loader:
        def get_source(self, name: str) -> str:
            raise AssertionError("asked")

    assert "" == linecache.getline("/gone/app.py", 1, {"__name__": "app", "__loader__": Loader()})


def test_lines_as_python_counts_them() -> None:
    """Form feeds and other separators within a line do not start a new one; control characters are made visible."""
    sources.add_to_linecache({"app.py": "one\x0c\x1c\u2028still one\r\ntwo \x1b[31m\rthree\n"}, [])

    assert ["one\x0c\\x1c\\u2028still one\n", "two \\x1b[31m\n", "three\n"] == linecache.getlines("app.py")


def test_relative_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative name is found, too, under the absolute one that pdb makes of it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.py").write_text("different\n")
    sources.add_to_linecache({"app.py": "captured\n"}, [])

    assert "captured\n" == linecache.getline("app.py", 1) == linecache.getline(str(tmp_path / "app.py"), 1)


def test_copies_of_what_differs(tmp_path: Path) -> None:
    """Sources that differ here are extracted under their last names; the same and the absent ones are not."""
    same, other = tmp_path / "same.py", tmp_path / "other.py"
    same.write_text("text\n")
    other.write_text("text\n")
    renamed = sources.extract_copies(
        {str(same): "text\r\n", str(other): "captured\n", "/gone/x.py": "gone\n", "<string>": "s"}
    )

    assert [str(other)] == list(renamed)
    copy = Path(renamed[str(other)])
    assert "other.py" == copy.name
    assert "captured\n" == copy.read_text()
    assert "captured\n" == linecache.getline(str(copy), 1)


def test_files_that_debugpy_overlooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """With debugpy, files whose name it never stops in are extracted under another."""
    captured = {"/gone/threading.py": "waiting\n"}
    monkeypatch.delitem(sys.modules, "pydevd", raising=False)

    assert {} == sources.extract_copies(captured)
    monkeypatch.setitem(sys.modules, "pydevd", types.ModuleType("pydevd"))
    assert "captured_threading.py" == Path(sources.extract_copies(captured)["/gone/threading.py"]).name


def test_copies_of_killed_debuggers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a debugger that was killed has left behind is removed by the next one; what is in use stays."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = tmp_path / f"{sources.FOLDER_PREFIX}{dead.pid}-abc"
    used = tmp_path / f"{sources.FOLDER_PREFIX}{os.getpid()}-abc"
    strange = tmp_path / f"{sources.FOLDER_PREFIX}notes"
    linked = tmp_path / f"{sources.FOLDER_PREFIX}{dead.pid}-link"
    for folder in (left, used, strange):
        folder.mkdir()
        (folder / "shop.py").write_text("captured", encoding="utf-8")
    linked.symlink_to(strange)
    different = tmp_path / "different.py"
    different.write_text("here", encoding="utf-8")

    sources.extract_copies({str(different): "there"})

    assert not left.exists()
    assert all((folder / "shop.py").exists() for folder in (used, strange, linked))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may look everywhere")
def test_temporary_directory_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one may write and not look, copies are made all the same."""
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    different = tmp_path / "different.py"
    different.write_text("here", encoding="utf-8")
    place.chmod(0o300)
    try:
        assert sources.extract_copies({str(different): "there"})
    finally:
        place.chmod(0o700)
