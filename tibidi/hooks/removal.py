"""Uninstall the hooks."""

from __future__ import annotations

import atexit
import sys

from tibidi import hooks
from tibidi.process import reserve


def uninstall() -> None:
    """Uninstall every hook."""
    hooks._is_installed = False
    hooks.settings = None
    reserve.release()
    hooks._awaited.clear()
    if hooks.PostImportFinder in sys.meta_path:
        sys.meta_path.remove(hooks.PostImportFinder)
    atexit.unregister(hooks.report_unseen)
    while hooks._installed:
        owner, name, original, replacement = hooks._installed.pop()
        if getattr(owner, name, None) is replacement:
            setattr(owner, name, original)
