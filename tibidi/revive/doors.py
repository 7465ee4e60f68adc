"""From a dump to a prompt: which debugger, and how it is entered."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tibidi.errors import TibidiError
from tibidi.revive import report
from tibidi.revive.debugger import Debugger
from tibidi.revive.depth import recursion_limit
from tibidi.revive.launch import Parked
from tibidi.revive.launch import Performance
from tibidi.revive.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from tibidi.dump import Dump

BREAKPOINT_VARIABLE = "PYTHONBREAKPOINT"


def debug(dump: Dump, *, say: Callable[[str], object], number: int | None = None, may_live: bool = True) -> None:
    """Put the user into a crash: into `breakpoint()`'s debugger when one was chosen, else into pdb.

    `say` prints a line, `number` is the exception to begin with; see `Stage` for the numbering.
    """
    wanted = os.environ.get(BREAKPOINT_VARIABLE, "")
    chosen = bool(wanted) or sys.breakpointhook is not sys.__breakpointhook__
    if chosen and wanted != "0":
        _check(wanted)
    with _unwatched():
        stage = Stage(dump, extract=chosen)
    number = stage.opening(number)
    stage.announce(number)
    for line in report.opening(dump, stage.acts[number]):
        say(line)
    sys.stdout.flush()
    if wanted == "0":
        say(f"{BREAKPOINT_VARIABLE}=0, so no debugger is started.")
    elif chosen:
        _perform(stage, number)
    else:
        Debugger(stage, may_live=may_live).run_at(number)


@contextmanager
def _unwatched() -> Iterator[None]:
    """Raise and catch without debugpy's looking on: it could take that for the crash, and stop among frames of ours."""
    debugpy = sys.modules.get("debugpy")
    if debugpy is None:
        yield
        return
    debugpy.trace_this_thread(False)
    try:
        yield
    finally:
        debugpy.trace_this_thread(True)


def _check(wanted: str) -> None:
    """Refuse a hook that can't be imported; `breakpoint()` itself would warn and go on."""
    if not wanted or sys.breakpointhook is not sys.__breakpointhook__:
        return
    module, _, name = wanted.rpartition(".")
    try:
        getattr(importlib.import_module(module or "builtins"), name)
    except (ImportError, AttributeError, ValueError) as error:
        hint = f"install it, or unset {BREAKPOINT_VARIABLE} for pdb"
        raise TibidiError(f"{BREAKPOINT_VARIABLE}={wanted} can't be used: {error}", hint) from error


def _perform(stage: Stage, number: int) -> None:
    """Let the whole process stand there, each thread and task on a thread, and open the door in the crash."""
    act = stage.acts[number]
    parked = Parked(stage.renamed)
    with recursion_limit(stage.depth()):
        for name, frames in stage.bystanders(number):
            parked.add(frames, name)
        try:
            performance = Performance(stage.crashed_name())
            performance.run(act.dumped, act.exception, sys.breakpointhook, stage.renamed)
        finally:
            parked.leave()
