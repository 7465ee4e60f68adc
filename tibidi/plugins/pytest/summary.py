"""What a run prints about its dumps: a line for each failure, and a table for GitHub Actions.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from tibidi.dumpfile.headline import peek_or_nothing
from tibidi.errors import TibidiError
from tibidi.plugins.pytest.dumps import NO_BUDGET, NO_TIME
from tibidi.store.location import find

REFUSALS = tuple(text.partition("{")[0] for text in (NO_BUDGET, NO_TIME))
ADVICE = "set TIBIDI_TEST_DUMPS, or tibidi_dumps in the configuration file, to the number that you want"
TABLE_VARIABLE = "GITHUB_STEP_SUMMARY"  # a file to which a job appends Markdown
TABLE = "\n### Core dumps of failed tests\n\n| test | phase | failure | open its dump with |\n|---|---|---|---|\n"
MAX_MESSAGE = 200  # characters


def lines(reports: Sequence[Any], directory: str) -> Iterator[str]:
    """Yield the command that opens the dump of each failure, or why there is none."""
    refused = Counter(each.tibidi[1] for each in reports if each.tibidi[1].startswith(REFUSALS))
    for report, command in _commands(reports, directory):
        if command:
            yield command
        elif report.tibidi[1] not in refused:
            yield f"no dump of {report.nodeid} ({report.when}): {report.tibidi[1] or 'it is gone'}"
    for problem, count in refused.items():
        yield f"no dump of {count} more: {problem}; {ADVICE}"


def write_table(reports: Sequence[Any], directory: str) -> None:
    """Append a table to the job summary of GitHub Actions, if this runs there."""
    path = os.environ.get(TABLE_VARIABLE)
    if path:
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(TABLE)
            for each, command in _commands(reports, directory):
                crash = getattr(each.longrepr, "reprcrash", None)
                message = str(getattr(crash, "message", each.longrepr)).strip().partition("\n")[0][:MAX_MESSAGE]
                cells = map(_cell, (each.nodeid, each.when, message, command or each.tibidi[1]))
                file.write(f"| {' | '.join(cells)} |\n")


def _commands(reports: Sequence[Any], directory: str) -> Iterator[tuple[Any, str]]:
    """Yield each report with the command that opens its dump, "" if there is none.

    The node id finds the first dump of a test in a run; the file name finds any other, and one whose id is redacted.
    """
    seen: set[str] = set()
    prefix = f"TIBIDI_DIR={shlex.quote(os.path.relpath(directory))} " if directory else ""
    for report in reports:
        test, (path, problem) = report.nodeid, report.tibidi
        if report.when == "collect" and test in seen:  # by another worker of xdist
            continue
        path = path if path or problem else _found(test)
        is_found = test not in seen and (not path or peek_or_nothing(path).test == test)
        yield report, path and f"{prefix}python -m tbdebug {shlex.quote(test if is_found else os.path.basename(path))}"
        seen.add(test)


def _found(test: str) -> str:
    """Return the dump of a test that another worker wrote."""
    try:
        return find(test)
    except TibidiError:
        return ""


def _cell(text: str) -> str:
    """Return a text as code in a cell of a Markdown table."""
    return f"`{' '.join(text.split())}`".replace("|", "\\|") if "`" not in text else text.replace("|", "\\|")
