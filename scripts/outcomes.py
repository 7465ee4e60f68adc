"""Run tests of other projects with and without the hooks of tibidi, and compare the results test by test.

Many of those tests are unstable by themselves, so what differs runs again,
both ways.  Remaining differences must be explained.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Callable, NamedTuple
from xml.etree import ElementTree

import environments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# The result of each test, such as "passed", by name.
Results = dict[str, str]
# Runs all tests (no names), or at least those of the names, with further environment variables.
Run = Callable[["Mapping[str, str]", "Sequence[str]"], Results]

WITH_US = {"TIBIDI_ENABLE": "1", "TIBIDI_LOGGING": "ERROR", "TIBIDI_SILENT": "1"}
RETRIES = 3
PASSED = "passed"
TIMED_OUT = "timed out"
NOT_RUN = "not run"
# What names have of parameters, and of generated code in the folder of the run.
CHANGING = re.compile(r" at 0x[0-9a-f]+|(/\.\.)+/tmp\w+/")


class Comparison(NamedTuple):
    """What both ways gave: the results with the hooks, and a line for each difference."""

    results: Results
    explained: list[str]
    unexplained: list[str]

    @property
    def summary(self) -> str:
        """Return the numbers in words."""
        passed = sum(result == PASSED for result in self.results.values())
        different = f"{len(self.explained) + len(self.unexplained)} differ"
        return f"{len(self.results)} tests, {passed} passed, {different}, {len(self.explained)} of them explained"


def compare(run: Run, explanations: Mapping[str, str]) -> Comparison:
    """Run tests both ways; `explanations` has the reason for each known difference, by a glob over test names."""
    without, ours = run({}, ()), run(WITH_US, ())
    for _ in range(RETRIES):
        different = _differences(without, ours)
        if not different:
            break
        without.update(run({}, different))
        ours.update(run(WITH_US, different))
    comparison = Comparison(ours, [], [])
    for name in _differences(without, ours):
        reason = next((reason for glob, reason in explanations.items() if fnmatchcase(name, glob)), None)
        lines = comparison.unexplained if reason is None else comparison.explained
        before, after = without.get(name, NOT_RUN), ours.get(name, NOT_RUN)
        lines.append(f"{name}: {before} without, {after} with us: {reason or 'NOT EXPLAINED'}")
    return comparison


def execute(command: Sequence[str | Path], environ: Mapping[str, str], folder: Path, seconds: float) -> str | None:
    """Run a command in a folder; return what it prints, or None if it takes longer than `seconds`.

    All processes that it has started are stopped with it.
    """
    output = folder / "output.txt"  # not a pipe: a process that is left over would hold it open
    variables = {**environments.clean_environ(), **environ, "TIBIDI_DIR": str(folder / "crashes")}
    with output.open("wb") as stream:
        process = subprocess.Popen(
            command,
            env=variables,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return output.read_text(encoding="utf-8", errors="replace")


def read_junit(report: Path) -> Results:
    """Return the results in a JUnit report, as pytest, regrtest and unittest-xml-reporting write them."""
    results = {}
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - the runner of the tests has just written it
        kinds = {child.tag for child in case} & {"failure", "error", "skipped"}
        if case.get("result", "completed") != "completed":  # regrtest only
            kinds.add(str(case.get("status")))
        prefix = [case.get("file", ""), "::"] if "file" in case.attrib else []
        words = [*prefix, case.get("classname", ""), ".", case.get("name", "?")]
        results[CHANGING.sub("", "".join(words).lstrip("."))] = "+".join(sorted(kinds)) or PASSED
    return results


def read_trial(text: str) -> Results:
    """Return the results in the output of twisted.trial with --reporter=bwverbose."""
    found = re.findall(r"^([\w.]+) \.\.\. .*?\[([A-Z]+)\]$", text, re.MULTILINE)
    return {name: PASSED if result == "OK" else result.lower() for name, result in found}


def accept_sigint() -> None:
    """Let SIGINT interrupt: a shell ignores it for background jobs, and tests wait for it forever."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _differences(one: Results, other: Results) -> list[str]:
    """Return the tests whose results differ."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
