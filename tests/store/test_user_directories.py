"""The user's directories for dumps and for the key."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import platformdirs
import pytest

from tibidi.store import homes, user_directories

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("base", [None, "", "/elsewhere"])
def test_agrees_with_platformdirs(monkeypatch: pytest.MonkeyPatch, base: str | None) -> None:
    """The directories are those of platformdirs, which is not imported for them."""
    for variable in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        if base is None:
            monkeypatch.delenv(variable, raising=False)
        else:
            monkeypatch.setenv(variable, base)

    assert platformdirs.user_cache_dir("tibidi", appauthor=False) == homes.user_cache()
    assert platformdirs.user_config_dir("tibidi", appauthor=False) == homes.user_config()


def test_make_relative_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative directory is made below the working directory, private like its parents."""
    monkeypatch.chdir(tmp_path)
    can_be_made = user_directories.can_be_made("crashes/here")
    user_directories.make("crashes/here", is_home=False)

    assert can_be_made
    assert [0o700, 0o700] == [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("crashes", "crashes/here")]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give directories away")
def test_home_of_another_user(tmp_path: Path) -> None:
    """Nothing is made in a home directory that belongs to another user."""
    os.chown(tmp_path, 12345, 12345)

    with pytest.raises(PermissionError, match="another user"):
        user_directories.make(str(tmp_path / ".cache" / "tibidi"), is_home=True)
    assert [] == list(tmp_path.iterdir())
