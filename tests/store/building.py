"""Files with the names of dumps."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tibidi.store.directory import CrashDirectory

DAY = 86_400


def make(place: Path, name: str, *, age_days: float = 0, content: str = "") -> Path:
    """Make a file that was changed `age_days` ago."""
    path = place / name
    path.write_text(content, encoding="utf-8")
    moment = time.time() - age_days * DAY
    os.utime(path, (moment, moment))
    return path


def series(place: Path, count: int, content: str = "") -> list[Path]:
    """Make dumps of one program, one second apart."""
    return [make(place, f"20260101T0000{number:02}Z-app-7.pkl", content=content) for number in range(count)]


def names(directory: CrashDirectory) -> list[str]:
    """Return the names of all dumps."""
    return [entry.name for entry in directory.entries()]
