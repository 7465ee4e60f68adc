"""The version, platform and packages of this interpreter."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING

import pytest

from tibidi.process import interpreter

if TYPE_CHECKING:
    from pathlib import Path


def test_agrees_with_the_standard_library() -> None:
    """Version and platform read as `platform` has them, without its cost."""
    assert platform.python_version() == interpreter.python_version()
    assert f"{platform.system()}-{platform.release()}-{platform.machine()}" == interpreter.platform()


@pytest.mark.parametrize(
    ("level", "expected"), [("alpha", "3.15.0a1"), ("candidate", "3.15.0rc1"), ("final", "3.15.0")]
)
def test_version_of_a_prerelease(level: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The version of a prerelease has its suffix."""
    monkeypatch.setattr(sys, "version_info", (3, 15, 0, level, 1))

    assert expected == interpreter.python_version()


def test_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The versions are those in the names of metadata folders; the first on the path counts, odd entries do not."""
    for name in ("first/Shop_Tools-1.2.dist-info", "second/shop_tools-9.dist-info", "second/old-3-py3.11.egg-info"):
        (tmp_path / name).mkdir(parents=True)
    path = [str(tmp_path / "first"), str(tmp_path / "second"), str(tmp_path / "gone"), "a\0b", None]
    monkeypatch.setattr(sys, "path", path)

    assert {"old": "3", "shop-tools": "1.2"} == interpreter.packages()
