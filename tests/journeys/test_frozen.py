"""Frozen programs: one that PyInstaller has built dumps as any other, with the sources that the build has."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import crashing
import pytest
from crashing import PROGRAMS

import tibidi
from tibidi.dumpfile.reader import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="a build takes a minute: one interpreter is enough"),
]
OPTIONS = ("--hidden-import", "tibidi_autoinstall", "--collect-all", "shop", "--add-data", "app.py:.")


@pytest.fixture(scope="module")
def frozen(wheels: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The executable of a one-folder build, made in an environment of its own."""
    place = tmp_path_factory.mktemp("frozen")
    shutil.copytree(PROGRAMS / "frozen", place, dirs_exist_ok=True)
    run = {"cwd": place, "capture_output": True, "text": True, "check": False}
    subprocess.run([sys.executable, "-m", "venv", "env"], **run)
    python = str(place / "env" / "bin" / "python")
    got = subprocess.run([python, "-m", "pip", "install", "pyinstaller", *map(str, wheels)], **run)
    if got.returncode:
        pytest.skip(f"no PyInstaller: {got.stderr.strip().splitlines()[-1]}")
    built = subprocess.run([python, "-m", "PyInstaller", "-y", *OPTIONS, "app.py"], **run)
    if "Python library not found" in built.stderr:
        pytest.skip("PyInstaller needs an interpreter with a shared library")
    assert 0 == built.returncode, built.stderr
    return place / "dist" / "app" / "app"


def test_one_folder(frozen: Path, crash: Crasher) -> None:
    """A frozen program dumps after a call and by TIBIDI_ENABLE=1, with variables and sources, without our frames.

    And the debugger of another machine shows them.
    """
    for how in ("call", "plain", "thread", "child", "shadow"):
        known = crash.dumps()
        env = crash.environment({"TIBIDI_ENABLE": None if how == "call" else "1"})
        status, _, stderr = crashing.run_process([str(frozen), how], env=env, cwd=crash.work)
        [path] = [each for each in crash.dumps() if each not in known]
        with Reader(str(path)) as reader:
            dump, sources = reader.summary, reader.sources
        [frame] = [each for each in dump.exceptions[-1].frames if each.name == "work"]
        modules = {each.module for thread in dump.threads for each in thread.frames}

        assert (how, 0 if how in {"thread", "child"} else 1) == (how, status)
        assert 1 == stderr.count("Traceback dumped into: ")
        assert "{'id': 7, 'amount': 0}" == frame.locals["order"].preview
        assert (PROGRAMS / "frozen" / "shop" / "orders.py").read_text(encoding="utf-8") == sources["shop/orders.py"]
        assert [] == [name for name in modules if name.startswith("tibidi")]

    debugger = crash.run("-m", "tbdebug", str(path), stdin="p order\np customer.number\nq\n").stdout
    assert '-> return 100 / order["amount"]' in debugger
    assert "(Pdb) {'id': 7, 'amount': 0}" in debugger
    assert "(Pdb) 42" in debugger


def test_standard_library_without_files(crash: Crasher) -> None:
    """Where modules of the standard library have no files, as in a program of cx_Freeze, all variables are dumped."""
    code = """
import os
del os.__file__
import tibidi
tibidi.set_excepthook(None)
def work(order):
    return 100 / order["amount"]
work({"id": 7, "amount": 0})
"""
    dump = tibidi.load(crash.run("-c", code, env={"TIBIDI_ENABLE": None}).dump)

    assert {"id": 7, "amount": 0} == dump.exceptions[-1].frames[-1]["order"]
