"""web_pdb, a debugger in the browser: driven over HTTP."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from debuggers.dap import free_port

if TYPE_CHECKING:
    from debuggers.conftest import Shop

pytest.importorskip("web_pdb", reason="web_pdb is not installed on this interpreter")

SECONDS = 30.0


def frame_data(port: int) -> dict[str, Any]:
    """Wait for the page; return its data."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/frame-data", timeout=5) as answer:
                data = json.load(answer)
            if data and data.get("filename"):
                return data
        except (urllib.error.URLError, ConnectionError):
            pass
        assert time.monotonic() < deadline, f"no page on port {port}"
        time.sleep(0.1)


@pytest.mark.shows("web-pdb", "file, line, source as captured, variables")
def test_page(shop: Shop) -> None:
    """The page shows the captured source, the line of the crash and the variables of the frame."""
    port = free_port()
    # web_pdb.set_trace itself listens on port 5555 of every interface.
    hook = f"import functools, web_pdb\nset_trace = functools.partial(web_pdb.set_trace, '127.0.0.1', {port})\n"
    shop.program.with_name("webhook.py").write_text(hook, encoding="utf-8")
    with shop.running(*shop.command(), PYTHONBREAKPOINT="webhook.set_trace"):
        data = frame_data(port)

    assert shop.line("raise LookupError") == data["current_line"]
    assert "def total(cart" in data["file_listing"]
    assert "subtotal = 4.5" in data["locals"]
    assert "Cart" in data["globals"]
