"""traceback.txt is what Python prints, byte for byte, for some hundred ways to crash."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

from crashing import PROGRAMS, run_process

if TYPE_CHECKING:
    from crashing import Crasher

# docs/format.md explains these.
DIFFERENT = {"suggest_attribute_dir"}  # a `__dir__` of the application is not called
if sys.version_info < (3, 13):
    DIFFERENT |= {"linecache_source", "zip_source"}  # has the lines that Python does not find
else:
    DIFFERENT |= {"syntax_lineno_text"}  # Python fails while it prints, and begins again
# Each Python runs a third of the programs, and three of them all.
SHARE = None if os.environ.get("TIBIDI_TEST_ALL_TRACEBACKS") else sys.version_info.minor % 3


def test_tracebacks_are_as_python_prints_them(crash: Crasher) -> None:
    """Syntax errors, groups, notes, chains, recursions, suggestions and carets are the same as on stderr."""
    command = [str(crash.python), str(PROGRAMS / "many_tracebacks.py")]
    environ = crash.environment({"TIBIDI_ENABLE": None})
    names = run_process([*command, "--list"], env=environ, cwd=crash.work)[1].split()
    chosen = [name for number, name in enumerate(names) if SHARE in {None, number % 3}]
    status, output, stderr = run_process([*command, *chosen], env=environ, cwd=crash.work, timeout=240)
    assert (0, len(chosen)) == (status, len(output.splitlines())), stderr

    for name, printed, told in map(json.loads, output.splitlines()):
        if name not in DIFFERENT:
            assert (name, printed) == (name, told)
