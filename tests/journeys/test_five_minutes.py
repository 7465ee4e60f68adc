"""The first five minutes with a crash, typed into a terminal: from `list` to the value that was wrong."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest
from screen import TMUX, Screen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crashing import Crasher

pytestmark = pytest.mark.ends

if TMUX is None:
    pytest.skip("tmux is not installed, and a screen is read through it", allow_module_level=True)
for name in ("flask", "pandas", "sqlalchemy"):
    pytest.importorskip(name, reason=f"the night job needs {name}")

COLUMNS = 100
# Each typed line, and what the screen then shows.
SESSION = (
    ("python -m tibidi list", "ReportError, caused by InvalidOperation at report.py:33 in money"),
    ("python -m tbdebug", "-> return Decimal(text)"),
    ("p text", "'1,50'"),
    ("uu", '-> prices = df["price"].apply(money)'),
    ("p customer.name", "'Brick & Co'"),
)


@pytest.fixture
def shell(crash: Crasher, tmp_path: Path) -> Iterator[Screen]:
    """A shell in the folder of a night job that has crashed."""
    crash("night/night.py")
    changes = {"TIBIDI_ENABLE": None, "PS1": "$ ", "TERM": "screen", "LC_ALL": "C.UTF-8"}
    environ = {**crash.environment(changes), "PATH": f"{crash.python.parent}:/usr/bin:/bin"}
    variables = " ".join(f"{name}={shlex.quote(value)}" for name, value in environ.items())
    screen = Screen(tmp_path / "tmux", f"cd {crash.work}; env -i {variables} sh", COLUMNS)
    yield screen
    screen.close()


def test_five_minutes(shell: Screen) -> None:
    """Five typed lines lead to the value that was wrong, and to the customer it belongs to."""
    screens = []
    for typed, shown in SESSION:
        shell.press(typed, "Enter")
        text = shell.wait_for(lambda text, typed=typed, shown=shown: shown in text.partition(typed)[2])
        screens.append(text)

    assert len(SESSION) == len(screens) <= 6
    assert all(len(line) <= COLUMNS for text in screens for line in text.splitlines())
