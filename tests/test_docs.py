"""The paths and names in docs/ and in the pages beside the README exist."""

from __future__ import annotations

import re

import pytest
from crashing import ROOT

import tibidi

PAGES = sorted([*ROOT.glob("docs/*.md"), *ROOT.glob("*.md")])
UNLISTED = {"__init__.py", "__main__.py", "__pycache__", "py.typed"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths(page: object) -> None:
    """Every file and folder of the package and its tests that a page names exists."""
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:tibidi|tests|scripts|docs|examples)/[\w./-]*)`", text)

    assert [] == [path for path in named if not (ROOT / path).exists()]


def test_map() -> None:
    """The map of docs/architecture.md has each module and folder at the top of the package once."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    named = [name.strip("/") for row in rows for name in re.findall(r"`([\w./]+)`", row)]
    there = {path.name for path in (ROOT / "tibidi").iterdir()} - UNLISTED

    assert sorted(there) == sorted(named)


def test_version() -> None:
    """The README installs this version, and CONTRIBUTING mentions that."""
    assert f"'tibidi[auto]=={tibidi.__version__}'" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "`README.md`" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("The version")[2]
