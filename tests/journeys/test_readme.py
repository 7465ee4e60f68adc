"""The README tells the truth: its session, its line, its settings."""

from __future__ import annotations

import hashlib
import os
import re
from typing import TYPE_CHECKING, NamedTuple

import pytest
from crashing import PTH_NAME, ROOT, run_process

from tibidi.config import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crashing import Crasher

pytestmark = pytest.mark.once

README = (ROOT / "README.md").read_text(encoding="utf-8")
PROMPT = "(Pdb) "
# What differs from run to run and from machine to machine.
VARYING = (
    (r"\d{8}T\d{6}Z", "TIME"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", "TIME"),
    (r"-\d+\.pkl", "-PID.pkl"),
    (r"divide +\d+ +[\d.]+ KiB", "divide PID SIZE"),
    (r"on \S+, Python \S+", "on HOST, Python VERSION"),
    (r"(?m)^[ ~^]+\n", ""),  # carets, from 3.11 on
    (r" +", " "),
)


class Step(NamedTuple):
    """A command of the session, what is typed into it and what it prints, prompts included."""

    command: str
    typed: list[str]
    output: str


def session() -> Iterator[Step]:
    """Yield the steps of the session at the head of the README."""
    text = re.search(r"<!-- session: begin -->\n```console\n(.*?)```", README, re.DOTALL)
    assert text is not None
    for part in re.split(r"(?m)^\$ ", text[1])[1:]:
        command, output = part.split("\n", 1)
        typed = re.findall(rf"(?m)^{re.escape(PROMPT)}(.*)$", output)
        yield Step(command, typed, output)


def steady(text: str, home: str) -> str:
    """Return what must be the same whenever and wherever the session takes place."""
    for what, name in ((home, "/home/ada"), *VARYING):
        text = re.sub(what, name, text)
    return text.strip()


def test_session(crash: Crasher, python: Path) -> None:
    """The session at the head goes as it is printed there, in the default crash directory."""
    folder = crash.home / "calculator"
    folder.mkdir()
    (folder / "divide.py").write_bytes((ROOT / "examples" / "divide.py").read_bytes())
    environ = crash.environment(
        {
            "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
            **dict.fromkeys(("TIBIDI_ENABLE", "TIBIDI_DIR", "TIBIDI_KEY_FILE")),
        }
    )
    for step in session():
        typed = "".join(f"{line}\n" for line in step.typed)
        _, stdout, stderr = run_process(["sh", "-c", step.command], env=environ, cwd=folder, stdin=typed)
        output = stderr + stdout
        for line in step.typed:  # what a terminal echoes, a pipe does not
            output = output.replace(PROMPT, f"{PROMPT.rstrip()}{line}\n", 1)
        expected = step.output.replace(PROMPT, PROMPT.rstrip())

        assert steady(expected, "/home/ada") == steady(output, str(crash.home))


def test_the_line() -> None:
    """The line of the start hook stands there verbatim, with its digest."""
    line = (ROOT / PTH_NAME).read_bytes()

    assert f"\n{line.decode()}" in README
    assert hashlib.sha256(line).hexdigest() in README


def test_every_setting_is_listed() -> None:
    """The table of settings has exactly the variables that exist, with their names in code."""
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| `(TIBIDI_\w+)` \| (?:`(\w+)`)? ?\|", page, re.MULTILINE)

    assert {**VARIABLES, "TIBIDI_ENABLE": ""} == dict(table)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_links(link: str) -> None:
    """Every file that the README leads to is there."""
    assert (ROOT / link).exists()


@pytest.mark.parametrize("script", ["scripts/demo", "scripts/test", ".ci/run"])
def test_commands_are_executable(script: str) -> None:
    """The two commands, and that of continuous integration, can be run as they are."""
    assert script in README or script == ".ci/run"
    assert os.access(ROOT / script, os.X_OK)


def test_ways_to_look(crash: Crasher) -> None:
    """What the README shows of a loaded dump is what a dump has."""
    end = crash.run("-m", "tbdump", str(ROOT / "examples" / "divide.py"), "5", "0", env={"TIBIDI_ENABLE": None})
    code = """
import tibidi
dump = tibidi.load("traceback.pkl")
print(dump.exceptions[-1].type, dump.exceptions[-1][-1]["y"], len(dump.omissions))
"""

    loaded = crash.run("-c", code)

    assert (1, "ZeroDivisionError: division by zero\nTraceback dumped into: traceback.pkl\n") == (
        end.status,
        end.stderr,
    )
    assert "builtins.ZeroDivisionError 0 0\n" == loaded.stdout, loaded.stderr
