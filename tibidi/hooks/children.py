"""The hook for children of `multiprocessing`, and of its forks `multiprocess` (dill) and `billiard` (Celery).

Their exceptions reach no excepthook: `BaseProcess._bootstrap()` (Lib/multiprocessing/process.py) catches them, prints
the traceback and ends the process.  Many applications override `run()`, so the hook is in `traceback.print_exc()`,
which `_bootstrap()` calls: the traceback has just been printed, the frames exist, threads still run.  It is installed
in the child only, and does nothing for other callers.
"""

from __future__ import annotations

import sys
from functools import wraps

from tibidi import TYPE_CHECKING, hooks
from tibidi.hooks.catchers import reporting

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess
    from types import CodeType, ModuleType
    from typing import Any

    Bootstrap = Callable[..., Any]

# Code of the functions that catch the exception of a child.
_catchers: set[CodeType] = set()


def install(module: ModuleType) -> None:
    """Install the hook in the module of `BaseProcess`, or in a child in `traceback`."""
    if module.__name__ == "traceback":
        hooks.replace_function(module, "print_exc", reporting(_of_child, hooks.CHILD))
    else:
        _catchers.add(module.BaseProcess._bootstrap.__code__)
        hooks.replace_function(module.BaseProcess, "_bootstrap", _wrap_bootstrap)


def _wrap_bootstrap(previous: Bootstrap) -> Bootstrap:
    @wraps(previous)
    def _bootstrap(self: BaseProcess, *args: object, **options: object) -> object:
        if hooks.is_installed():
            hooks.install_in_modules({"traceback": "children"})  # importing it takes longer than many children
            life: Any = sys.modules.get("tibidi_autoinstall")
            if life:
                life.note_argv()
        status = previous(self, *args, **options)
        exits = sys.modules.get("tibidi.hooks.exits")
        for exc in exits.unseen(previous) if exits else ():
            hooks.report(exc, hooks.EXIT)
        return status

    return _bootstrap


def _of_child(*_: object, **__: object) -> object:
    """Return the exception that ends a child, if it is what `print_exc()` is called for."""
    return sys.exc_info()[1] if sys._getframe(2).f_code in _catchers else None
