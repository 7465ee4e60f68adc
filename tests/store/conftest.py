"""An empty crash directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tibidi.store.directory import CrashDirectory

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return an empty crash directory."""
    path = tmp_path / "crashes"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def directory(place: Path) -> CrashDirectory:
    """Return the CrashDirectory there."""
    return CrashDirectory(str(place))
