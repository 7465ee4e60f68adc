"""Hooks for PyInstaller, which finds them by the entry point `pyinstaller40`."""

from __future__ import annotations

from pathlib import Path


def get_hook_dirs() -> list[str]:
    """Return the folder of `hook-tibidi.py` and of `rthooks.dat`."""
    return [str(Path(__file__).parent)]
