"""The examples in the docstrings of the public names run."""

from __future__ import annotations

import doctest
from typing import TYPE_CHECKING

import pytest
from crashing import ROOT

import tibidi

if TYPE_CHECKING:
    from crashing import Crasher

# Their messages say what each is about, and they cannot be raised by one line; the extension needs IPython.
WITHOUT_EXAMPLE = {"DamagedDump", "NewerFormat", "config"}
RUN = """
import doctest, tibidi
finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
for test in finder.find(getattr(tibidi, {name!r}), {name!r}, globs={{"tibidi": tibidi}}):
    runner.run(test)
raise SystemExit(runner.summarize(verbose=False).failed)
"""


@pytest.mark.parametrize("name", sorted(set(tibidi.__all__) - WITHOUT_EXAMPLE))
def test_examples(crash: Crasher, name: str) -> None:
    """A public name has an example, which runs beside `divide.py` and its dump."""
    (crash.work / "divide.py").write_bytes((ROOT / "examples" / "divide.py").read_bytes())
    off = {"TIBIDI_ENABLE": None}
    crash.run("-m", "tbdump", "divide.py", "5", "0", env=off)
    tested = crash.run("-c", RUN.format(name=name), env=off)

    assert doctest.DocTestParser().get_examples(getattr(tibidi, name).__doc__)
    assert (0, "") == (tested.status, tested.stdout)
