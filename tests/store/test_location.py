"""Find a dump by path or name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tibidi import config
from tibidi.errors import DumpNotFound
from tibidi.store.directory import CrashDirectory
from tibidi.store.location import find


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A crash directory with two dumps."""
    monkeypatch.setattr(config, "directory", str(tmp_path))
    for name in ("20260101T000000Z-shop-1.pkl", "20260102T000000Z-shop-2.pkl"):
        (tmp_path / name).touch()
    assert str(tmp_path) == CrashDirectory.locate(create=False).path
    return tmp_path


def test_latest(directory: Path) -> None:
    """The default is the newest dump."""
    assert str(directory / "20260102T000000Z-shop-2.pkl") == find()


def test_latest_is_being_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dump that has no content yet is not opened: the error says to try again."""
    monkeypatch.setattr(config, "directory", str(tmp_path))
    (tmp_path / "20260101T000000Z-shop-1.pkl.partial").touch()

    with pytest.raises(DumpNotFound, match="there is nothing in") as caught:
        find()
    assert "it may be being written: try again in a moment" == caught.value.hint


@pytest.mark.parametrize("name", ["20260101T000000Z-shop-1.pkl", "20260101T000000Z-shop-1", "shop-1", "20260101"])
def test_names(directory: Path, name: str) -> None:
    """A dump is found by its name, by its name without suffix, or by a unique part of it."""
    assert str(directory / "20260101T000000Z-shop-1.pkl") == find(name)


def test_a_file_comes_first(directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An existing path wins over the names of dumps."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    Path("shop-1").write_bytes(b"some file")

    assert "shop-1" == find("shop-1")
    assert "shop-1" == find(Path("shop-1"))


def test_a_folder_does_not(directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of a program does not hide its dump."""
    (tmp_path / "here" / "shop-1").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")

    assert str(directory / "20260101T000000Z-shop-1.pkl") == find("shop-1")


@pytest.mark.parametrize("name", ["shop", "nothing"])
def test_not_found(directory: Path, name: str) -> None:
    """A name of no dump, or of several, raises an error with the next command to type."""
    with pytest.raises(DumpNotFound) as caught:
        find(name)

    assert "tibidi list" in caught.value.hint


@pytest.mark.parametrize("path", ["/nowhere/shop-1.pkl", "nowhere/shop-1", "./shop-1"])
def test_path_of_nothing(directory: Path, path: str) -> None:
    """A missing path is reported as a missing file, not as a missing name in the crash directory."""
    with pytest.raises(DumpNotFound, match=f"^no such file: {path}$"):
        find(path)


def test_none_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any dump there is no latest one."""
    monkeypatch.setattr(config, "directory", str(tmp_path / "crashes"))

    with pytest.raises(DumpNotFound) as caught:
        find()

    assert "TIBIDI_ENABLE=1" in caught.value.hint
