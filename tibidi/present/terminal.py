"""Print lines on a terminal: in colour with rich, in a pager if they do not fit; elsewhere as plain text."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

from tibidi.present import lines as roles
from tibidi.present.lines import Line, plain

STYLES = {
    roles.ERROR: "bold red",
    roles.HEADING: "bold",
    roles.PLACE: "bold cyan",
    roles.FAINT: "dim",
    roles.CODE: "",
    roles.NAME: "green",
    roles.VALUE: "",
    roles.PLAIN: "",
}
FALLBACK_SIZE = (100, 40)
PAGER_OPTIONS = "FRX"  # for less: quit if one screen is enough, keep colours, leave the text on the screen


def width() -> int:
    """Return the number of columns: of COLUMNS, else of the terminal, else 100."""
    return shutil.get_terminal_size(FALLBACK_SIZE).columns


def has_colour() -> bool:
    """Return True if stdout shows colours, going by NO_COLOR, FORCE_COLOR and TERM (https://no-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def write(lines: Iterable[Line], *, colour: bool) -> None:
    """Print lines; in colour only if rich is installed."""
    lines = list(lines)
    text = (_coloured(lines) if colour else None) or "".join(f"{plain(line)}\n" for line in lines)
    if sys.stdout.isatty() and text.count("\n") >= shutil.get_terminal_size(FALLBACK_SIZE).lines and _paged(text):
        return
    sys.stdout.write(text)


def _paged(text: str) -> bool:
    """Show a text in the pager that PAGER names, else in less; return False if it is not installed."""
    command = shlex.split(os.environ.get("PAGER", "less"))
    if not command or shutil.which(command[0]) is None:
        return False
    environ = {"LESS": PAGER_OPTIONS, **os.environ}
    subprocess.run(command, input=text, encoding="utf-8", errors="backslashreplace", env=environ, check=False)  # noqa: S603 - chosen by the user
    return True


def _coloured(lines: list[Line]) -> str | None:
    """Return lines with the escape sequences for their colours; None without rich."""
    try:
        from rich.console import Console
        from rich.syntax import Syntax
        from rich.text import Text
    except ImportError:
        return None
    syntax: Any = Syntax("", "python", theme="ansi_dark")
    console = Console(force_terminal=True, highlight=False, soft_wrap=True)
    with console.capture() as capture:
        for line in lines:
            parts = []
            for role, text in line:
                shown = plain([(role, f"{text}.")])[:-1]  # the dot keeps spaces at the end
                code = syntax.highlight(shown) if role == roles.CODE else None
                parts.append(Text(shown, STYLES[role]) if code is None else code[: len(shown)])
            console.print(Text.assemble(*parts))
    return capture.get()
