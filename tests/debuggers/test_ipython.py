"""ipdb and IPython itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from crashing import run_process
from debuggers.terminal import ESCAPES, Terminal

if TYPE_CHECKING:
    from debuggers.conftest import Shop

pytest.importorskip("ipdb", reason="ipdb is not installed on this interpreter")


def said(shop: Shop, hook: str, *lines: str) -> str:
    """Return the output of the debugger for these lines from a pipe."""
    status, stdout, stderr = run_process(
        shop.command(),
        env={**shop.environ, "PYTHONBREAKPOINT": hook},
        cwd=shop.program.parent,
        stdin="\n".join([*lines, ""]),
    )

    assert 0 == status, stderr
    assert "Traceback" not in stderr
    return ESCAPES.sub("", stdout)


@pytest.mark.shows("ipdb", "through a pipe: where, up, variables, source as captured")
def test_pipe(shop: Shop) -> None:
    """ipdb shows the application's frames with their captured source and variables."""
    shown = said(shop, "ipdb.set_trace", "where", "p subtotal, größe", "up", "p cart.owner", "c")

    assert f"({shop.line('raise LookupError')})total(" in shown
    assert "--> " in shown
    assert "raise LookupError(" in shown
    assert "(4.5, 2)" in shown
    assert "'ann'" in shown
    assert "different" not in shown.partition("ipdb> ")[2]
    assert "tibidi/" not in shown.replace(str(shop.program.parent.parent), "")


@pytest.mark.shows("ipdb", "in a terminal: prompt, q leaves quietly")
def test_terminal(shop: Shop) -> None:
    """In a terminal ipdb has its prompt; q leaves with status 0 and no traceback."""
    environ = {**shop.environ, "TERM": "xterm", "PYTHONBREAKPOINT": "ipdb.set_trace"}
    with Terminal(shop.command(), environ, shop.program.parent) as terminal:
        terminal.wait_for("ipdb>")
        terminal.press("p subtotal * 2\r")
        terminal.wait_for("9.0")
        terminal.press("q\r")

        assert 0 == terminal.status()
        assert "Traceback" not in terminal.shown


@pytest.mark.shows("ipython", "IPython.embed in the crashed frame")
def test_embed(shop: Shop) -> None:
    """IPython.embed, which runs while the hook does, sees the variables of the crashed frame."""
    shown = said(shop, "IPython.embed", "subtotal + 1", "cart.owner", "exit")

    assert "5.5" in shown
    assert "'ann'" in shown
