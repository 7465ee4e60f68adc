"""Why tests of other projects differ by way of a dump."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

# (suite, mode, test: globs; a regular expression found in the outcome) -> the reason.
EXPLAINED: dict[tuple[str, str, str, str], str] = {}


def explanation(suite: str, mode: str, name: str, outcome: str) -> str | None:
    """Return the reason of a difference, None if there is none."""
    for (suites, modes, names, pattern), reason in EXPLAINED.items():
        found = fnmatchcase(suite, suites) and fnmatchcase(mode, modes) and fnmatchcase(name, names)
        if found and re.search(pattern, outcome, re.DOTALL):
            return reason
    return None
