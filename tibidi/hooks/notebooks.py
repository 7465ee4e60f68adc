"""The hook for papermill: the dumps of the kernel that runs a notebook get a link beside the output notebook."""

from __future__ import annotations

from functools import wraps

from tibidi import TYPE_CHECKING, hooks
from tibidi.process import os, time

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any


def install(module: ModuleType) -> None:
    """Install the hook in `papermill.execute`."""
    hooks.replace_function(module, "execute_notebook", _wrap)


def _wrap(previous: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(previous)
    def execute_notebook(input_path: Any, output_path: Any, *args: Any, **options: Any) -> Any:
        start = time.time()
        try:
            return previous(input_path, output_path, *args, **options)
        finally:
            if output_path and "://" not in str(output_path):
                _link(os.path.dirname(os.path.abspath(output_path)), start)

    return execute_notebook


def _link(folder: str, start: float) -> None:
    from tibidi.store.directory import CrashDirectory
    from tibidi.store.retention import link_or_copy

    try:
        for entry in CrashDirectory.locate(create=False).entries():
            if entry.changed >= start and entry.program.startswith("ipykernel"):
                link_or_copy(entry.path, os.path.join(folder, entry.name))
    except OSError:  # no such folder, no rights: the dump is in the crash directory all the same
        return
