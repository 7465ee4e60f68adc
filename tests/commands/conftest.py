"""A crash directory with a dump in it, for commands that inspect dumps."""

from __future__ import annotations

from pathlib import Path

import pytest

import tibidi
from tibidi import config


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty crash directory, a key of its own, and an empty temporary directory."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(config, "directory", str(tmp_path / "crashes"))
    monkeypatch.setattr(config, "key_file", str(tmp_path / "key"))
    return tmp_path / "crashes"


@pytest.fixture
def dump(directory: Path) -> Path:
    """The dump of a KeyError that became a ValueError."""

    def price(sku: str) -> int:
        prices = {"a": 1}
        return prices[sku]

    try:
        try:
            price("x\x1b[31m")
        except KeyError as error:
            raise ValueError("no price") from error
    except ValueError as error:
        return Path(tibidi.dump_exception(error))
