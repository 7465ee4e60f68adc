"""A crash directory with a dump in it, for commands that inspect dumps."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from crashing import PROGRAMS

import tibidi
from tibidi import config


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty crash directory, and a key of its own."""
    monkeypatch.setattr(config, "directory", str(tmp_path / "crashes"))
    monkeypatch.setattr(config, "key_file", str(tmp_path / "key"))
    return tmp_path / "crashes"


@pytest.fixture
def dump(directory: Path, tmp_path: Path) -> Path:
    """The dump of a ValueError whose cause is a KeyError, made by a process that holds nothing else."""
    environ = {**os.environ, "TIBIDI_DIR": str(directory), "TIBIDI_KEY_FILE": str(tmp_path / "key")}
    environ["PYTHONPATH"] = str(Path(tibidi.__file__).parent.parent)
    program = [sys.executable, str(PROGRAMS / "no_price.py")]
    ended = subprocess.run(program, env=environ, check=True, capture_output=True, text=True)
    return Path(ended.stdout.strip())
