"""Open a dump in a debugger: pdb, or the one that `breakpoint()` enters."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tibidi.dump import Dump
from tibidi.errors import TibidiError
from tibidi.revive.banner import banner
from tibidi.revive.depth import recursion_limit
from tibidi.revive.post_mortem import DumpPdb
from tibidi.revive.revived import RevivedDump
from tibidi.revive.texts import add_names

BREAKPOINT_VARIABLE = "PYTHONBREAKPOINT"


def debug(
    dump: Dump,
    *,
    say: Callable[[str], object],
    number: int | None = None,
    may_live: bool = True,
    commands: Sequence[str] = (),
) -> None:
    """Open the crash in the debugger of `breakpoint()` if one was chosen, else in pdb; return when the user leaves it.

    `say` prints a line, `number` is the exception to show first, `commands` are run by pdb before its first prompt.
    """
    wanted = os.environ.get(BREAKPOINT_VARIABLE, "")
    chosen = bool(wanted) or sys.breakpointhook is not sys.__breakpointhook__
    if chosen and wanted != "0":
        _check(wanted)
    if chosen and commands:
        raise TibidiError("commands are for pdb", f"unset {BREAKPOINT_VARIABLE}, or leave out -c")
    with _untraced():
        revived = RevivedDump(dump, extract=chosen)
    number = revived.first_shown(number)
    revived.set_last_exception(number)
    for line in banner(revived, number):
        say(line)
    sys.stdout.flush()
    if wanted == "0":
        say(f"{BREAKPOINT_VARIABLE}=0, so no debugger is started.")
    elif chosen:
        add_names(revived, number)
        _crash_again(revived, number)
    else:
        DumpPdb(revived, may_live=may_live).run_at(number, commands)


@contextmanager
def _untraced() -> Iterator[None]:
    """Pause debugpy: it could take a revived exception for the crash, and stop among frames of tibidi."""
    debugpy, pydevd = sys.modules.get("debugpy"), sys.modules.get("pydevd")
    if debugpy is None or pydevd is None or pydevd.get_global_debugger() is None:  # IPython imports it as well
        yield
        return
    debugpy.trace_this_thread(False)
    try:
        yield
    finally:
        debugpy.trace_this_thread(True)


def _check(wanted: str) -> None:
    """Refuse a hook that cannot be imported; `breakpoint()` itself would warn and go on."""
    if not wanted or sys.breakpointhook is not sys.__breakpointhook__:
        return
    module, _, name = wanted.rpartition(".")
    try:
        getattr(importlib.import_module(module or "builtins"), name)
    except (ImportError, AttributeError, ValueError) as error:
        hint = f"install it, or unset {BREAKPOINT_VARIABLE} for pdb"
        raise TibidiError(f"{BREAKPOINT_VARIABLE}={wanted} can't be used: {error}", hint) from error


def _crash_again(revived: RevivedDump, number: int) -> None:
    """Rebuild the whole process, each thread and task on a thread, and enter the debugger in the crashed frame."""
    import threading

    from tibidi.revive.threads import CrashThread, ParkedThreads  # not for pdb

    each = revived.exceptions[number]
    parked = ParkedThreads(revived.renamed)
    threading.main_thread().name = "tbdebug"  # it is none of the crash; debugpy ends if it is hidden
    with recursion_limit(revived.depth()):
        for name, frames in revived.other_stacks(number):
            parked.add(frames, name)
        try:
            crashed = (f"{thread.name} (crashed)" for thread in revived.dump.threads if thread.crashed)
            thread = CrashThread(next(crashed, "crashed"))
            thread.run([*revived.callers(number), *each.dumped], each.exception, sys.breakpointhook, revived.renamed)
        finally:
            parked.release()
