"""docs/ and the pages beside the README name what is there."""

from __future__ import annotations

import re

import pytest
from crashing import ROOT

import tibidi

PAGES = sorted([*ROOT.glob("docs/*.md"), *ROOT.glob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths(page: object) -> None:
    """Every file and folder of the package and its tests that a page names is there."""
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:tibidi|tests|scripts|docs|examples)/[\w./-]*)`", text)

    assert [] == [path for path in named if not (ROOT / path).exists()]


def test_version() -> None:
    """The README installs this version, and CONTRIBUTING says that it stands there."""
    assert f"'tibidi[auto]=={tibidi.__version__}'" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "`README.md`" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("The version")[2]
