"""What a run says about its dumps: a line for each failure, and a table for a job of GitHub.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tibidi.errors import TibidiError
from tibidi.plugins.pytest.dumps import NO_BUDGET, NO_TIME

REFUSALS = tuple(text.partition("{")[0] for text in (NO_BUDGET, NO_TIME))
ADVICE = "set TIBIDI_TEST_DUMPS, or tibidi_dumps in the configuration file, to the number that you want"
TABLE_VARIABLE = "GITHUB_STEP_SUMMARY"  # a file to which a job appends Markdown
TABLE = "\n### Core dumps of failed tests\n\n| test | phase | failure | open its dump with |\n|---|---|---|---|\n"
MAX_MESSAGE = 200  # characters


class Failure(NamedTuple):
    """A failed phase: its test, the exception in one line, and the path of its dump, or why there is none."""

    id: str
    phase: str
    message: str
    dump: str
    problem: str


def failures(reports: Sequence[Any]) -> list[Failure]:
    """Return the failures that are reported; a module that cannot be collected once, not for each worker of xdist."""
    found: list[Failure] = []
    modules: set[str] = set()
    for report in reports:
        crash = getattr(report.longrepr, "reprcrash", None)
        message = str(getattr(crash, "message", report.longrepr)).strip().partition("\n")[0]
        if report.nodeid not in modules:
            found.append(Failure(report.nodeid, report.when, message, *report.tibidi))
        modules.update({report.nodeid} if report.when == "collect" else ())
    return found


def lines(failures: Sequence[Failure], directory: str) -> Iterator[str]:
    """Yield the command that opens each dump, and what has none."""
    refused = Counter(each.problem for each in failures if each.problem.startswith(REFUSALS))
    for failure, command in _commands(failures, directory):
        if command:
            yield command
        elif failure.problem not in refused:
            yield f"no dump of {failure.id} ({failure.phase}): {failure.problem or 'it is gone'}"
    for problem, count in refused.items():
        yield f"no dump of {count} more: {problem}; {ADVICE}"


def write_table(failures: Sequence[Failure], directory: str) -> None:
    """Append a table to the summary of a job of GitHub, if this is one."""
    path = os.environ.get(TABLE_VARIABLE)
    if path:
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(TABLE)
            for each, command in _commands(failures, directory):
                cells = map(_cell, (each.id, each.phase, each.message[:MAX_MESSAGE], command or each.problem))
                file.write(f"| {' | '.join(cells)} |\n")


def _commands(failures: Sequence[Failure], directory: str) -> Iterator[tuple[Failure, str]]:
    """Yield each failure with the command that opens its dump, "" if there is none.

    The node id finds the first dump of a test in a run, the name of the file any other, and one whose id is redacted.
    """
    from tibidi.dumpfile.headline import peek_or_nothing  # not before a test fails

    seen: set[str] = set()
    prefix = f"TIBIDI_DIR={shlex.quote(os.path.relpath(directory))} " if directory else ""
    for failure in failures:
        path = failure.dump if failure.dump or failure.problem else _found(failure.id)
        is_found = failure.id not in seen and (not path or peek_or_nothing(path).test == failure.id)
        name = failure.id if is_found else os.path.basename(path)
        yield failure, path and f"{prefix}python -m tbdebug {shlex.quote(name)}"
        seen.add(failure.id)


def _found(test: str) -> str:
    """Return the dump that another worker wrote of a test."""
    try:
        from tibidi.store.location import find

        return find(test)
    except TibidiError:
        return ""


def _cell(text: str) -> str:
    """Return a text as code in a cell of a Markdown table."""
    return f"`{' '.join(text.split())}`".replace("|", "\\|") if "`" not in text else text.replace("|", "\\|")
