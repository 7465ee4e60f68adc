"""The page of `show --html` in a browser: Chromium of the system, driven by playwright."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from crashing import Crasher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

for name in ("jinja2", "pygments", "flask", "pandas", "sqlalchemy"):
    pytest.importorskip(name, reason=f"the page of the night job needs {name}")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed on this interpreter")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("Chromium is not installed", allow_module_level=True)

FLAGS = ["--no-sandbox", "--disable-background-networking"]
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
WHITE, NEAR_BLACK = "rgb(255, 255, 255)", "rgb(13, 17, 23)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless browser."""
    with playwright.sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture
def messages() -> list[str]:
    """What the browser reports: errors of the console, blocked content, requests."""
    return []


@pytest.fixture(scope="module")
def night(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the night job."""
    crash = Crasher(python, tmp_path_factory.mktemp("night"))
    dump = crash("night/night.py").dump
    crash.run("-m", "tibidi", "show", "--html", "night.html", str(dump))
    return crash.work / "night.html"


@pytest.fixture
def page(browser: Any, night: Path, messages: list[str]) -> Iterator[Any]:
    """The page of the night job, opened without scripts."""
    context = browser.new_context(viewport=DESKTOP, java_script_enabled=False)
    page = context.new_page()
    page.on("console", lambda message: messages.append(message.text))
    page.on("request", lambda request: messages.append(request.url))
    page.goto(night.as_uri())
    yield page
    context.close()


def test_reading(page: Any, messages: list[str], tmp_path: Path) -> None:
    """Without scripts, own frames are open and library frames closed; a click opens a value; nothing else is loaded."""
    own, installed = page.locator("details.own"), page.locator("details.installed")
    customer = page.locator("details.own >> summary", has_text=re.compile("^customer ")).first
    discount = page.locator("details.own div.leaf", has_text=re.compile("^discount ")).first
    before = discount.is_visible()
    customer.click()

    assert "ReportError, caused by InvalidOperation at report.py:33 in money" == page.locator("h1").inner_text()
    assert {""} == {each.get_attribute("open") for each in own.all()}
    assert {None} == {each.get_attribute("open") for each in installed.all()}
    assert (False, True) == (before, discount.is_visible())
    assert [page.url] == messages
    assert page.screenshot(path=tmp_path / "desktop.png")


def test_link_to_the_culprit(page: Any) -> None:
    """The link at the top leads to the frame at fault, with the value that was wrong."""
    page.locator("a[href='#culprit']").click()
    culprit = page.locator("#culprit")

    assert culprit.locator(".row.at").inner_text().endswith("return Decimal(text)")
    assert "'1,50'" in culprit.inner_text()
    assert -1 < culprit.bounding_box()["y"] < DESKTOP["height"]


def test_finding_in_closed_parts(page: Any) -> None:
    """The text of closed parts is on the page, so that the search of the browser finds it."""
    assert "flask/app.py" in page.content().replace("\\", "/")
    assert page.locator("details.installed pre.source").first.text_content()


@pytest.mark.parametrize(("scheme", "background"), [("light", WHITE), ("dark", NEAR_BLACK)])
def test_width_theme_and_print(page: Any, browser: Any, scheme: str, background: str) -> None:
    """The page has the colours of the system and the width of the screen; printed, it shows what is closed."""
    context = browser.new_context(color_scheme=scheme, viewport=PHONE)
    twin = context.new_page()
    twin.goto(page.url)
    colour = twin.evaluate("getComputedStyle(document.body).backgroundColor")
    widths = []
    for size in (PHONE, DESKTOP):
        twin.set_viewport_size(size)
        widths.append(twin.evaluate("document.documentElement.scrollWidth"))
    twin.emulate_media(media="print")
    height = twin.locator("details.installed pre.source").first.bounding_box()["height"]
    context.close()

    assert background == colour
    assert [PHONE["width"], DESKTOP["width"]] == widths
    assert 0 < height
