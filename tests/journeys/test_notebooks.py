"""Failing cells of IPython, Jupyter, papermill and marimo leave dumps, which open in notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import tibidi

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

CELLS = ["unused = list(range(1000))\ndef share(a):\n    return a / rate", "rate = 0\nshare(5)"]
EXECUTE = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], 4)
nbclient.NotebookClient(notebook, allow_errors=True, kernel_name="python3").execute()
nbformat.write(notebook, sys.argv[2])
"""
MARIMO = """
import marimo
app = marimo.App()
@app.cell
def _():
    rate = 0
    unused = 77
    return (rate,)
@app.cell
def _(rate):
    share = 5 / rate
    return
"""


def notebook(path: Path, cells: list[str]) -> str:
    """Write a notebook with these cells."""
    nbformat: Any = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(made, path)
    return str(path)


def check(path: Path) -> None:
    """Check that a dump has the stack of the cells, their sources, and only the variables that their code uses."""
    dump = tibidi.load(path)
    frames = dump.exceptions[-1].frames

    assert "builtins.ZeroDivisionError" == dump.exceptions[-1].type
    assert ["<module>", "share"] == [frame.name for frame in frames]
    assert CELLS[::-1] == [dump.sources[frame.file].rstrip("\n") for frame in frames]
    assert {"rate", "share"} == {name for name in frames[0].locals if not name.startswith("__")}
    assert 0 == frames[1].globals["rate"]
    assert () == dump.threads[0].frames


def test_ipython(crash: Crasher) -> None:
    """A failing cell of IPython leaves a dump with its source; the extension opens it in the debugger."""
    pytest.importorskip("IPython")
    failed = crash.run("-m", "IPython", "--simple-prompt", stdin="rate = 0; unused = 7\n5 / rate\n1 +\n")
    frame = tibidi.load(failed.dump).exceptions[-1].frames[-1]
    opened = crash.run(
        "-m", "IPython", "--simple-prompt", "--no-banner", stdin="%load_ext tibidi\n%tbdebug\np rate + 41\nq\n%tbshow\n"
    )

    assert f"Traceback dumped into: {failed.dump}" in failed.stderr + failed.stdout
    assert {"rate"} == {name for name in frame.locals if not name.startswith("__")}
    assert "\n41\n" in opened.stdout.replace("(Pdb) ", "\n")
    assert "      rate: int = 0" in opened.stdout


def test_nbclient(crash: Crasher) -> None:
    """A notebook that nbclient executes leaves a dump; another one opens it as a page and as a traceback."""
    pytest.importorskip("nbclient")
    work = crash.work
    first = notebook(work / "fail.ipynb", CELLS)
    second = notebook(work / "look.ipynb", ["%load_ext tibidi", "%tbdebug", "%tb", "%tbshow"])
    ends = [crash.run("-c", EXECUTE, name, str(work / "out.ipynb")) for name in (first, second)]
    nbformat: Any = pytest.importorskip("nbformat")
    outputs = [cell.outputs for cell in nbformat.read(work / "out.ipynb", 4).cells]

    check(ends[0].dump)
    assert [] == ends[1].dumps
    assert "%debug opens it" in outputs[1][0]["text"]
    assert "ZeroDivisionError" == outputs[2][0]["ename"]
    assert "text/html" in outputs[3][0]["data"]


def test_papermill(crash: Crasher) -> None:
    """The dump of a notebook that papermill runs lies in the crash directory, and beside the output notebook."""
    pytest.importorskip("papermill")
    out = crash.work / "out"
    out.mkdir()
    end = crash.run(
        "-m", "papermill", "-k", "python3", notebook(crash.work / "fail.ipynb", CELLS), str(out / "done.ipynb")
    )
    beside = list(out.glob("*.pkl"))

    assert 1 == len(beside)
    assert beside[0].name in {path.name for path in end.dumps}
    check(beside[0])


def test_marimo(crash: Crasher) -> None:
    """A failing cell of marimo leaves a dump with the variables that it uses."""
    pytest.importorskip("marimo")
    (crash.work / "report.py").write_text(MARIMO, encoding="utf-8")
    end = crash.run("-m", "marimo", "export", "html", "report.py", "-o", "report.html")
    frame = tibidi.load(end.dump).exceptions[-1].frames[-1]

    assert {"rate"} == {name for name in frame.locals if not name.startswith("__")}
    assert 0 == frame.locals["rate"]
