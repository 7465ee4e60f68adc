"""Commands in the surroundings of a developer: files that shadow modules, closed and full streams."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

pytestmark = pytest.mark.ends

NAMES = ("argparse", "ast", "bdb", "calendar", "cmd", "code", "copy", "datetime", "enum", "inspect", "json", "pdb",
         "queue", "random", "re", "shutil", "signal", "string", "textwrap", "token", "zipfile")  # fmt: skip
COMMANDS = {
    "list": ("tibidi", "list"), "show": ("tibidi", "show"), "mem": ("tibidi", "mem"),
    "analyze": ("tibidi", "analyze"), "debug": ("tbdebug", "-c", "q"), "live": ("tbdebug", "--live", "-c", "q"),
}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_shadowing_files(crash: Crasher, tmp_path: Path, command: tuple[str, ...]) -> None:
    """A command in a checkout with a `token.py` or `json.py` imports those of the standard library."""
    crash("divide.py", "5", "0")
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    needed = crash.run("-c", "import runpy, sys; print(*sys.modules)").stdout.split()  # by `python -m` itself
    for name in set(NAMES).difference(needed):
        (checkout / f"{name}.py").write_text(f"raise SystemExit('the {name}.py of the application ran')\n")

    ended = crash.run("-m", *command, cwd=checkout)

    assert (0, "") == (ended.status, ended.stderr)
    assert "ZeroDivisionError" in ended.stdout or command[1] == "mem"


def test_live_from_the_working_directory(crash: Crasher, tmp_path: Path) -> None:
    """A module of the application in the working directory is found before an installed one of that name."""
    (tmp_path / "shop.py").write_text("class Order:\n    def total(self):\n        return 42\n")
    (tmp_path / "app.py").write_text("import shop\norder = shop.Order()\n1 / 0\n")
    crash(tmp_path / "app.py")

    ended = crash.run("-m", "tbdebug", "-c", "p order.total()", "-c", "q", cwd=tmp_path)

    assert "42" in ended.stdout.split("\n")


@pytest.mark.parametrize("streams", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
@pytest.mark.parametrize("command", ["tibidi show", "tibidi list --json", "tbdebug"])
def test_closed_streams(crash: Crasher, command: str, streams: str) -> None:
    """A stream that the caller has closed is read and written as /dev/null is."""
    crash("divide.py", "5", "0")

    ended = in_shell(crash, f"{crash.python} -m {command} {streams}")

    assert (0, "") == (ended.returncode, ended.stderr)
    assert ("1>&-" in streams) == (ended.stdout == "")


def test_errors_without_stderr(crash: Crasher) -> None:
    """An error is not written to stdout if stderr is closed."""
    ended = in_shell(crash, f"{crash.python} -m tibidi show missing.pkl 2>&-")

    assert (1, "") == (ended.returncode, ended.stdout)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no device that is always full")
@pytest.mark.parametrize("command", ["tibidi show", "tibidi list", "tibidi info --json", "tbdebug -c q"])
def test_full_disk(crash: Crasher, command: str) -> None:
    """Output that does not fit on the disk ends with one line."""
    crash("divide.py", "5", "0")
    program = command.split()[0]

    ended = in_shell(crash, f"{crash.python} -m {command} >/dev/full")

    assert 2 == ended.returncode
    assert f"{program}: No space left on device; make room, or write elsewhere\n" == ended.stderr


def in_shell(crash: Crasher, line: str) -> subprocess.CompletedProcess[str]:
    """Run a command line of a shell beside the dumps of a crasher."""
    environ = crash.environment({"TIBIDI_ENABLE": None})
    return subprocess.run(["sh", "-c", line], env=environ, cwd=crash.work, capture_output=True, text=True, input="")
