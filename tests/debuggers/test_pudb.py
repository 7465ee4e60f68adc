"""pudb, a full-screen debugger: its screen is read through tmux."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest
from screen import TMUX, Screen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from debuggers.conftest import Shop

pytest.importorskip("pudb", reason="pudb is not installed on this interpreter")
if TMUX is None:
    pytest.skip("tmux is not installed, and pudb needs a screen to be read from", allow_module_level=True)


@pytest.fixture
def screen(shop: Shop, tmp_path: Path) -> Iterator[Screen]:
    """The dump in pudb, after its welcome screen; the exit status is shown at the end."""
    settings = tmp_path / "settings" / "pudb"
    settings.mkdir(parents=True)
    settings.joinpath("pudb.cfg").write_text("[pudb]\nseen_welcome = z\nprompt_on_quit = False\nshell = internal\n")
    changes = {"PYTHONBREAKPOINT": "pudb.set_trace", "XDG_CONFIG_HOME": str(settings.parent), "LC_ALL": "C.UTF-8"}
    environ = {**shop.environ, **changes, "TERM": "screen"}
    variables = " ".join(f"{name}={shlex.quote(value)}" for name, value in environ.items())
    command = f"cd {shop.program.parent}; env -i {variables} {shlex.join(shop.command())}; echo status $?; sleep 60"
    screen = Screen(tmp_path / "tmux", command)
    yield screen
    screen.close()


@pytest.mark.shows("pudb", "source as captured, right line, stack, variables; q leaves")
def test_screen(shop: Shop, screen: Screen) -> None:
    """pudb shows the captured source at the right line, only frames of the application, and all variables."""
    shown = screen.wait_for(lambda text: "Variables" in text and "raise LookupError" in text)

    current = next(line for line in shown.splitlines() if "raise LookupError" in line)
    assert ">" in current.partition("raise")[0]
    assert "def total(cart" in shown
    assert "subtotal: 4.5" in shown
    stack = [line.rpartition("│")[2] or line for line in shown.splitlines() if "shop.py:" in line]
    assert 3 == len(stack)
    assert all(any(name in line for line in stack) for name in ("total", "main", "<module>"))
    assert "launch.py" not in shown

    screen.press("q")
    assert "status 0" in screen.wait_for(lambda text: "status " in text)
