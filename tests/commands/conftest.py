"""A crash directory with a dump in it, for commands that inspect dumps."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

import tibidi
from tibidi import config

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty crash directory, a key of its own, and an empty temporary directory."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(config, "directory", str(tmp_path / "crashes"))
    monkeypatch.setattr(config, "key_file", str(tmp_path / "key"))
    return tmp_path / "crashes"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a crash directory, with the dump of a KeyError that became a ValueError, and with its key."""
    place = tmp_path_factory.mktemp("commands")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "directory", str(place / "crashes"))
        patch.setattr(config, "key_file", str(place / "key"))
        make_dump()
    return place


@pytest.fixture
def dump(made: Path, directory: Path) -> Path:
    """The dump of a KeyError that became a ValueError."""
    shutil.copytree(made / "crashes", directory, symlinks=True)
    shutil.copy2(made / "key", config.key_file)
    return (directory / "latest.pkl").resolve()


def make_dump() -> None:
    """Crash, and dump that."""

    def price(sku: str) -> int:
        prices = {"a": 1}
        return prices[sku]

    try:
        try:
            price("x\x1b[31m")
        except KeyError as error:
            raise ValueError("no price") from error
    except ValueError as error:
        tibidi.dump_exception(error)
