"""The documentation site: built, and looked at in Chromium."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urldefrag

import pytest
from crashing import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

for name in ("furo", "myst_parser", "sphinx_copybutton"):
    pytest.importorskip(name, reason=f"the site needs {name}")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed on this interpreter")
CHROMIUM = shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("Chromium is not installed", allow_module_level=True)

WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built with warnings as errors."""
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--quiet", "-b", "html", ROOT / "docs", target]
    built = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (0, "") == (built.returncode, built.stderr)
    return target


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless browser."""
    with playwright.sync_playwright() as driver:
        flags = ["--no-sandbox", "--disable-background-networking"]
        yield driver.chromium.launch(executable_path=CHROMIUM, args=flags)


def test_every_page_in_a_browser(site: Path, browser: Any) -> None:
    """No page reports an error, asks another site for anything, or is wider than a phone or a desktop."""
    messages, wide = [], []
    page = browser.new_page()
    page.on("console", lambda message: messages.append(message.text) if message.type == "error" else None)
    page.on(
        "request", lambda request: None if request.url.startswith(("file:", "data:")) else messages.append(request.url)
    )
    for path in sorted(site.rglob("*.html")):
        page.goto(path.as_uri())
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wide.append((path.name, width))

    assert [] == messages
    assert [] == wide


def test_links(site: Path) -> None:
    """Every link within the site leads to a page, and to a heading that the page has."""
    pages = {path.resolve(): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    broken = []
    for path, text in pages.items():
        for link in set(re.findall(r'<a [^>]*?href="([^"]+)"', text)):
            target, anchor = urldefrag(unquote(link))
            if re.match(r"[a-z]+:", target):
                continue
            there = (path.parent / target).resolve() if target else path
            if not there.exists() or (anchor and there in pages and f'id="{anchor}"' not in pages[there]):
                broken.append(f"{path.name}: {link}")

    assert [] == broken
