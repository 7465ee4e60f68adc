"""Completion of commands, options and names of dumps, as a shell asks for it (argcomplete's protocol)."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from crashing import Crasher

COMPLETE = """
exec 8>completions
COMP_LINE="$1" COMP_POINT=${#1} _ARGCOMPLETE=1 _ARGCOMPLETE_IFS="
" "$2" -c "import sys; sys.argv[0] = 'tibidi'; from tibidi.__main__ import main; main()" 9>/dev/null
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tibidi pr", {"preview", "prune"}),
        ("tibidi show --n", {"--newest-first"}),
        ("tibidi info 2", {"{dump}"}),
        ("tibidi list --si", {"--since"}),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="needs bash")
def test_completion(crash: Crasher, line: str, expected: set[str]) -> None:
    """A shell gets the words that fit."""
    dump = crash("divide.py", "5", "0").dump
    command = ["bash", "-c", COMPLETE, "complete", line, str(crash.python)]
    subprocess.run(command, cwd=crash.work, env=crash.environment({}), check=True, timeout=60)
    words = {word.strip() for word in (crash.work / "completions").read_text(encoding="utf-8").splitlines()}

    assert {word.format(dump=dump.name) for word in expected} == words


def test_the_name_as_typed(crash: Crasher) -> None:
    """Usage and examples have the command as it was typed: by `python -m` or by its script."""
    by_module = crash.run("-m", "tibidi", "list", "--help").stdout
    script = crash.python.parent / "tibidi"
    by_script = subprocess.run([script, "list", "--help"], env=crash.environment({}), capture_output=True, text=True)

    assert "usage: python -m tibidi list" in by_module
    assert "python -m tbdebug NAME" in by_module
    assert "usage: tibidi list" in by_script.stdout
    assert "python -m" not in by_script.stdout
