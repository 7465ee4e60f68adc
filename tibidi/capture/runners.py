"""Leave out what runs the code of the application for it: a test runner, or the shell of a notebook.

Its frames lead to every test that was collected, or to all that a session has
ever computed, and say nothing about a crash.
"""

from __future__ import annotations

from tibidi.look.frames import LiveCrash, LiveException, LiveFrame, module_name
from tibidi.model import UNAVAILABLE, Omission

# Packages whose frames are left out anywhere, and those that are left out where a stack begins.
SHELLS = frozenset({"IPython", "ipykernel", "marimo"})
RUNNERS = SHELLS | {"_pytest", "pluggy", "pytest_timeout"}
STARTERS = RUNNERS | {
    "anyio", "asyncio", "django", "doctest", "execnet", "hypothesis", "importlib", "pytest", "runpy", "trio",
    "unittest", "xdist",
}  # fmt: skip
GENERATED = "hypothesis_temporary"  # a function that claims to be the test


def fold_shell(crash: LiveCrash) -> None:
    """Leave out the frames of a shell, if one runs the code that crashed."""
    if any(_package(each) in SHELLS for thread in crash.threads if thread.crashed for each in thread.frames):
        fold(crash)


def fold(crash: LiveCrash, file: str = "") -> None:
    """Leave out the frames of runners; `file` has the test, which may be that of a plugin."""
    for live in crash.exceptions:
        live.frames = _folded(crash, live, file)
    for thread in crash.threads:
        if thread.crashed:
            thread.frames = []


def _folded(crash: LiveCrash, live: LiveException, file: str) -> list[LiveFrame]:
    """Return the frames without those of runners; the innermost one if there is no other."""
    starts = (number for number, each in enumerate(live.frames) if not _is_starter(each, file))
    inner = live.frames[next(starts, len(live.frames)) :]
    frames = [each for each in inner if _package(each) not in RUNNERS]
    if len(frames) < len(inner):
        detail = f"{len(inner) - len(frames)} frames of {', '.join(sorted({*map(_package, inner)} & RUNNERS))}"
        crash.omissions.append(Omission(f"exceptions[{live.id}].frames", UNAVAILABLE, f"left out: {detail}"))
    return frames or live.frames[-1:]


def _is_starter(live: LiveFrame, file: str) -> bool:
    name = _package(live)
    is_plugin = name.startswith("pytest_") and live.frame.f_code.co_filename != file
    return name in STARTERS or is_plugin or name.startswith(GENERATED)


def _package(live: LiveFrame) -> str:
    return module_name(live.frame.f_globals).partition(".")[0]
