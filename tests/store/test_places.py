"""The directories that are tried for dumps and for the key."""

from __future__ import annotations

import platformdirs
import pytest

from tibidi.store import places


@pytest.mark.parametrize("base", [None, "", "/elsewhere"])
def test_agrees_with_platformdirs(monkeypatch: pytest.MonkeyPatch, base: str | None) -> None:
    """The short way to the user's directories leads to the same place as the library."""
    for variable in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        if base is None:
            monkeypatch.delenv(variable, raising=False)
        else:
            monkeypatch.setenv(variable, base)

    assert platformdirs.user_cache_dir("tibidi", appauthor=False) == places.user_cache()
    assert platformdirs.user_config_dir("tibidi", appauthor=False) == places.user_config()
