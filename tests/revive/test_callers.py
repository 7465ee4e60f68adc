"""After dump_exception() in an except block, the callers of the catching frame belong to its stack."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tibidi.process.interpreter import python_version
from tibidi.revive.sources import frozen_sources

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import tibidi
from pk import make
def work():
    closure = make(5)
    1 / 0
def catching():
    try:
        work()
    except ZeroDivisionError as error:
        tibidi.dump_exception(error, "it.pkl")
def caller():
    mine = "of the caller"
    catching()
caller()
"""
PACKAGE = """
def make(number):
    def closure():
        from .sub import double
        return double(number)
    return closure
"""
LOOK = """
import tibidi, traceback
from tibidi.revive.post_mortem import DumpPdb
from tibidi.revive.revived import RevivedDump
dump = tibidi.load("it.pkl", trust=True)
revived = RevivedDump(dump)
stack, current = DumpPdb(revived).get_stack(None, revived.exceptions[0].exception.__traceback__)
print([frame.f_code.co_name for frame, _ in stack], stack[current][0].f_code.co_name, stack[1][0].f_locals["mine"])
print([entry.name for entry in traceback.extract_tb(revived.exceptions[0].exception.__traceback__)])
print([frame.name for frame in dump.exceptions[0].frames], dump.exceptions[0].frames[-1].locals["closure"]())
"""


def test_callers_and_closures(tmp_path: Path) -> None:
    """A debugger goes on to the callers; tracebacks end where Python's do; closures of a package import relatively."""
    (tmp_path / "pk").mkdir()
    (tmp_path / "pk" / "__init__.py").write_text(PACKAGE)
    (tmp_path / "pk" / "sub.py").write_text("def double(number): return 2 * number\n")
    (tmp_path / "run.py").write_text(PROGRAM)
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "TIBIDI_KEY_FILE": f"{tmp_path}/key",
    }
    subprocess.run([sys.executable, "run.py"], cwd=tmp_path, env=environ, timeout=60, check=True)
    shown = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=tmp_path, env=environ, timeout=60, check=True, capture_output=True, text=True
    ).stdout.splitlines()

    assert "['<module>', 'caller', 'catching', 'work'] work of the caller" == shown[0]
    assert "['catching', 'work']" == shown[1]
    assert "['catching', 'work'] 10" == shown[2]


def test_frozen_modules() -> None:
    """The source of a frozen module is that of the standard library, if this is the Python of the crash."""
    files = ["<frozen importlib._bootstrap>", "<frozen runpy>", "<frozen nothing.like.it>", "<string>"]

    assert {} == frozen_sources(files, "2.7.18")
    found = frozen_sources(files, python_version())
    assert files[:2] == list(found)
    assert "def _find_and_load(" in found["<frozen importlib._bootstrap>"]
