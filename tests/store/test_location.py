"""tibidi.store.location: which file is meant."""

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
    """Nothing means the newest dump."""
    assert str(directory / "20260102T000000Z-shop-2.pkl") == find()


@pytest.mark.parametrize("name", ["20260101T000000Z-shop-1.pkl", "20260101T000000Z-shop-1", "shop-1", "20260101"])
def test_names(directory: Path, name: str) -> None:
    """A name from the list, without its suffix, or a part that only one has."""
    assert str(directory / "20260101T000000Z-shop-1.pkl") == find(name)


def test_a_file_comes_first(directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What exists under that path is meant, whatever dumps are called."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    Path("shop-1").touch()

    assert "shop-1" == find("shop-1")
    assert "shop-1" == find(Path("shop-1"))


@pytest.mark.parametrize("name", ["shop", "nothing"])
def test_not_found(directory: Path, name: str) -> None:
    """What no dump is called, or several are, raises with the next thing to do."""
    with pytest.raises(DumpNotFound) as caught:
        find(name)

    assert "tibidi list" in caught.value.hint


@pytest.mark.parametrize("path", ["/nowhere/shop-1.pkl", "nowhere/shop-1", "./shop-1"])
def test_path_of_nothing(directory: Path, path: str) -> None:
    """A path is no name: that there is no such file is said, not that the crash directory has none."""
    with pytest.raises(DumpNotFound, match=f"^no such file: {path}$"):
        find(path)


def test_none_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any dump, the latest one is not to be had."""
    monkeypatch.setattr(config, "directory", str(tmp_path / "crashes"))

    with pytest.raises(DumpNotFound) as caught:
        find()

    assert "TIBIDI_ENABLE=1" in caught.value.hint
